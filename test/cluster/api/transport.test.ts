import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { describe, test } from 'node:test';
import { ApiTransport, type ApiRequest } from '../../../src/cluster/api/transport.ts';
import { accessTo, HastyClock, ScriptedServer, sendJson, statusOf } from './scripted-server.ts';

const READ: ApiRequest = { method: 'GET', path: '/version', isRepeatable: true };
const CREATE: ApiRequest = { method: 'POST', path: '/api/v1/namespaces', body: '{}', isRepeatable: false };

describe('ApiTransport', () => {
  test('sends credentials, impersonation and a body with its length', async (context) => {
    const server = new ScriptedServer((_, response) => sendJson(response, 200, { ok: true }));
    const access = await server.listen(context);
    const impersonation = { 'Impersonate-User': 'jane', 'Impersonate-Group': ['a', 'b'] };
    const transport = new ApiTransport({ ...access, impersonation }, new HastyClock());
    const answer = await transport.send(CREATE);
    transport.close();
    assert.deepEqual([answer.status, answer.text], [200, '{"ok":true}']);
    const [asked] = server.asked;
    assert.equal(asked?.headers.authorization, 'Bearer 1');
    assert.equal(asked?.headers['impersonate-user'], 'jane');
    assert.equal(asked?.headers['impersonate-group'], 'a, b');
    assert.deepEqual([asked?.headers['content-length'], asked?.body], ['2', '{}']);
  });

  test('unpacks gzip', async (context) => {
    const server = new ScriptedServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync('{"a":1}'));
    });
    const transport = new ApiTransport(await server.listen(context), new HastyClock());
    assert.equal((await transport.send(READ)).text, '{"a":1}');
    transport.close();
  });

  test('waits as long as an overloaded server asks, and takes what stands', async (context) => {
    const clock = new HastyClock();
    const answers = [
      [429, '2'],
      [503, '1'],
      [429, undefined],
      [200, undefined],
    ] as const;
    let at = 0;
    const server = new ScriptedServer((_, response) => {
      const [status, after] = answers[at++] ?? [500, undefined];
      sendJson(response, status, {}, after === undefined ? {} : { 'retry-after': after });
    });
    const transport = new ApiTransport(await server.listen(context), clock);
    assert.equal((await transport.send(CREATE)).status, 200);
    assert.deepEqual(clock.slept, [2000, 1000, 1000]);
    transport.close();
  });

  test('a 503 that asks for nothing stands', async (context) => {
    const server = new ScriptedServer((_, response) => sendJson(response, 503, statusOf(503, 'ServiceUnavailable', 'no')));
    const transport = new ApiTransport(await server.listen(context), new HastyClock());
    assert.equal((await transport.send(READ)).status, 503);
    assert.equal(server.asked.length, 1);
    transport.close();
  });

  test('gets new credentials once where they are refused', async (context) => {
    const server = new ScriptedServer(({ headers }, response) => sendJson(response, headers.authorization === 'Bearer 2' ? 200 : 401, {}));
    const transport = new ApiTransport(await server.listen(context), new HastyClock());
    assert.equal((await transport.send(CREATE)).status, 200);
    assert.equal(server.asked.length, 2);
    const never = new ScriptedServer((_, response) => sendJson(response, 401, {}));
    const other = new ApiTransport(await never.listen(context), new HastyClock());
    assert.equal((await other.send(READ)).status, 401);
    assert.equal(never.asked.length, 2);
    transport.close();
    other.close();
  });

  test('asks again after a lost or cut connection where that is safe, and not where it is not', async (context) => {
    let broken = 0;
    const server = new ScriptedServer(({ path }, response) => {
      if (path === '/well' || broken === 0) return sendJson(response, 200, { whole: true });
      broken--;
      if (broken % 2 === 0) return void response.socket?.destroy();
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"cut":');
      setImmediate(() => response.socket?.destroy());
    });
    const transport = new ApiTransport(await server.listen(context), new HastyClock());
    await transport.send({ ...READ, path: '/well' });
    broken = 4;
    assert.equal((await transport.send(READ)).text, '{"whole":true}');
    assert.equal(server.asked.length, 1 + 5);
    broken = 1;
    await assert.rejects(transport.send(CREATE), { name: 'KplanError', code: 'NO_CLUSTER', message: /the connection was lost/ });
    assert.equal(server.asked.length, 1 + 5 + 1);
    transport.close();
  });

  test('gives a server up that never answered, with the cause and the next step', async (context) => {
    const server = new ScriptedServer(() => undefined);
    const access = await server.listen(context);
    server.close();
    const clock = new HastyClock();
    const transport = new ApiTransport(access, clock);
    await assert.rejects(transport.send(READ), {
      name: 'KplanError',
      code: 'NO_CLUSTER',
      message: `cluster test: the API server http://${access.server.host} cannot be reached: nothing listens there`,
    });
    assert.deepEqual(clock.slept, []);
    const unknown = new ApiTransport(accessTo(new URL('https://no-such-host.invalid:6443')), clock);
    await assert.rejects(unknown.send(READ), { message: /its name is not known|its name is not resolved/ });
    unknown.close();
    transport.close();
  });

  test('says that a server has fallen silent, and gives it up after a minute for all requests alike', async (context) => {
    let isSilent = false;
    const server = new ScriptedServer((_, response) => (isSilent ? void response.socket?.destroy() : sendJson(response, 200, {})));
    const clock = new HastyClock();
    const told: string[] = [];
    const access = await server.listen(context);
    const transport = new ApiTransport(access, clock, (trouble) => told.push(trouble));
    await transport.send(READ);
    isSilent = true;
    const lost = `cluster test: the API server http://${access.server.host} cannot be reached: the connection was lost`;
    await assert.rejects(transport.send(READ), { message: lost });
    assert.ok(clock.now() >= 55_000 && clock.now() < 70_000);
    await clock.sleep(10_000);
    const before = clock.now();
    await assert.rejects(transport.send(READ), { message: lost });
    assert.equal(clock.now(), before);
    await clock.sleep(90_000);
    await assert.rejects(transport.send(READ), { message: lost });
    assert.ok(clock.now() - before >= 90_000 + 55_000);
    isSilent = false;
    await transport.send(READ);
    const gone = `${lost}; trying again for a minute`;
    assert.deepEqual(told, [gone, gone, 'cluster test: the API server answers again']);
    transport.close();
  });

  test('ends what is under way when the signal aborts or it is closed', async (context) => {
    const server = new ScriptedServer(() => undefined);
    const access = await server.listen(context);
    const transport = new ApiTransport(access, new HastyClock());
    const stop = new AbortController();
    const one = assert.rejects(transport.send({ ...READ, signal: stop.signal }), { name: 'KplanError' });
    const two = assert.rejects(transport.send(READ), { name: 'KplanError' });
    setTimeout(() => stop.abort(), 20);
    await one;
    transport.close();
    await two;
    assert.equal(await transport.open(READ), undefined);
  });

  test('ends what waits for a connection, too', async (context) => {
    const server = new ScriptedServer(() => undefined);
    const transport = new ApiTransport(await server.listen(context), new HastyClock());
    const asked = Array.from({ length: 40 }, () => assert.rejects(transport.send(READ), { name: 'KplanError' }));
    while (server.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    transport.close();
    await Promise.all(asked);
    assert.ok(server.asked.length < asked.length);
  });
});
