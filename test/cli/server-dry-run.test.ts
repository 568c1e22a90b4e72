import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { getArray, getString, parseJson, type JsonObject } from '../../src/std/index.ts';
import { ScriptedServer, sendJson, statusOf, type Asked } from '../cluster/api/scripted-server.ts';
import { run, temporaryFolder, type Ran } from './program.ts';
import { readReport } from './report-schema.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\ndata: {k: v}\n';

function discovery(group: string, ...resources: readonly (readonly [plural: string, kind: string, scope: string])[]): object {
  const served = resources.map(([resource, kind, scope]) => ({
    resource,
    responseKind: { group, version: 'v1', kind },
    scope,
    verbs: ['get', 'list', 'patch'],
    subresources: [],
  }));
  const items = [{ metadata: group === '' ? {} : { name: group }, versions: [{ version: 'v1', resources: served }] }];
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items };
}

const CORE = discovery('', ['configmaps', 'ConfigMap', 'Namespaced'], ['namespaces', 'Namespace', 'Cluster']);
const GROUPS = discovery('admissionregistration.k8s.io', ['mutatingwebhookconfigurations', 'MutatingWebhookConfiguration', 'Cluster']);

interface Told {
  readonly ran: Ran;
  /** The dry runs that it was asked for, as `METHOD path`. */
  readonly dryRuns: readonly string[];
}

/** A plan against a server of a version, on which webhooks may be read or not. */
async function plan(context: TestContext, { minor = '36', hidden = false }, ...args: readonly string[]): Promise<Told> {
  const folder = temporaryFolder(context);
  const server = new ScriptedServer((asked, response) => {
    const path = asked.path.replace(/\?.*$/, '');
    if (path === '/version') return sendJson(response, 200, { major: '1', minor });
    if (path === '/api') return sendJson(response, 200, CORE);
    if (path === '/apis') return sendJson(response, 200, GROUPS);
    if (asked.method === 'PATCH') return sendJson(response, 201, stored(asked));
    if (path.endsWith('/kube-system')) return sendJson(response, 200, namespace('kube-system'));
    if (hidden && path.includes('webhook')) return sendJson(response, 403, statusOf(403, 'Forbidden', 'no'));
    const items = path === '/api/v1/namespaces' ? [namespace('default'), namespace('kube-system')] : [];
    return sendJson(response, 200, { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '1' }, items });
  });
  const { server: url } = await server.listen(context);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: url.href } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: '' } }],
  };
  writeFileSync(join(folder, 'config'), JSON.stringify(config), { mode: 0o600 });
  writeFileSync(join(folder, 'a.yaml'), CONFIG);
  const ran = await run('kplan', folder, ['a.yaml', '--unit', 'u', '--kubeconfig', 'config', '-o', 'json', ...args]);
  const dryRuns = server.asked.filter(({ path }) => path.includes('dryRun')).map(({ method, path }) => `${method} ${path}`);
  return { ran, dryRuns };
}

function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: name, resourceVersion: '1' } };
}

function stored({ body }: Asked): JsonObject {
  const object = parseJson(body);
  assert.ok(typeof object === 'object' && object !== null && !Array.isArray(object) && 'data' in object);
  return { ...object, data: { k: 'v', server: 'adds' } };
}

const ASKED = ['PATCH /api/v1/namespaces/default/configmaps/a?fieldManager=kapply&dryRun=All'];

test('a cluster that nobody but us has a say in is asked nothing', async (context) => {
  const { ran, dryRuns } = await plan(context, {});
  assert.deepEqual([ran.code, dryRuns, ran.stderr], [0, [], '']);
  assert.deepEqual(getArray(readReport(ran.stdout), 'notes'), []);
});

test('a cluster of a version that kplan does not know is asked about every change, and that is said', async (context) => {
  const { ran, dryRuns } = await plan(context, { minor: '99' });
  assert.deepEqual(dryRuns, ASKED);
  const report = readReport(ran.stdout);
  assert.equal(getString(report, 'before', 'servedVersion'), '1.99');
  assert.match(
    getString(report, 'notes', 0) ?? '',
    /^The cluster is of Kubernetes 1\.99, which this kplan does not know: .* confirmed by the API server\./,
  );
  assert.match(JSON.stringify(getArray(report, 'changes')), /"confirmed":true/);
});

test('a cluster that hides its webhooks is asked about every change', async (context) => {
  const { ran, dryRuns } = await plan(context, { hidden: true });
  assert.deepEqual(dryRuns, ASKED);
  assert.match(getString(readReport(ran.stdout), 'notes', 0) ?? '', /Not readable in the cluster/);
});

test('never and always mean what they say, and force is asked for as it would be applied', async (context) => {
  assert.deepEqual((await plan(context, { minor: '99' }, '--server-dry-run', 'never')).dryRuns, []);
  const forced = await plan(context, {}, '--server-dry-run', 'always', '--force-conflicts');
  assert.deepEqual(
    forced.dryRuns,
    ASKED.map((request) => `${request}&force=true`),
  );
});

test('without a cluster there is nobody to ask', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'a.yaml'), CONFIG);
  const { code, stderr } = await run('kplan', folder, ['a.yaml', '--base', 'none', '--server-dry-run', 'always']);
  assert.equal(code, 3);
  assert.match(stderr, /--server-dry-run always asks a cluster, and the world before is nothing/);
});
