import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionPool } from '../../../src/cluster/api/connection-pool.ts';

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

interface Line {
  readonly port: number;
  /** The connections that were made, in their order. */
  readonly sockets: Socket[];
}

/** A server of bare connections that says what `answer` tells it to each request. */
async function listen(context: TestContext, answer: (request: string, socket: Socket) => void): Promise<Line> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (bytes) => answer(String(bytes), socket));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, sockets };
}

function openPool(context: TestContext, port: number, limit: number, timeout = 10_000): ConnectionPool {
  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket));
      socket.once('error', reject);
    });
  const pool = new ConnectionPool(open, { limit, timeout });
  context.after(() => pool.destroy());
  return pool;
}

const REQUEST = Buffer.from('GET / HTTP/1.1\r\n\r\n');

describe('ConnectionPool', () => {
  test('keeps to its limit, whoever waits has their turn, and connections are used again', async (context) => {
    let [active, most] = [0, 0];
    const line = await listen(context, (_, socket) => {
      most = Math.max(most, ++active);
      setTimeout(() => socket.write(ANSWER, () => active--), 1);
    });
    const pool = openPool(context, line.port, 3);
    const answers = await Promise.all(Array.from({ length: 20 }, () => pool.exchange(REQUEST)));
    assert.deepEqual([answers.every(({ status }) => status === 200), line.sockets.length], [true, 3]);
    assert.ok(most <= 3);
    await pool.exchange(REQUEST);
    assert.equal(line.sockets.length, 3);
  });

  test('opens another connection for who waits where one is lost or not kept', async (context) => {
    let count = 0;
    const line = await listen(context, (_, socket) => {
      count++;
      if (count === 1) socket.destroy();
      else if (count === 2) socket.end(ANSWER.replace('\r\n', '\r\nConnection: close\r\n'));
      else socket.write(ANSWER);
    });
    const pool = openPool(context, line.port, 1);
    const [first, second, third] = await Promise.allSettled([pool.exchange(REQUEST), pool.exchange(REQUEST), pool.exchange(REQUEST)]);
    assert.equal(first?.status === 'rejected' && first.reason.code, 'ECONNRESET');
    assert.deepEqual([second?.status, third?.status, line.sockets.length], ['fulfilled', 'fulfilled', 3]);
  });

  test('a connection that the server ended while it was idle is not used', async (context) => {
    const line = await listen(context, (_, socket) => socket.write(ANSWER));
    const pool = openPool(context, line.port, 1);
    await pool.exchange(REQUEST);
    line.sockets[0]?.end();
    await sleep(20);
    assert.equal((await pool.exchange(REQUEST)).status, 200);
    assert.equal(line.sockets.length, 2);
  });

  test('what nobody asked for ends a connection', async (context) => {
    const line = await listen(context, (_, socket) => socket.write(ANSWER));
    const pool = openPool(context, line.port, 1);
    await pool.exchange(REQUEST);
    line.sockets[0]?.write(ANSWER);
    await sleep(20);
    assert.equal((await pool.exchange(REQUEST)).status, 200);
    assert.equal(line.sockets.length, 2);
  });

  test('gives up a server that is silent', async (context) => {
    const line = await listen(context, () => undefined);
    const pool = openPool(context, line.port, 1, 20);
    await assert.rejects(pool.exchange(REQUEST), { code: 'ETIMEDOUT' });
  });

  test('who does not wait any longer takes no turn from others', async (context) => {
    const held: Socket[] = [];
    const line = await listen(context, (_, socket) => held.push(socket));
    const pool = openPool(context, line.port, 1);
    const stop = new AbortController();
    const first = pool.exchange(REQUEST);
    const second = pool.exchange(REQUEST, stop.signal);
    const third = pool.exchange(REQUEST);
    stop.abort();
    await assert.rejects(second, { message: 'aborted' });
    while (held.length === 0) await sleep(1);
    held[0]?.write(ANSWER);
    assert.equal((await first).status, 200);
    while (held.length === 1) await sleep(1);
    held[1]?.write(ANSWER);
    assert.equal((await third).status, 200);
  });

  test('is destroyed with all that is under way, waits or comes later', async (context) => {
    const line = await listen(context, () => undefined);
    const pool = openPool(context, line.port, 1);
    const asked = [pool.exchange(REQUEST), pool.exchange(REQUEST)];
    while (line.sockets.length === 0) await sleep(1);
    pool.destroy();
    for (const { status } of await Promise.allSettled([...asked, pool.exchange(REQUEST)])) assert.equal(status, 'rejected');
  });
});
