import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { ApiTransport, type ApiRequest } from '../../../src/cluster/api/transport.ts';
import { KplanError } from '../../../src/model/index.ts';
import { CERTIFICATE, KEY } from '../kubeconfig/certificates.ts';
import { startHttpProxy, startSocksProxy, type Proxy } from './proxies.ts';
import { accessTo, HastyClock, ScriptedServer, sendJson } from './scripted-server.ts';

const READ: ApiRequest = { method: 'GET', path: '/version', isRepeatable: true };

async function listenPlain(context: TestContext): Promise<URL> {
  return (await new ScriptedServer((_, response) => sendJson(response, 200, { well: true })).listen(context)).server;
}

async function listenSecure(context: TestContext): Promise<URL> {
  const server = createServer({ cert: CERTIFICATE, key: KEY }, (_, response) => sendJson(response, 200, { well: true }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

async function askThrough(server: URL, proxy: URL): Promise<readonly string[]> {
  const transport = new ApiTransport(accessTo(server, { proxy, tls: { insecure: true } }), new HastyClock());
  try {
    return [(await transport.send(READ)).text, (await transport.send(READ)).text];
  } finally {
    transport.close();
  }
}

function withIdentity({ url }: Proxy): URL {
  return new URL(url.href.replace('//', '//jane:p%40ss@'));
}

describe('openTunnel', () => {
  const listens = { 'http:': listenPlain, 'https:': listenSecure };
  for (const [protocol, listen] of Object.entries(listens)) {
    test(`goes to an ${protocol} server through a proxy of HTTP, over one connection`, async (context) => {
      const [server, proxy] = [await listen(context), await startHttpProxy(context)];
      assert.deepEqual(await askThrough(server, withIdentity(proxy)), ['{"well":true}', '{"well":true}']);
      assert.deepEqual(proxy.tunnels, [`${server.host} ${Buffer.from('jane:p@ss').toString('base64')}`]);
    });

    test(`goes to an ${protocol} server through a proxy of SOCKS 5, over one connection`, async (context) => {
      const [server, proxy] = [await listen(context), await startSocksProxy(context, 'p@ss')];
      assert.deepEqual(await askThrough(server, withIdentity(proxy)), ['{"well":true}', '{"well":true}']);
      assert.deepEqual(proxy.tunnels, [`${server.host} jane:p@ss`]);
    });
  }

  test('lets a proxy of SOCKS 5 look up the name', async (context) => {
    const [server, proxy] = [await listenPlain(context), await startSocksProxy(context)];
    server.hostname = 'localhost';
    await askThrough(server, proxy.url);
    assert.deepEqual(proxy.tunnels, [server.host]);
  });

  const refusals: readonly { readonly name: string; readonly start: (context: TestContext) => Promise<Proxy>; readonly want: string }[] = [
    { name: 'HTTP that wants a login', start: (context) => startHttpProxy(context, 407), want: 'does not let through: it answered 407' },
    {
      name: 'SOCKS 5 that knows another password',
      start: (context) => startSocksProxy(context, 'x'),
      want: 'does not let through: Socks5 Authentication failed',
    },
    {
      name: 'SOCKS 5 that is not there',
      start: () => Promise.resolve({ url: new URL('socks5://127.0.0.1:1'), tunnels: [] }),
      want: 'does not let through: connect ECONNREFUSED',
    },
  ];
  for (const { name, start, want } of refusals) {
    test(`says so of a proxy of ${name}, without its password`, async (context) => {
      const [server, proxy] = [await listenSecure(context), await start(context)];
      await assert.rejects(askThrough(server, withIdentity(proxy)), (error) => {
        assert.ok(error instanceof KplanError);
        assert.match(error.message, new RegExp(want));
        const { cause } = error;
        assert.ok(!JSON.stringify([error.message, error.hint, cause, { ...(cause as object) }]).includes('p@ss'));
        return error.code === 'NO_CLUSTER';
      });
    });
  }
});
