import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { openSnapshot } from '../../src/cluster/index.ts';
import type { JsonValue } from '../../src/std/index.ts';
import { configMap, testClusterReads } from '../cluster-contract.ts';
import { CATALOG } from '../sim/embedded.ts';

const OPTIONS = { description: 'live.yaml', catalog: CATALOG };
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

testClusterReads('a snapshot', async (objects) => {
  const cluster = openSnapshot({ ...OPTIONS, documents: [{ apiVersion: 'v1', kind: 'List', items: objects }] });
  return { cluster, settle: () => Promise.resolve(), close: () => cluster.close() };
});

const [one, two] = [configMap('n', 'one'), configMap('n', 'two')];
const bare = { metadata: { namespace: 'n', name: 'two' }, data: { key: 'value' } };
const DUMPS: readonly { readonly name: string; readonly documents: readonly JsonValue[] }[] = [
  { name: 'documents', documents: [one, two] },
  { name: 'a List', documents: [{ apiVersion: 'v1', kind: 'List', items: [one, two] }] },
  { name: 'a typed list', documents: [{ apiVersion: 'v1', kind: 'ConfigMapList', metadata: {}, items: [one, bare] }] },
  {
    name: 'lists in a List',
    documents: [{ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'ConfigMapList', items: [bare] }, one] }],
  },
  { name: 'arrays, and what is no object', documents: [[one, null, 'text'], { none: true }, two] },
];
for (const { name, documents } of DUMPS) {
  test(`reads ${name}`, async () => {
    const { items } = await openSnapshot({ ...OPTIONS, documents }).list(CONFIG_MAP);
    assert.deepEqual(items, [one, two]);
  });
}

test('knows the uid of the cluster that it is of', async () => {
  const documents = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'u-1' } }];
  assert.deepEqual(await openSnapshot({ ...OPTIONS, documents }).identity(), {
    uid: 'u-1',
    description: 'live.yaml',
    kubernetesVersion: '1.36',
  });
});

test('lists kinds that only the dump knows', async () => {
  const gadget = { apiVersion: 'none.example/v1', kind: 'Gadget', metadata: { name: 'a' } };
  const cluster = openSnapshot({ ...OPTIONS, documents: [gadget] });
  assert.deepEqual((await cluster.list({ group: 'none.example', version: 'v1', kind: 'Gadget' })).items, [gadget]);
});

test('refuses every write', async () => {
  const cluster = openSnapshot({ ...OPTIONS, documents: [one] });
  const by = { fieldManager: 'm' };
  const results = [
    await cluster.create(two, by),
    await cluster.update(one, by),
    await cluster.updateStatus(one, by),
    await cluster.apply(two, by),
    await cluster.delete({ ...CONFIG_MAP, namespace: 'n', name: 'one' }),
  ];
  for (const result of results)
    assert.ok(result.kind === 'error' && result.code === 405 && result.message.endsWith('live.yaml is read-only'));
  assert.equal((await cluster.list(CONFIG_MAP)).items.length, 1);
});
