import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { Board } from '../../../src/daemon/face/board.ts';
import { Face, MOST_BODY_BYTES } from '../../../src/daemon/face/face.ts';
import { DaemonMetrics } from '../../../src/daemon/face/metrics.ts';
import { serveFace, type ListenAddress } from '../../../src/daemon/face/server.ts';
import { KplanError } from '../../../src/model/index.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';

async function serve(context: TestContext): Promise<ListenAddress & { readonly said: readonly string[] }> {
  const end = new AbortController();
  context.after(() => end.abort());
  const said: string[] = [];
  const log = (message: string): unknown => said.push(message);
  const face = new Face({
    metrics: new DaemonMetrics(),
    board: new Board(),
    clock: new FakeClock(),
    secret: 'secret',
    unready: () => undefined,
    log,
  });
  return { ...(await serveFace(face, { host: '127.0.0.1', port: 0 }, end.signal)), said };
}

/** Settles once a connection is closed, by whomever and however. */
function toClosed(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Sends bytes as they are, and answers what comes back until the server closes. */
async function send({ port }: ListenAddress, bytes: string | Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const closed = toClosed(socket);
  socket.write(bytes);
  await closed;
  return text;
}

/** Sends bytes and the end of them, and answers what comes back until the server closes. */
async function sendAll({ port }: ListenAddress, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: false });
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    // A page that is followed has no end: whoever has its head has seen enough.
    if (text.includes('text/event-stream')) socket.destroy();
  });
  const closed = toClosed(socket);
  socket.end(bytes);
  await closed;
  return text;
}

test('a face is served on loopback, and its answers name their length', async (context) => {
  const { port } = await serve(context);
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
  assert.deepEqual([answer.status, await answer.text(), answer.headers.get('content-length')], [200, 'ok\n', '3']);
  const metrics = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain; version=/);
  assert.match(await metrics.text(), /^kapply_units\{outcome="synced"\} 0$/m);
});

test('a body that says it is too large is refused unread, and one that does not say so once it is', async (context) => {
  const address = await serve(context);
  const head = 'POST /webhook HTTP/1.1\r\nHost: x\r\n';
  assert.match(await send(address, `${head}Content-Length: 10000000\r\n\r\n`), /^HTTP\/1\.1 413 /);
  const chunk = Buffer.concat([Buffer.from(`${(MOST_BODY_BYTES + 1).toString(16)}\r\n`), Buffer.alloc(MOST_BODY_BYTES + 1)]);
  assert.match(await send(address, Buffer.concat([Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`), chunk])), /^HTTP\/1\.1 413 /);
  assert.deepEqual(address.said, ['refused: a webhook that is too large']);
});

test('what is no HTTP, and headers without end, are cut off', async (context) => {
  const address = await serve(context);
  assert.match(await send(address, '\u0016\u0003\u0001\u0002\u0000\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await send(address, `GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
});

/** Opens a connection, says a little, and waits until the server has had enough of it. */
async function dawdle({ port }: ListenAddress, bytes: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.resume();
  const closed = toClosed(socket);
  socket.write(bytes);
  await closed;
}

test('clients that never come to an end are cut off, however many, and others are answered then', async (context) => {
  const address = await serve(context);
  const begun = [
    '',
    'POST /web',
    'GET /healthz HTTP/1.1\r\nHost: x\r\nx-slow: 1',
    'POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{',
  ];
  await Promise.all(Array.from({ length: 150 }, (_, index) => dawdle(address, begun[index % begun.length] ?? '')));
  assert.equal((await fetch(`http://127.0.0.1:${address.port}/healthz`)).status, 200);
});

/** Pieces of requests: right ones, paths that lead elsewhere, lengths that lie, secrets that are wrong. */
const PIECES = [
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'PRI',
  'CONNECT',
  ' ',

  '/webhook',
  '/healthz',
  '/metrics',
  '/',
  '/events',
  '//webhook',
  '/../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/webhook%00',
  '*',

  'http://127.0.0.1/webhook',
  ' HTTP/1.1\r\n',
  ' HTTP/1.0\r\n',
  ' HTTP/9.9\r\n',
  '\r\n',
  '\r\n\r\n',
  'Host: x\r\n',
  'Content-Length: 3\r\n',

  'Content-Length: -1\r\n',
  'Content-Length: 10000000\r\n',
  'Transfer-Encoding: chunked\r\n',
  'ffffffffffffffff\r\n',
  '3\r\nabc\r\n0\r\n\r\n',

  'X-Gitlab-Token: wrong\r\n',
  'X-Hub-Signature-256: sha256=00\r\n',
  'X-Gitea-Signature: \r\n',
  'Expect: 100-continue\r\n',
  'Connection: close\r\n',
  'Upgrade: websocket\r\nConnection: Upgrade\r\n',
  '\u0000',
  'é',
  '{"ref":"refs/heads/main"}',
  'a'.repeat(20_000),
];

// KPLAN_FUZZ is how many connections there are.
test('whatever comes by the wire is refused in few words, and the face lives on', async (context) => {
  const address = await serve(context);
  const usual = fc.tuple(
    fc.constantFrom(...PIECES.slice(0, 3)),
    fc.constantFrom(...PIECES.slice(7, 18)),
    fc.constant(' HTTP/1.1\r\nHost: x\r\n'),
  );
  const text = fc.tuple(
    fc.option(usual, { nil: [] }),
    fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary' })), { maxLength: 8 }),
  );
  const runs = Number(process.env['KPLAN_FUZZ'] ?? 40);
  const check = fc.asyncProperty(text, async ([head, rest]) => {
    const answer = await sendAll(address, [...head, ...rest].join(''));
    assert.ok(!answer.includes('HTTP/1.1 202'), answer.slice(0, 200));
    for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)) assert.notEqual(status, '500');
  });
  await fc.assert(check, { numRuns: runs });
  assert.equal((await fetch(`http://127.0.0.1:${address.port}/healthz`)).status, 200);
  assert.ok(address.said.length <= 3, address.said.join('\n'));
});

test('a port that is taken is said to be', async (context) => {
  const { port } = await serve(context);
  const face = new Face({
    metrics: new DaemonMetrics(),
    board: new Board(),
    clock: new FakeClock(),
    unready: () => undefined,
    log: () => undefined,
  });
  await assert.rejects(
    serveFace(face, { host: '127.0.0.1', port }, new AbortController().signal),
    (error: unknown) => error instanceof KplanError && error.message.includes(`--listen 127.0.0.1:${port}`),
  );
});
