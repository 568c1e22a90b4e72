import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, test, type TestContext } from 'node:test';
import { openApiCluster, type Cluster, type WatchEvent } from '../../../src/cluster/index.ts';
import { nameOf } from '../../../src/model/index.ts';
import { HastyClock, ScriptedServer, sendJson, statusOf, type Asked } from './scripted-server.ts';

const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };
const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const CORE = {
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  items: [
    {
      metadata: {},
      versions: [
        {
          version: 'v1',
          resources: [
            resource('configmaps', 'ConfigMap', 'Namespaced'),
            resource('namespaces', 'Namespace', 'Cluster', ['status', 'finalize']),
            { ...resource('bindings', 'Binding', 'Namespaced'), verbs: ['create'] },
          ],
        },
      ],
    },
  ],
};
const GROUPS = {
  ...CORE,
  items: [
    {
      metadata: { name: 'example.com' },
      versions: ['v2', 'v1'].map((version) => ({
        version,
        resources: [resource('widgets', 'Widget', 'Namespaced', [], 'example.com', version)],
      })),
    },
  ],
};

function resource(plural: string, kind: string, scope: string, subresources: readonly string[] = [], group = '', version = 'v1'): object {
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope,
    verbs: VERBS,
    subresources: subresources.map((subresource) => ({ subresource })),
  };
}

/** A cluster over a scripted server that knows discovery; `answer` has the rest. */
async function open(
  context: TestContext,
  answer: (asked: Asked, response: ServerResponse) => void,
): Promise<{ readonly cluster: Cluster; readonly server: ScriptedServer; readonly clock: HastyClock }> {
  const server = new ScriptedServer((asked, response) => {
    if (asked.path === '/api') return sendJson(response, 200, CORE);
    if (asked.path === '/apis') return sendJson(response, 200, GROUPS);
    answer(asked, response);
  });
  const clock = new HastyClock();
  const cluster = openApiCluster(await server.listen(context), clock);
  context.after(() => cluster.close());
  return { cluster, server, clock };
}

const pathsOf = (server: ScriptedServer): readonly string[] =>
  server.asked.filter(({ path }) => path !== '/api' && path !== '/apis').map(({ method, path }) => `${method} ${path}`);

describe('openApiCluster', () => {
  test('lists what can be read, the preferred version first', async (context) => {
    const { cluster } = await open(context, (_, response) => sendJson(response, 404, {}));
    assert.deepEqual(
      (await cluster.resources()).map(({ group, version, plural }) => `${group}/${version}/${plural}`),
      ['/v1/configmaps', '/v1/namespaces', 'example.com/v2/widgets', 'example.com/v1/widgets'],
    );
  });

  test('discovers group by group where the server does not know aggregated discovery', async (context) => {
    const answers: Record<string, object> = {
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/apis': {
        kind: 'APIGroupList',
        groups: [
          {
            name: 'apps',
            versions: [{ groupVersion: 'apps/v1beta1' }, { groupVersion: 'apps/v1' }],
            preferredVersion: { groupVersion: 'apps/v1' },
          },
        ],
      },
      '/api/v1': {
        kind: 'APIResourceList',
        groupVersion: 'v1',
        resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: VERBS }],
      },
      '/apis/apps/v1': {
        kind: 'APIResourceList',
        groupVersion: 'apps/v1',
        resources: [
          { name: 'deployments', kind: 'Deployment', namespaced: true, verbs: VERBS },
          { name: 'deployments/status', kind: 'Deployment', namespaced: true, verbs: ['get'] },
        ],
      },
    };
    const server = new ScriptedServer(({ path }, response) => sendJson(response, path in answers ? 200 : 503, answers[path] ?? {}));
    const cluster = openApiCluster(await server.listen(context), new HastyClock());
    assert.deepEqual(await cluster.resources(), [
      { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true, subresources: [] },
      { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true, subresources: ['status'] },
    ]);
    await cluster.close();
  });

  test('gives the items of a list the kind that they do not name', async (context) => {
    const items = [{ metadata: { name: 'a', namespace: 'n' }, data: { big: '1' } }];
    const { cluster, server } = await open(context, (_, response) =>
      sendJson(response, 200, { apiVersion: 'v1', kind: 'ConfigMapList', metadata: { resourceVersion: '7', continue: 'next' }, items }),
    );
    const page = await cluster.list(CONFIG_MAP, { namespace: 'n', labelSelector: 'a=b', limit: 2 });
    assert.deepEqual(page, { items: [{ apiVersion: 'v1', kind: 'ConfigMap', ...items[0] }], resourceVersion: '7', continue: 'next' });
    assert.deepEqual(pathsOf(server), ['GET /api/v1/namespaces/n/configmaps?labelSelector=a%3Db&limit=2']);
  });

  test('writes each kind of write to its place', async (context) => {
    const { cluster, server } = await open(context, ({ method }, response) =>
      sendJson(response, method === 'POST' ? 201 : 200, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: 'n', resourceVersion: '5' },
      }),
    );
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n', resourceVersion: '5' } };
    const by = { fieldManager: 'kapply' };
    const results = [
      await cluster.create(object, by),
      await cluster.update(object, { ...by, dryRun: true }),
      await cluster.apply(object, { ...by, force: true }),
      await cluster.delete({ ...CONFIG_MAP, namespace: 'n', name: 'a' }, { uid: 'u', propagation: 'Foreground' }),
    ];
    assert.deepEqual(
      results.map((result) => (result.kind === 'ok' ? result.operation : result.message)),
      ['created', 'unchanged', 'unchanged', 'deleted'],
    );
    assert.deepEqual(pathsOf(server), [
      'POST /api/v1/namespaces/n/configmaps?fieldManager=kapply',
      'PUT /api/v1/namespaces/n/configmaps/a?fieldManager=kapply&dryRun=All',
      'PATCH /api/v1/namespaces/n/configmaps/a?fieldManager=kapply&force=true',
      'DELETE /api/v1/namespaces/n/configmaps/a',
    ]);
    assert.equal(server.asked.at(-2)?.headers['content-type'], 'application/apply-patch+yaml');
    assert.match(server.asked.at(-1)?.body ?? '', /"preconditions":\{"uid":"u"\},"propagationPolicy":"Foreground"/);
  });

  test('does not write a version that is not served', async (context) => {
    const { cluster, server } = await open(context, (_, response) => sendJson(response, 500, {}));
    const object = { apiVersion: 'example.com/v0', kind: 'Widget', metadata: { name: 'a', namespace: 'n' } };
    const result = await cluster.apply(object, { fieldManager: 'kapply' });
    assert.equal(result.kind === 'error' ? result.reason : '', 'NotFound');
    assert.deepEqual(pathsOf(server), []);
  });

  test('turns a Status into a refusal, and what is none too', async (context) => {
    const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "x"', field: '.data.a' }];
    const answers = [
      () => [409, JSON.stringify(statusOf(409, 'Conflict', 'Apply failed', { causes }))] as const,
      () => [502, '<html>bad gateway</html>\nmore'] as const,
    ];
    const { cluster } = await open(context, (_, response) => {
      const [status, text] = answers.shift()?.() ?? [500, ''];
      response.writeHead(status);
      response.end(text);
    });
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n' } };
    assert.deepEqual(await cluster.apply(object, { fieldManager: 'kapply' }), {
      kind: 'error',
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed',
      causes,
    });
    const other = await cluster.create(object, { fieldManager: 'kapply' });
    assert.deepEqual(other, { kind: 'error', code: 502, reason: 'Unknown', message: '<html>bad gateway</html>' });
  });

  test('a watch goes on from the last event after a lost connection, and ends where it is too old', async (context) => {
    const event = (type: string, version: string, name = 'a'): string =>
      `${JSON.stringify({ type, object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'n', resourceVersion: version } } })}\n`;
    const stretches = [
      [event('ADDED', '11'), event('BOOKMARK', '15', ''), event('MODIFIED', '16').slice(0, 20)],
      [event('MODIFIED', '16'), event('DELETED', '17')],
      [`${JSON.stringify({ type: 'ERROR', object: statusOf(410, 'Expired', 'too old') })}\n`],
    ];
    const { cluster, server } = await open(context, (_, response) => {
      response.writeHead(200);
      for (const line of stretches.shift() ?? []) response.write(line);
      setTimeout(() => response.socket?.destroy(), 20);
    });
    const seen: WatchEvent[] = [];
    for await (const item of cluster.watch(CONFIG_MAP, { resourceVersion: '10', namespace: 'n' })) seen.push(item);
    assert.deepEqual(
      seen.map((item) => ('object' in item ? `${item.type} ${nameOf(item.object)}` : item.type)),
      ['added a', 'bookmark', 'modified a', 'deleted a', 'expired'],
    );
    assert.deepEqual(
      pathsOf(server).map((path) => /resourceVersion=(\d+)/.exec(path)?.[1]),
      ['10', '15', '17'],
    );
  });

  test('says what a wrong identity and a proxy that answers instead mean', async (context) => {
    const { cluster } = await open(context, ({ path }, response) =>
      path === '/version' ? sendJson(response, 401, statusOf(401, 'Unauthorized', 'Unauthorized')) : sendJson(response, 200, {}),
    );
    await assert.rejects(cluster.identity(), {
      name: 'KplanError',
      code: 'CLUSTER_REFUSED',
      message: /Unauthorized \(401\)/,
      hint: /log in again/,
    });
  });
});
