import { setMaxListeners } from 'node:events';
import {
  request as requestHttp,
  type Agent as HttpAgent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { KplanError } from '../../model/index.ts';
import { pause, type Clock } from '../../std/index.ts';
import type { ClusterAccess } from '../kubeconfig/access.ts';
import { openAgent } from './agent.ts';
import { explainFault, isUnsent } from './fault.ts';

/** One request of the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly accept?: string;
  readonly body?: string;
  readonly contentType?: string;
  /** Whether asking twice does what asking once does: only then is it asked again when nobody knows whether it arrived. */
  readonly isRepeatable: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** The whole answer to a request. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Since when nothing has been answered, when that was last seen, and whether it was told. */
interface Silence {
  readonly since: number;
  last: number;
  isTold: boolean;
}

/** So many requests at a time, as many as an API server's fair queues like of one client. */
const MOST_SOCKETS = 16;
const TIMEOUT = 60_000;
const MOST_ATTEMPTS = 12;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 8_000;
const LONGEST_RETRY_AFTER = 30;
/** Milliseconds without any answer after which requests are no longer asked again. */
const PATIENCE = 60_000;
/** The attempt from which on trouble is told: a connection that was lost is a matter of the first ones. */
const TOLD_FROM = 3;

const unzip = promisify(gunzip);

/**
 * HTTP/1.1 to one API server: few connections, kept alive. Waits as long as an overloaded server asks (429 and 503 with
 * Retry-After), gets new credentials once where they are refused, and asks again where the connection was lost, if that
 * is safe. A server that has never answered is given up at once, one that has fallen silent after a minute. Faults are
 * `KplanError`s with the cause and the next step.
 */
export class ApiTransport {
  readonly #access: ClusterAccess;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  /** Ends the requests that are under way: an abort signal with a listener for each is slow. */
  readonly #underWay = new Set<() => void>();
  readonly #fixedHeaders: readonly string[];
  #agent: HttpAgent | undefined;
  #watchAgent: HttpAgent | undefined;
  #certificate: string | undefined;
  #hasAnswered = false;
  #silence: Silence | undefined;
  readonly #tell: (trouble: string) => void;

  /** `tell` hears once that requests are tried again, and once that they are answered. */
  constructor(access: ClusterAccess, clock: Clock, tell: (trouble: string) => void = () => undefined) {
    this.#access = access;
    const impersonation = Object.entries(access.impersonation).flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).flatMap((item) => [name, item]),
    );
    this.#fixedHeaders = ['host', access.server.host, 'user-agent', 'kplan', ...impersonation];
    this.#clock = clock;
    this.#tell = tell;
    setMaxListeners(0, this.#closing.signal);
  }

  /** Sends a request until there is an answer that is not to wait; every status is one. */
  async send(request: ApiRequest): Promise<ApiAnswer> {
    const signal = this.#signalOf(request);
    let isRefused = false;
    for (let attempt = 1; ; attempt++) {
      const last = attempt === MOST_ATTEMPTS;
      const outcome = await this.#try(request, isRefused);
      if (outcome.kind === 'fault') {
        const isSafe = request.isRepeatable || isUnsent(outcome.error);
        const silence = this.#hearNothing();
        const isGivenUp = last || silence.last - silence.since >= PATIENCE;
        const fault = explainFault(outcome.error, this.#access);
        if (isGivenUp || signal.aborted || !isSafe || !this.#hasAnswered) throw fault;
        if (attempt >= TOLD_FROM && !silence.isTold) {
          silence.isTold = true;
          this.#tell(`${fault.message}; trying again for a minute`);
        }
        await pause(this.#clock, toPause(attempt), signal);
        continue;
      }
      const { answer } = outcome;
      if (answer.status === 401 && !isRefused) {
        isRefused = true;
        continue;
      }
      const wait = waitAskedFor(answer);
      if (wait === undefined || last || signal.aborted) return answer;
      await pause(this.#clock, wait, signal);
    }
  }

  /** Opens an answer that is read as it comes; undefined once the signal has aborted or the transport is closed. */
  async open(request: ApiRequest): Promise<IncomingMessage | undefined> {
    const signal = this.#signalOf(request);
    if (signal.aborted) return undefined;
    try {
      const [outgoing, answered] = await this.#start(request, false, true);
      signal.addEventListener('abort', () => outgoing.destroy(), { once: true });
      const incoming = await answered;
      this.#hasAnswered = true;
      return incoming;
    } catch (error) {
      if (signal.aborted) return undefined;
      throw explainFault(error, this.#access);
    }
  }

  close(): void {
    this.#closing.abort();
    for (const abort of this.#underWay) abort();
    this.#agent?.destroy();
    this.#watchAgent?.destroy();
  }

  /** Aborts once the transport is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  #signalOf(request: ApiRequest): AbortSignal {
    return request.signal === undefined ? this.#closing.signal : AbortSignal.any([request.signal, this.#closing.signal]);
  }

  async #try(
    request: ApiRequest,
    isRefused: boolean,
  ): Promise<{ readonly kind: 'answer'; readonly answer: ApiAnswer } | { readonly kind: 'fault'; readonly error: unknown }> {
    try {
      const [outgoing, answered] = await this.#start(request, isRefused, false);
      const abort = (): void => void outgoing.destroy(new Error('aborted'));
      if (this.#closing.signal.aborted || request.signal?.aborted === true) abort();
      this.#underWay.add(abort);
      request.signal?.addEventListener('abort', abort, { once: true });
      try {
        const incoming = await answered;
        const text = await readText(incoming);
        this.#hasAnswered = true;
        if (this.#silence?.isTold === true) this.#tell(`cluster ${this.#access.description}: the API server answers again`);
        this.#silence = undefined;
        return { kind: 'answer', answer: { status: incoming.statusCode ?? 0, headers: incoming.headers, text } };
      } finally {
        this.#underWay.delete(abort);
        request.signal?.removeEventListener('abort', abort);
      }
    } catch (error) {
      if (error instanceof KplanError) throw error;
      return { kind: 'fault', error };
    }
  }

  #hearNothing(): Silence {
    const now = this.#clock.now();
    // What was not heard long ago says nothing of today.
    if (this.#silence === undefined || now - this.#silence.last > PATIENCE) this.#silence = { since: now, last: now, isTold: false };
    this.#silence.last = now;
    return this.#silence;
  }

  async #start(request: ApiRequest, isRefused: boolean, isStream: boolean): Promise<[ClientRequest, Promise<IncomingMessage>]> {
    const { server, isCompressionDisabled } = this.#access;
    const credentials = await this.#access.credentials(isRefused);
    // Names and values in turn: Node checks and keeps them one by one where they are an object, which is slow.
    const headers = [
      ...this.#fixedHeaders,
      'accept',
      request.accept ?? 'application/json',
      ...(isCompressionDisabled || isStream ? [] : ['accept-encoding', 'gzip']),
      ...(credentials.authorization === undefined ? [] : ['authorization', credentials.authorization]),
      ...(request.body === undefined
        ? []
        : ['content-type', request.contentType ?? 'application/json', 'content-length', String(Buffer.byteLength(request.body))]),
      ...Object.entries(request.headers ?? {}).flat(),
    ];
    const options = {
      agent: this.#agentFor(credentials.certificate, isStream),
      method: request.method,
      host: server.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: server.port === '' ? (server.protocol === 'http:' ? 80 : 443) : Number(server.port),
      path: `${server.pathname.replace(/\/$/, '')}${request.path}`,
      headers,
      ...(isStream ? {} : { timeout: TIMEOUT }),
    };
    const outgoing = server.protocol === 'http:' ? requestHttp(options) : requestHttps(options);
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.once('error', reject);
      outgoing.once('timeout', () => outgoing.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })));
    });
    outgoing.end(request.body);
    return [outgoing, answered];
  }

  // Connections are made with a certificate, so that a new one needs new connections.
  #agentFor(certificate: Awaited<ReturnType<ClusterAccess['credentials']>>['certificate'], isStream: boolean): HttpAgent {
    const identity = certificate === undefined ? '' : String(certificate.cert);
    if (identity !== this.#certificate) {
      this.#agent?.destroy();
      this.#agent = undefined;
      this.#watchAgent = undefined;
      this.#certificate = identity;
    }
    if (isStream) return (this.#watchAgent ??= openAgent(this.#access, certificate, Infinity));
    return (this.#agent ??= openAgent(this.#access, certificate, MOST_SOCKETS, TIMEOUT));
  }
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => {
    const cut = (): void => reject(Object.assign(new Error('the answer is cut off'), { code: 'ECONNRESET' }));
    incoming.once('end', () => (incoming.complete ? resolve() : cut()));
    incoming.once('error', reject);
    incoming.once('close', () => {
      if (!incoming.readableEnded) cut();
    });
  });
  const bytes = Buffer.concat(chunks);
  return (incoming.headers['content-encoding'] === 'gzip' ? await unzip(bytes) : bytes).toString('utf8');
}

function toPause(attempt: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1));
}

/** How long the server asks to wait, in milliseconds; undefined for an answer that stands. */
function waitAskedFor({ status, headers }: ApiAnswer): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const seconds = Number(headers['retry-after']);
  if (!Number.isFinite(seconds) || seconds < 0) return status === 429 ? 1000 : undefined;
  return Math.min(seconds, LONGEST_RETRY_AFTER) * 1000;
}
