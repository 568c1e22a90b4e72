import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schedule } from '../../../../src/engine/scheduler/index.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { node, pod } from '../cluster-fixture.ts';

const claim = (spec: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'test' },
  spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
const storageClass = (more: JsonObject = {}, annotations: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  provisioner: 'disks.example.com',
  ...more,
  metadata: { name: 'disks', annotations },
});
const volume = (spec: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v' },
  spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteMany'], ...spec },
});
const onNode = (name: string): JsonObject => ({
  nodeAffinity: {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] }] },
  },
});
const using = (name: string, source: JsonObject = { persistentVolumeClaim: { claimName: 'data' } }): KubernetesObject =>
  pod(name, { spec: { volumes: [{ name: 'd', ...source }] } });
const DEFAULT = { 'storageclass.kubernetes.io/is-default-class': 'true' };
const UNBOUND = '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found';

/** Where the pod `p` goes, or why nowhere, with claims as their controllers leave them. */
function outcomeOf(objects: readonly KubernetesObject[], key = 'test/p'): string {
  const { placements } = schedule(World.of([node('a'), node('b'), ...objects]), { settlesClaims: true });
  const placement = placements.find((item) => item.pod === key);
  return placement?.node ?? placement?.message ?? '';
}

const CASES: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: string }[] = [
  { name: 'nothing is known of classes: a claim is bindable', objects: [claim(), using('p')], want: 'a' },
  { name: 'nothing is known of classes, but the claim wants none', objects: [claim({ storageClassName: '' }), using('p')], want: UNBOUND },
  { name: 'a class that makes volumes at once', objects: [storageClass(), claim({ storageClassName: 'disks' }), using('p')], want: 'a' },
  { name: 'the default class', objects: [storageClass({}, DEFAULT), claim(), using('p')], want: 'a' },
  { name: 'no class is the default one', objects: [storageClass(), claim(), using('p')], want: UNBOUND },
  { name: 'a class that is not there', objects: [storageClass(), claim({ storageClassName: 'gone' }), using('p')], want: UNBOUND },
  {
    name: 'a class without a provisioner',
    objects: [storageClass({ provisioner: 'kubernetes.io/no-provisioner' }), claim({ storageClassName: 'disks' }), using('p')],
    want: UNBOUND,
  },
  { name: 'a volume that is there', objects: [volume(onNode('b')), claim({ storageClassName: '' }), using('p')], want: 'b' },
  { name: 'the volume that the claim names', objects: [volume(onNode('b')), claim({ volumeName: 'v' }), using('p')], want: 'b' },
  { name: 'a named volume that is not there', objects: [claim({ volumeName: 'v' }), using('p')], want: UNBOUND },
  {
    name: "a named volume that is another claim's",
    objects: [volume({ claimRef: { name: 'other', namespace: 'test' } }), claim({ volumeName: 'v' }), using('p')],
    want: UNBOUND,
  },
  {
    name: 'a volume made where the class allows',
    objects: [
      storageClass({ allowedTopologies: [{ matchLabelExpressions: [{ key: 'kubernetes.io/hostname', values: ['b'] }] }] }),
      claim({ storageClassName: 'disks' }),
      using('p'),
    ],
    want: 'b',
  },
  { name: 'an ephemeral volume gets its claim', objects: [using('p', { ephemeral: { volumeClaimTemplate: { spec: {} } } })], want: 'a' },
];

for (const { name, objects, want } of CASES) {
  test(`claims are settled: ${name}`, () => {
    assert.equal(outcomeOf(objects), want);
  });
}

test('a pod that does not fit where the volume of its claim is to be made goes elsewhere once it is made', () => {
  const small = node('a', { allocatable: { pods: '1' } });
  const later = storageClass({ volumeBindingMode: 'WaitForFirstConsumer' });
  const objects = [small, node('b'), later, claim({ storageClassName: 'disks' }), using('p'), using('q')];
  const nodesOf = (settlesClaims: boolean): readonly (string | null)[] =>
    schedule(World.of(objects), { settlesClaims }).placements.map((placement) => placement.node);
  assert.deepEqual(nodesOf(true), ['a', 'b']);
  assert.deepEqual(nodesOf(false), ['a', null]);
});
