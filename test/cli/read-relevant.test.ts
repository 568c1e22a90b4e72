import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAhead, readRelevant } from '../../src/cli/stages/read-relevant.ts';
import { openSnapshot, type Cluster } from '../../src/cluster/index.ts';
import { KplanError, nameOf } from '../../src/model/index.ts';
import { isObject, type JsonObject } from '../../src/std/index.ts';
import { CATALOG, manifest } from '../planner/scenario.ts';

const FLOW: JsonObject = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: 'f' } };
const CONFIG: JsonObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default' } };
const PARENT: JsonObject = {
  ...CONFIG,
  metadata: {
    name: 'kapply-shop',
    namespace: 'default',
    annotations: { 'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap,FlowSchema.flowcontrol.apiserver.k8s.io' },
  },
};

/** A cluster that keeps account of the kinds that it is asked for. */
function counting(documents: readonly JsonObject[]): { readonly cluster: Cluster; readonly kinds: string[] } {
  const cluster = openSnapshot({ documents, description: 'test', catalog: CATALOG });
  const kinds: string[] = [];
  const list = cluster.list.bind(cluster);
  cluster.list = (kind, query) => {
    kinds.push(kind.kind);
    return list(kind, query);
  };
  return { cluster, kinds };
}

const cases: readonly {
  readonly name: string;
  readonly documents: readonly JsonObject[];
  readonly desired: JsonObject;
  readonly want: boolean;
}[] = [
  { name: 'that nothing asks for is not read', documents: [FLOW], desired: CONFIG, want: false },
  { name: 'of a manifest is', documents: [FLOW], desired: FLOW, want: true },
  { name: 'that a unit has some of is', documents: [FLOW, PARENT], desired: CONFIG, want: true },
  {
    name: 'of an owner is',
    documents: [FLOW],
    desired: {
      ...CONFIG,
      metadata: {
        name: 'c',
        ownerReferences: [{ apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', name: 'f', uid: 'u' }],
      },
    },
    want: true,
  },
];

for (const { name, documents, desired, want } of cases) {
  test(`a minor kind ${name}`, async () => {
    const { cluster, kinds } = counting(documents);
    const { world } = await readRelevant(cluster, { manifests: [manifest(desired)], defaultNamespace: 'default' });
    assert.deepEqual(
      [kinds.includes('FlowSchema'), world.byKind('flowcontrol.apiserver.k8s.io', 'FlowSchema').length],
      [want, want ? 1 : 0],
    );
    assert.ok(kinds.includes('Deployment') && kinds.length === new Set(kinds).size, 'everything else is read, once');
  });
}

test('of what was read ahead nothing is read again, but for kinds that could not be read', async () => {
  const { cluster, kinds } = counting([CONFIG, FLOW]);
  const ahead = await readAhead(cluster);
  kinds.length = 0;
  const own = { manifests: [manifest(CONFIG)], defaultNamespace: 'default' };
  assert.equal(await readRelevant(cluster, own, ahead), ahead);
  const flow = await readRelevant(cluster, { ...own, manifests: [manifest(CONFIG), manifest(FLOW)] }, ahead);
  assert.deepEqual(kinds, ['FlowSchema']);
  assert.deepEqual([flow.world.byKind('', 'ConfigMap').length, flow.unread], [1, []]);
  kinds.length = 0;
  const list = cluster.list.bind(cluster);
  cluster.list = (kind, query) =>
    query?.namespace === undefined && kind.kind === 'ConfigMap'
      ? Promise.reject(new KplanError('CLUSTER_REFUSED', 'configmaps is forbidden'))
      : list(kind, query);
  const refused = await readRelevant(cluster, own, await readAhead(cluster));
  assert.deepEqual([refused.unread, refused.partial], [['/ConfigMap'], ['/ConfigMap']]);
  assert.equal(refused.world.byKind('', 'ConfigMap').length, 1);
});

test('what Helm keeps of a release is read where a manifest is that', async () => {
  const release = (name: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    type: 'helm.sh/release.v1',
  });
  const { cluster } = counting([release('kept'), release('other')]);
  const { metadata, ...rest } = release('kept');
  const own = manifest({ ...rest, metadata: { ...(isObject(metadata) ? metadata : {}), labels: { a: 'b' } } });
  const { world } = await readRelevant(cluster, { manifests: [own, manifest(release('new'))], defaultNamespace: 'default' });
  assert.deepEqual(world.byKind('', 'Secret').map(nameOf), ['kept']);
});
