import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isMadeByController, listUnits, membershipLabel, parentRef, readInventory, withMembership } from '../../src/reconcile/index.ts';
import { toParentObject, writeParent } from '../../src/reconcile/inventory/parent.ts';
import { toApplySetId } from '../../src/reconcile/inventory/membership.ts';
import { KplanError, labelsOf, refKeyOf, withMetadata, World, type KubernetesObject } from '../../src/model/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { FakeCluster, toError } from './fake-cluster.ts';
import { toObject } from './toy-planner.ts';

const EXTENT = { groupKinds: ['ConfigMap', 'Deployment.apps'], namespaces: ['default', 'shop'] };

describe('parentRef', () => {
  const cases = [
    { name: 'a plain name as it is', input: 'shop', want: 'kapply-shop' },
    { name: 'a path made fit, with a hash', input: 'apps/web', want: /^kapply-apps-web-[0-9a-f]{8}$/ },
    { name: 'capitals made fit, with a hash', input: 'Shop', want: /^kapply-shop-[0-9a-f]{8}$/ },
    {
      name: 'dots that Kubernetes would refuse',
      input: '../a..b',
      want: /^kapply-[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    },
    { name: 'nothing that is left', input: '///', want: /^kapply-unit-[0-9a-f]{8}$/ },
    { name: 'a name that is too long', input: 'x'.repeat(400), want: /^kapply-x{200}-[0-9a-f]{8}$/ },
  ];
  for (const { name, input, want } of cases) {
    it(name, () => {
      const ref = parentRef(input);
      if (typeof want === 'string') assert.equal(ref.name, want);
      else assert.match(ref.name, want);
      assert.ok(ref.name.length <= 253);
    });
  }

  it('keeps names apart that look the same once made fit', () => {
    assert.notEqual(parentRef('a/b').name, parentRef('a-b').name);
  });
});

describe('toApplySetId', () => {
  it('is the identifier of KEP-3659', () => {
    const ref = { group: '', kind: 'Secret', namespace: 'default', name: 'test' };
    assert.match(toApplySetId(ref), /^applyset-[A-Za-z0-9_-]{43}-v1$/);
    assert.notEqual(toApplySetId(ref), toApplySetId({ ...ref, kind: 'ConfigMap' }));
    assert.equal(toApplySetId({ group: '', kind: 'Secret', namespace: 'mynamespace', name: 'mysecret' }).length, 55);
  });

  it('is a valid label value', () => {
    assert.ok(membershipLabel('shop').value.length <= 63);
  });
});

describe('withMembership', () => {
  const settings = toObject('ConfigMap', 'settings');

  it('adds the label once and keeps the others', () => {
    const labelled = withMembership(withMetadata(settings, { labels: { app: 'web' } }), 'shop');
    const { key, value } = membershipLabel('shop');
    assert.deepEqual(Object.fromEntries(labelsOf(labelled)), { app: 'web', [key]: value });
    assert.equal(withMembership(labelled, 'shop'), labelled);
  });

  it('refuses a manifest that claims to be of another ApplySet', () => {
    const foreign = withMembership(settings, 'other');
    assert.throws(
      () => withMembership(foreign, 'shop'),
      (error) => error instanceof KplanError && error.code === 'REFUSED',
    );
  });
});

describe('readInventory', () => {
  async function withParent(change: (parent: KubernetesObject) => KubernetesObject): Promise<FakeCluster> {
    const cluster = new FakeCluster();
    cluster.put(change(toParentObject('shop', EXTENT)));
    cluster.put(withMembership(toObject('ConfigMap', 'settings'), 'shop'));
    cluster.put(withMembership(toObject('ConfigMap', 'elsewhere', {}, 'elsewhere'), 'shop'));
    cluster.put(withMembership(toObject('ConfigMap', 'theirs'), 'other'));
    cluster.put(toObject('ConfigMap', 'plain'));
    return cluster;
  }

  const annotate = (annotations: Readonly<Record<string, string>>) => (parent: KubernetesObject) => withMetadata(parent, { annotations });

  it('finds the members in the kinds and namespaces that the parent names, and no others', async () => {
    const { owned, unserved } = await readInventory(await withParent((parent) => parent), 'shop');
    assert.deepEqual([...owned], ['/ConfigMap/shop/settings']);
    assert.deepEqual(unserved, []);
  });

  it('asks for nothing that was read just now, and finds the same', async () => {
    const cluster = await withParent((parent) => parent);
    cluster.put(withMembership(toObject('Deployment', 'web'), 'shop'));
    const asked = await readInventory(cluster, 'shop');
    const world = World.of(cluster.objects().filter(({ kind }) => kind !== 'Deployment'));
    cluster.requests.length = 0;
    const known = await readInventory(cluster, 'shop', { reading: { world, unread: ['apps/Deployment'] } });
    assert.deepEqual(known.owned, asked.owned);
    assert.deepEqual(known.objects, asked.objects);
    assert.ok(cluster.requests.length > 0 && cluster.requests.every((request) => request.includes('Deployment')), cluster.requests.join());
    assert.deepEqual(await listUnits(cluster, { reading: { world, unread: [] } }), ['shop']);
  });

  const controlled = { ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', uid: '1', controller: true }] };
  const copies: readonly { name: string; metadata: JsonObject; want: boolean }[] = [
    { name: 'what a controller made with the labels of its owner is no member', metadata: controlled, want: false },
    {
      name: 'what has an owner that does not control it is one',
      metadata: { ownerReferences: [{ ...controlled.ownerReferences[0], controller: false }] },
      want: true,
    },
    {
      name: 'what kapply applied is one, whoever controls it',
      metadata: { ...controlled, managedFields: [{ manager: 'kapply', operation: 'Apply', apiVersion: 'v1' }] },
      want: true,
    },
    {
      name: 'what the controller keeps up to date is none',
      metadata: { ...controlled, managedFields: [{ manager: 'kube-controller-manager', operation: 'Update', apiVersion: 'v1' }] },
      want: false,
    },
  ];
  for (const { name, metadata, want } of copies) {
    it(name, async () => {
      const cluster = await withParent((parent) => parent);
      cluster.put(withMembership(withMetadata(toObject('ConfigMap', 'copy'), metadata), 'shop'));
      const { owned } = await readInventory(cluster, 'shop');
      assert.equal(owned.has(refKeyOf(toObject('ConfigMap', 'copy'))), want);
    });
  }

  it('knows the Endpoints that their controller made', () => {
    const endpoints = withMetadata(toObject('Endpoints', 'web'), {
      labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
    });
    const older = withMetadata(toObject('Endpoints', 'web'), { annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': 'x' } });
    assert.deepEqual([endpoints, older, toObject('Endpoints', 'web')].map(isMadeByController), [true, true, false]);
  });

  it('reads the older annotation that names resources', async () => {
    const older = annotate({
      'applyset.kubernetes.io/tooling': 'kapply/v0',
      'applyset.kubernetes.io/contains-group-resources': 'configmaps,deployments.apps',
      'applyset.kubernetes.io/additional-namespaces': 'shop',
    });
    const { extent, owned } = await readInventory(await withParent(older), 'shop');
    assert.deepEqual(extent.groupKinds, ['ConfigMap', 'Deployment.apps']);
    assert.equal(owned.size, 1);
  });

  it('says which kinds the cluster no longer serves', async () => {
    const cluster = new FakeCluster();
    cluster.put(toParentObject('shop', { ...EXTENT, groupKinds: ['Gone.example.com'] }));
    assert.deepEqual((await readInventory(cluster, 'shop')).unserved, ['Gone.example.com']);
  });

  const refused: readonly { name: string; change: (parent: KubernetesObject) => KubernetesObject; want: RegExp }[] = [
    { name: 'another tool', change: annotate({ 'applyset.kubernetes.io/tooling': 'kubectl/v1.36' }), want: /managed by kubectl\/v1.36/ },
    { name: 'no tool', change: annotate({}), want: /has no annotation/ },
    {
      name: 'another identifier',
      change: (parent) => withMetadata(parent, { labels: { 'applyset.kubernetes.io/id': 'applyset-x-v1' } }),
      want: /has the wrong value for the label/,
    },
  ];
  for (const { name, change, want } of refused) {
    it(`refuses a parent of ${name}`, async () => {
      await assert.rejects(readInventory(await withParent(change), 'shop'), want);
    });
  }

  it('lists the units, not the parents of other tools', async () => {
    const cluster = await withParent((parent) => parent);
    cluster.put(toParentObject('apps/web', EXTENT));
    cluster.put(annotate({ 'applyset.kubernetes.io/tooling': 'kubectl/v1.36' })(toParentObject('theirs', EXTENT)));
    assert.deepEqual(await listUnits(cluster), ['apps/web', 'shop']);
  });

  it('writes the parent as kubectl does: no namespace of its own among the additional ones, kinds sorted', () => {
    const parent = toParentObject('shop', { groupKinds: ['Deployment.apps', 'ConfigMap'], namespaces: ['shop', 'default', 'a'] });
    assert.deepEqual(parent.metadata['annotations'], {
      'applyset.kubernetes.io/additional-namespaces': 'a,shop',
      'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap,Deployment.apps',
      'applyset.kubernetes.io/tooling': 'kapply/v1',
      'kapply.kplan.dev/unit': 'shop',
    });
  });

  it('keeps the hooks of a removal in the parent, and writes no data where there are none', async () => {
    const hook = toObject('Job', 'backup');
    assert.equal(toParentObject('shop', EXTENT)['data'], undefined);
    const cluster = await withParent(() => toParentObject('shop', { ...EXTENT, hooks: [hook] }));
    assert.deepEqual((await readInventory(cluster, 'shop')).hooks, [hook]);
  });

  it('remembers what was last applied', async () => {
    const intents = new Map([['abcdefgh', '12345678']]);
    const cluster = await withParent(() => toParentObject('shop', { ...EXTENT, intents }));
    assert.deepEqual((await readInventory(cluster, 'shop')).intents, intents);
  });

  it('refuses what somebody else has written in the place of the hooks', async () => {
    for (const text of ['{', '[1]', '{}']) {
      const cluster = await withParent((parent) => ({ ...parent, data: { 'removal-hooks': text } }));
      await assert.rejects(readInventory(cluster, 'shop'), /says under data.removal-hooks what kapply did not write/);
    }
  });

  it('answers the refusal to write the parent', async () => {
    const cluster = new FakeCluster();
    cluster.fault = () => toError(403, 'Forbidden', 'no');
    assert.equal((await writeParent(cluster, 'shop', EXTENT, { force: false }))?.reason, 'Forbidden');
  });
});
