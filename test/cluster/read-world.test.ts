import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSnapshot, readWorld, type Cluster } from '../../src/cluster/index.ts';
import { KplanError, refOf } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import type { JsonValue } from '../../src/std/index.ts';

const config = (namespace: string): JsonValue => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace } });
const DOCUMENTS = [config('a'), config('b'), config('c'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }];

/** A cluster in which nothing may be listed but in some namespaces. */
function openNarrow(...namespaces: readonly string[]): Cluster {
  const whole = openSnapshot({ documents: DOCUMENTS, description: 'test', catalog: loadCatalog('1.36') });
  const list: Cluster['list'] = (kind, query = {}) => {
    if (query.namespace !== undefined && namespaces.includes(query.namespace)) return whole.list(kind, query);
    throw new KplanError('CLUSTER_REFUSED', 'Forbidden (403)');
  };
  return Object.assign(Object.create(whole) as Cluster, { list, resources: () => whole.resources() });
}

const wanted = (...namespaces: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map([
    ['/ConfigMap', new Set(namespaces)],
    ['/Namespace', new Set(['a'])],
  ]);

test('what may not be listed as a whole is read in the namespaces where it matters', async () => {
  const { world, unread, partial } = await readWorld(openNarrow('a', 'b'), { scope: wanted('a', 'b') });
  assert.deepEqual(
    world.objects().map((object) => refOf(object).namespace),
    ['a', 'b'],
  );
  assert.deepEqual(partial, ['/ConfigMap']);
  assert.ok(unread.includes('/ConfigMap') && unread.includes('/Namespace') && unread.includes('/Secret'));
});

test('a kind that cannot be read in all of them is not known at all', async () => {
  const { world, unread, partial } = await readWorld(openNarrow('a'), { scope: wanted('a', 'b') });
  assert.deepEqual([world.size, partial, unread.includes('/ConfigMap')], [0, undefined, true]);
});

test('what Helm keeps of its releases is not read', async () => {
  const secret = (name: string, type: string): JsonValue => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'a' },
    type,
  });
  const documents = [secret('plain', 'Opaque'), secret('sh.helm.release.v1.web.v1', 'helm.sh/release.v1')];
  const { world, unread } = await readWorld(openSnapshot({ documents, description: 'test', catalog: loadCatalog('1.36') }));
  assert.deepEqual(
    world.objects().map((object) => refOf(object).name),
    ['plain'],
  );
  assert.deepEqual(unread, []);
});
