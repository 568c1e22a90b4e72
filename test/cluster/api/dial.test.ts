import assert from 'node:assert/strict';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { ApiTransport } from '../../../src/cluster/api/transport.ts';
import { openDialer } from '../../../src/cluster/api/dial.ts';
import { AUTHORITY, CERTIFICATE, KEY } from '../kubeconfig/certificates.ts';
import { accessTo, HastyClock } from './scripted-server.ts';

const NEVER = new AbortController().signal;
const TRUST = { tls: { ca: AUTHORITY, servername: 'jane', insecure: false } };

async function listen(context: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A TLS server for the name of its certificate; it answers every request. */
async function serveTls(context: TestContext): Promise<URL> {
  const server = createTlsServer({ cert: CERTIFICATE, key: KEY, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'));
  });
  return new URL(`https://127.0.0.1:${await listen(context, server)}`);
}

describe('openDialer', () => {
  test('speaks HTTP/1.1 over TLS with the server of the name, and resumes its session', async (context) => {
    const dial = openDialer(accessTo(await serveTls(context), TRUST), undefined, 10_000);
    const first = await dial(NEVER);
    await new Promise((resolve) => first.once('session', resolve));
    const second = await dial(NEVER);
    assert.ok(first instanceof TLSSocket && second instanceof TLSSocket);
    assert.deepEqual([first.alpnProtocol, first.isSessionReused(), second.isSessionReused()], ['http/1.1', false, true]);
    for (const socket of [first, second]) socket.destroy();
  });

  const refused = [
    { name: 'another name', tls: { ca: AUTHORITY, servername: 'john', insecure: false }, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { name: 'the address where the name is asked for', tls: { ca: AUTHORITY, insecure: false }, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { name: 'an authority that is not trusted', tls: { servername: 'jane', insecure: false }, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  ];
  for (const { name, tls, code } of refused) {
    test(`refuses ${name}`, async (context) => {
      await assert.rejects(openDialer(accessTo(await serveTls(context), { tls }), undefined, 10_000)(NEVER), { code });
    });
  }

  test('goes through a proxy, with its user', async (context) => {
    const server = await serveTls(context);
    const asked: unknown[] = [];
    const proxy = createHttpServer().on('connect', ({ url = '', headers }, socket: Socket) => {
      asked.push([url, headers['proxy-authorization']]);
      const onward = connect(Number(new URL(`http://${url}`).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      for (const end of [socket, onward]) end.on('error', () => undefined);
    });
    const through = new URL(`http://jane:s%20cret@127.0.0.1:${await listen(context, proxy)}`);
    const transport = new ApiTransport(accessTo(server, { ...TRUST, proxy: through }), new HastyClock());
    assert.equal((await transport.send({ method: 'GET', path: '/version', isRepeatable: true })).text, '{}');
    assert.deepEqual(asked, [[server.host, `Basic ${Buffer.from('jane:s cret').toString('base64')}`]]);
    transport.close();
  });

  test('says so where a proxy does not let through', async (context) => {
    const proxy = createHttpServer().on('connect', (_, socket: Socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    const through = new URL(`http://127.0.0.1:${await listen(context, proxy)}`);
    const transport = new ApiTransport(accessTo(new URL('https://api.invalid:6443'), { proxy: through }), new HastyClock());
    await assert.rejects(transport.send({ method: 'GET', path: '/version', isRepeatable: true }), {
      message: /the proxy does not let through/,
    });
    transport.close();
  });

  test('gives up once nobody waits, or nothing is heard in time', async (context) => {
    const silent = createServer();
    const access = accessTo(new URL(`https://127.0.0.1:${await listen(context, silent)}`));
    const stop = new AbortController();
    const asked = openDialer(access, undefined, 10_000)(stop.signal);
    stop.abort();
    await assert.rejects(asked, { message: 'closed' });
    await assert.rejects(openDialer(access, undefined, 20)(NEVER), { code: 'ETIMEDOUT' });
  });
});
