import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type ServerResponse } from 'node:http';
import { Agent, createServer as createHttpsServer, request } from 'node:https';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { getString, parseJson, type JsonObject } from '../../../src/std/index.ts';
import { run } from '../../cli/program.ts';
import { EXPIRED, EXPIRED_KEY } from '../../cluster/kubeconfig/certificates.ts';

// What stands between a user and a real API server, each told by a sentence with the cause and the next step, without a stack.
const CONFIG = parseJson(readFileSync(process.env['KUBECONFIG'] ?? '', 'utf8'));
const SERVER = getString(CONFIG, 'clusters', 0, 'cluster', 'server') ?? '';
const AUTHORITY = getString(CONFIG, 'clusters', 0, 'cluster', 'certificate-authority') ?? '';
const TOKEN = getString(CONFIG, 'users', 0, 'user', 'token') ?? '';
const folder = mkdtempSync(join(tmpdir(), 'kplan-refusals-'));
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const SETTINGS = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: default}\ndata: {colour: red}\n';
const REMOVED =
  'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web, namespace: default}\nspec: {minAvailable: 1, selector: {matchLabels: {app: web}}}\n';

function writeKubeconfig(name: string, cluster: JsonObject, user: JsonObject = { token: TOKEN }): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'real', cluster }],
    users: [{ name: 'jane', user }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'jane' } }],
    'current-context': 'real',
  };
  writeFileSync(join(folder, name), JSON.stringify(config), { mode: 0o600 });
  return name;
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `127.0.0.1:${address.port}`;
}

/** Passes requests on to the real server, with the token; `answer` may give another one. */
function relay(answer: (path: string, response: ServerResponse, pass: () => void) => void): RequestListener {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(AUTHORITY) });
  const { hostname, port } = new URL(SERVER);
  return (incoming, response) => {
    const { url: path = '', method, headers } = incoming;
    answer(path, response, () => {
      const options = { agent, hostname, port, path, method, headers: { ...headers, authorization: `Bearer ${TOKEN}` } };
      const outgoing = request(options, (answered) => {
        response.writeHead(answered.statusCode ?? 500, answered.headers);
        answered.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      incoming.pipe(outgoing);
    });
  };
}

const PAGE: RequestListener = relay((_, response) => {
  response.writeHead(502, { 'content-type': 'text/html' });
  response.end('<html>Bad Gateway</html>');
});
const SLOW: RequestListener = relay((_, __, pass) => void setTimeout(pass, 1500));
const NEWER: RequestListener = relay((path, response, pass) => {
  if (path !== '/version') return pass();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"major":"1","minor":"99"}');
});
const SILENT: RequestListener = () => undefined;

const CASES: Readonly<Record<string, { readonly config: () => string | Promise<string>; readonly says: RegExp }>> = {
  'a kubeconfig that is not there': { config: () => 'none.yaml', says: /none\.yaml: no such file\n {2}is the path right\?/ },
  'a kubeconfig that is no YAML': {
    config: () => (writeFileSync(join(folder, 'broken.yaml'), 'clusters: [\n', { mode: 0o600 }), 'broken.yaml'),
    says: /broken\.yaml:2: not YAML: /,
  },
  'a server of no name': {
    config: () => writeKubeconfig('name.yaml', { server: 'https://no-such-host.invalid:6443' }),
    says: /cannot be reached: its name is not (known|resolved at the moment)\n {2}\w/,
  },
  'a port on which nothing listens': {
    config: () => writeKubeconfig('dead.yaml', { server: 'https://127.0.0.1:9' }),
    says: /cannot be reached: nothing listens there\n {2}is the cluster up/,
  },
  'a server that is silent': {
    config: async () => writeKubeconfig('silent.yaml', { server: `http://${await listen(createHttpServer(SILENT))}` }),
    says: /cannot be reached: it did not answer in time\n {2}is the VPN up, and the API server well\?/,
  },
  'a proxy that answers for it': {
    config: async () => writeKubeconfig('page.yaml', { server: `http://${await listen(createHttpServer(PAGE))}` }),
    says: /\/version: Unknown \(502\): <html>Bad Gateway<\/html>\n {2}is a proxy or load balancer in between/,
  },
  'HTTP where it speaks HTTPS': {
    config: () => writeKubeconfig('http.yaml', { server: SERVER.replace('https', 'http') }),
    says: /Client sent an HTTP request to an HTTPS server\.\n {2}write the server of the kubeconfig with https:\/\//,
  },
  'an authority that nobody knows': {
    config: () => writeKubeconfig('authority.yaml', { server: SERVER }),
    says: /its certificate is (of an unknown authority|signed by itself)\n {2}put .* into certificate-authority-data/,
  },
  'an expired certificate of the server': {
    config: async () => {
      const server = createHttpsServer({ cert: EXPIRED, key: EXPIRED_KEY }, SILENT);
      const data = Buffer.from(EXPIRED).toString('base64');
      return writeKubeconfig('expired.yaml', { server: `https://${await listen(server)}`, 'certificate-authority-data': data });
    },
    says: /its certificate has expired\n {2}the certificate of the API server must be renewed/,
  },
  'an expired certificate of the user': {
    config: () => {
      const [cert, key] = [EXPIRED, EXPIRED_KEY].map((pem) => Buffer.from(pem).toString('base64'));
      const user = { 'client-certificate-data': cert ?? '', 'client-key-data': key ?? '' };
      return writeKubeconfig('user.yaml', { server: SERVER, 'certificate-authority': AUTHORITY }, user);
    },
    says: /the client certificate of user "jane" expired on 2021-01-01\n(.*\n)*kplan: cluster real: .*\n {2}\w/,
  },
  'a token that is none': {
    config: () => writeKubeconfig('token.yaml', { server: SERVER, 'certificate-authority': AUTHORITY }, { token: 'stale' }),
    says: /Unauthorized \(401\): Unauthorized\n {2}the credentials of the kubeconfig are wrong or have expired: log in again/,
  },
  'a user without credentials': {
    config: () => writeKubeconfig('anonymous.yaml', { server: SERVER, 'certificate-authority': AUTHORITY }, {}),
    says: /User "system:anonymous" cannot .*\n {2}the kubeconfig sent no credentials that the server knows: log in/,
  },
  'an identity without rights': {
    config: () => writeKubeconfig('rights.yaml', { server: SERVER, 'certificate-authority': AUTHORITY }, { token: TOKEN, as: 'nobody' }),
    says: /Forbidden \(403\): .* User "nobody" cannot list .*\n {2}`kplan rbac --for-kapply PATH` prints the rights/,
  },
};

describe('what stands between a user and an API server', { concurrency: 2 }, () => {
  before(() => {
    writeFileSync(join(folder, 'settings.yaml'), SETTINGS);
    writeFileSync(join(folder, 'removed.yaml'), REMOVED);
  });

  for (const [name, { config, says }] of Object.entries(CASES)) {
    test(`${name}: the cause and the next step`, async () => {
      const { code, stdout, stderr } = await run('kplan', folder, ['settings.yaml', '--live', '--kubeconfig', await config()]);
      assert.deepEqual([code, stdout], [3, ''], stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }

  test('a slow server is waited for', async () => {
    const config = writeKubeconfig('slow.yaml', { server: `http://${await listen(createHttpServer(SLOW))}` });
    const { code, stdout, stderr } = await run('kplan', folder, ['settings.yaml', '--live', '--kubeconfig', config]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Plan: 1 to create/);
  });

  test('a server that is newer than what is known is planned against, and said to be', async () => {
    const config = writeKubeconfig('newer.yaml', { server: `http://${await listen(createHttpServer(NEWER))}` });
    const { code, stdout, stderr } = await run('kplan', folder, ['settings.yaml', '--live', '--kubeconfig', config]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /the cluster is of Kubernetes 1\.99, and this kplan knows .*; a newer kplan may know it/);
    assert.match(stdout, /The cluster is of Kubernetes 1\.99, which this kplan does not know/);
  });

  test('a version that is no longer served: since when, and what to write', async () => {
    const { code, stdout } = await run('kplan', folder, ['removed.yaml', '--live'], { KUBECONFIG: process.env['KUBECONFIG'] ?? '' });
    assert.equal(code, 1);
    assert.match(stdout, /KV0004 .*policy\/v1beta1.*stopped serving it; use policy\/v1\n.*\n +Move the manifest to policy\/v1\.\n/s);
  });
});
