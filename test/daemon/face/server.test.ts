import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
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

/** Sends bytes as they are, and answers what comes back until the server closes. */
async function send({ port }: ListenAddress, bytes: string | Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.write(bytes);
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
