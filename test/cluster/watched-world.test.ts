import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WatchedWorld, type WatchEvent } from '../../src/cluster/index.ts';
import { KplanError, nameOf, withMetadata, type KubernetesObject } from '../../src/model/index.ts';
import { FakeCluster } from '../reconcile/fake-cluster.ts';

const settings = (name: string, value = ''): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data: { value },
});

async function follow(
  cluster: FakeCluster,
  work: (watched: WatchedWorld) => Promise<void>,
  discovery?: { readonly clock: { readonly now: () => number }; readonly age: number },
): Promise<void> {
  const watched = new WatchedWorld(cluster, undefined, discovery);
  try {
    await work(watched);
  } finally {
    await watched.close();
  }
}

/** Lets the watches tell what they have. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function valuesOf(watched: WatchedWorld): Promise<readonly string[]> {
  const { world } = await watched.read();
  return world.byKind('', 'ConfigMap').map((object) => `${nameOf(object)}=${JSON.stringify(object['data'])}`);
}

test('what is made, changed and deleted is in the next reading, and nothing is listed again', async () => {
  const cluster = new FakeCluster();
  cluster.put(settings('a'));
  cluster.put(settings('b'));
  await follow(cluster, async (watched) => {
    const first = await watched.read();
    const listed = cluster.requests.length;
    cluster.put(settings('b', 'new'));
    cluster.put(settings('c'));
    cluster.remove({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' });
    await settle();
    assert.deepEqual(await valuesOf(watched), ['b={"value":"new"}', 'c={"value":""}']);
    assert.equal(cluster.requests.length, listed);
    assert.equal(first.world.size, 2);
  });
});

test('many objects are listed a few hundred at a time', async () => {
  const cluster = new FakeCluster();
  for (let index = 0; index < 600; index++) cluster.put(settings(`many-${index}`));
  const list = cluster.list.bind(cluster);
  const sizes: number[] = [];
  cluster.list = async (kind, query) => {
    const { items, resourceVersion } = await list(kind, query);
    const from = Number(query?.continue ?? 0);
    const to = from + (query?.limit ?? items.length);
    const page = items.slice(from, to);
    sizes.push(page.length);
    return { items: page, resourceVersion, ...(to < items.length ? { continue: String(to) } : {}) };
  };
  await follow(cluster, async (watched) => {
    const { world } = await watched.read();
    assert.equal(world.byKind('', 'ConfigMap').length, 600);
    assert.ok(Math.max(...sizes) <= 250, sizes.join());
  });
});

test('a watch that has expired is begun again from a list, and objects that did not change stay the same', async () => {
  const cluster = new FakeCluster();
  cluster.put(settings('a'));
  const watch = cluster.watch.bind(cluster);
  let expires = true;
  cluster.watch = async function* (kind, from): AsyncIterable<WatchEvent> {
    if (expires) yield { type: 'expired' };
    else yield* watch(kind, from);
  };
  await follow(cluster, async (watched) => {
    const before = await watched.read();
    await settle();
    expires = false;
    cluster.put(settings('b'));
    const after = await watched.read();
    assert.deepEqual(after.world.byKind('', 'ConfigMap').map(nameOf), ['a', 'b']);
    assert.equal(after.world.byKind('', 'ConfigMap')[0], before.world.byKind('', 'ConfigMap')[0]);
    cluster.put(settings('a', 'followed'));
    await settle();
    assert.deepEqual(await valuesOf(watched), ['a={"value":"followed"}', 'b={"value":""}']);
  });
});

test('what came while it was watched and went while it was not is gone, and that is told', async () => {
  const cluster = new FakeCluster();
  const watch = cluster.watch.bind(cluster);
  let expire: () => void = () => undefined;
  const expired = new Promise<void>((resolve) => (expire = resolve));
  cluster.watch = async function* (kind, from): AsyncIterable<WatchEvent> {
    const events = watch(kind, from)[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([events.next(), expired]);
      if (next === undefined) yield { type: 'expired' };
      else if (next.done === true) return;
      else yield next.value;
    }
  };
  const told: string[] = [];
  const watched = new WatchedWorld(cluster, (before, after) => {
    told.push([before, after].map((object) => (object === undefined ? '-' : nameOf(object))).join(' '));
  });
  try {
    await watched.read();
    cluster.put(settings('a'));
    await settle();
    expire();
    await settle();
    cluster.remove({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' });
    assert.deepEqual((await watched.read()).world.byKind('', 'ConfigMap').map(nameOf), []);
    assert.deepEqual(told, ['- a', 'a -']);
  } finally {
    await watched.close();
  }
});

test('kinds that may not be read are named, and kinds that may not be watched are listed each time', async () => {
  const cluster = new FakeCluster();
  cluster.put(settings('a'));
  const refusal = new KplanError('CLUSTER_REFUSED', 'forbidden');
  cluster.fault = (verb, { kind }) => (verb === 'list' && kind === 'Secret' ? { kind: 'throw', error: refusal } : undefined);
  cluster.watch = async function* (): AsyncIterable<WatchEvent> {
    yield await Promise.reject(refusal);
  };
  await follow(cluster, async (watched) => {
    assert.deepEqual((await watched.read()).unread, ['/Secret']);
    await settle();
    cluster.put(withMetadata(settings('a', 'listed'), {}));
    assert.deepEqual(await valuesOf(watched), ['a={"value":"listed"}']);
  });
});

test('a kind that is no longer served is gone, and one that is new is there', async () => {
  const cluster = new FakeCluster();
  const types = await cluster.resources();
  const widgets = { group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true, subresources: [] };
  cluster.put({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'shop' } });
  await follow(cluster, async (watched) => {
    assert.equal((await watched.read()).world.size, 0);
    cluster.resources = async () => [...types, widgets];
    assert.equal((await watched.read()).world.size, 1);
    cluster.resources = async () => types;
    assert.equal((await watched.read()).world.size, 0);
  });
});

test('a cluster that cannot be reached is said to be so, whatever is known of it', async () => {
  const cluster = new FakeCluster();
  await follow(cluster, async (watched) => {
    await watched.read();
    cluster.resources = () => Promise.reject(new KplanError('NO_CLUSTER', 'nobody answers'));
    await assert.rejects(watched.read(), /nobody answers/);
  });
});

test('those who read at once are answered by one list of each kind, and discovery is asked anew only after a while', async () => {
  const cluster = new FakeCluster();
  cluster.put(settings('a'));
  let asked = 0;
  const resources = cluster.resources.bind(cluster);
  cluster.resources = async () => {
    asked++;
    return resources();
  };
  let now = 0;
  await follow(
    cluster,
    async (watched) => {
      await Promise.all([watched.read(), watched.read(), watched.read()]);
      assert.equal(cluster.requests.filter((request) => request.startsWith('list ConfigMap')).length, 1, cluster.requests.join('\n'));
      assert.equal(asked, 1);
      now = 9_999;
      await watched.read();
      assert.equal(asked, 1);
      now = 10_000;
      const { types } = await watched.read();
      assert.equal(asked, 2);
      assert.deepEqual(types, await resources());
    },
    { clock: { now: () => now }, age: 10_000 },
  );
});

test('a definition that comes is asked about until the server has had time to serve it', async () => {
  const cluster = new FakeCluster();
  const definition = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' };
  const type = { ...definition, plural: 'customresourcedefinitions', namespaced: false, subresources: [] };
  let asked = 0;
  cluster.resources = async () => {
    asked++;
    return [type];
  };
  let now = 0;
  await follow(
    cluster,
    async (watched) => {
      await watched.read();
      await watched.read();
      assert.equal(asked, 1);
      cluster.put({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.org' } });
      await settle();
      await watched.read();
      now = 4_999;
      await watched.read();
      assert.equal(asked, 3);
      now = 5_000;
      await watched.read();
      await watched.read();
      assert.equal(asked, 4);
    },
    { clock: { now: () => now }, age: 10_000 },
  );
});

test('a release that Helm writes is no change', async () => {
  const cluster = new FakeCluster();
  const release: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'r', namespace: 'shop' },
    type: 'helm.sh/release.v1',
  };
  await follow(cluster, async (watched) => {
    await watched.read();
    cluster.put(release);
    cluster.put({ ...release, metadata: { name: 'plain', namespace: 'shop' }, type: 'Opaque' });
    await settle();
    assert.deepEqual((await watched.read()).world.objects().map(nameOf), ['plain']);
  });
});
