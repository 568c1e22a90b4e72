import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { KplanError } from '../../model/index.ts';
import { MOST_BODY_BYTES, type Face, type FaceAnswer } from './face.ts';

/** Where a face listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const MOST_STREAMS = 20;
const BUSY: FaceAnswer = { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' }, text: 'too many watch this page\n' };
const TOO_LARGE: FaceAnswer = { status: 413, headers: { 'content-type': 'text/plain; charset=utf-8' }, text: 'too large\n' };
const BROKEN: FaceAnswer = { status: 500, headers: { 'content-type': 'text/plain; charset=utf-8' }, text: 'internal error\n' };

/**
 * Serves a face until the signal aborts; answers the address once it listens. Slow clients, many connections and large
 * bodies are cut off. Throws `KplanError` where the address cannot be had.
 */
export async function serveFace(face: Face, { host, port }: ListenAddress, signal: AbortSignal): Promise<ListenAddress> {
  const server = createServer({
    headersTimeout: 5_000,
    requestTimeout: 10_000,
    // Who keeps all connections busy keeps the probes of a kubelet out until it is noticed.
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16_384,
    keepAliveTimeout: 5_000,
  });
  server.maxConnections = 100;
  const streams = new Set<ServerResponse>();
  server.on('request', (request, response) => {
    serve(face, request, response, streams).catch(() => send(response, BROKEN, false));
  });
  await listen(server, host, port);
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  const address = server.address();
  return { host, port: typeof address === 'object' && address !== null ? address.port : port };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new KplanError('UNREADABLE', `--listen ${host}:${port}: ${error.message}`, { cause: error, hint: 'choose another port' })),
    );
    server.listen(port, host, resolve);
  });
}

async function serve(face: Face, request: IncomingMessage, response: ServerResponse, streams: Set<ServerResponse>): Promise<void> {
  const { method = '', url: path = '', headers } = request;
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '');
  if (face.wantsStream({ method, path, headers, isLocal })) return stream(face, response, streams);
  const body = face.wantsBody({ method, path }) ? await readBody(request) : new Uint8Array();
  if (body === 'too-large') face.refuse('a webhook that is too large');
  if (body === 'broken') return void response.destroy();
  const answer = body === 'too-large' ? TOO_LARGE : await face.answer({ method, path, headers, body, isLocal });
  send(response, answer, method === 'HEAD');
}

async function stream(face: Face, response: ServerResponse, streams: Set<ServerResponse>): Promise<void> {
  if (streams.size >= MOST_STREAMS) return send(response, BUSY, false);
  const end = new AbortController();
  response.once('close', () => end.abort());
  streams.add(response);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  try {
    // Whoever does not read what it is sent gets no more of it.
    await face.stream((text) => void (response.write(text) || end.abort()), end.signal);
  } finally {
    streams.delete(response);
    response.end();
  }
}

/** What is not read to its end is not waited for either. */
function send(response: ServerResponse, { status, headers, text }: FaceAnswer, isHead: boolean): void {
  if (response.headersSent) return void response.destroy();
  const isOpen = response.req.complete;
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(text)), ...(isOpen ? {} : { connection: 'close' }) });
  response.end(isHead ? undefined : text, () => (isOpen ? undefined : response.req.destroy()));
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | 'broken' | 'too-large'> {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY_BYTES) return 'too-large';
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MOST_BODY_BYTES) return void chunks.push(chunk);
      request.pause();
      resolve('too-large');
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve('broken'));
    request.on('aborted', () => resolve('broken'));
  });
}
