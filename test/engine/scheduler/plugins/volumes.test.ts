import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { node, placementOf, pod, verdictsOf } from '../cluster-fixture.ts';

const ZONE = 'topology.kubernetes.io/zone';
const DRIVER = 'disks.example.com';

const NODES = [node('a', { labels: { [ZONE]: '1' } }), node('b', { labels: { [ZONE]: '2' } })];

function object(kind: string, apiVersion: string, name: string, more: JsonObject): KubernetesObject {
  return { apiVersion, kind, ...more, metadata: { name, ...(more['metadata'] as JsonObject | undefined) } };
}

function claim(spec: JsonObject = {}, more: JsonObject = {}): KubernetesObject {
  const { metadata, ...rest } = more;
  return object('PersistentVolumeClaim', 'v1', 'data', {
    metadata: { namespace: 'test', ...(metadata as JsonObject | undefined) },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    ...rest,
  });
}

const boundTo = (volumeName: string): KubernetesObject =>
  claim({ volumeName }, { metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } } });

function volume(name: string, spec: JsonObject = {}, labels: JsonObject = {}): KubernetesObject {
  return object('PersistentVolume', 'v1', name, {
    metadata: { labels },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'later', ...spec },
    status: { phase: 'Available' },
  });
}

const storageClass = (name: string, more: JsonObject = {}): KubernetesObject =>
  object('StorageClass', 'storage.k8s.io/v1', name, { provisioner: DRIVER, volumeBindingMode: 'WaitForFirstConsumer', ...more });

const csiNode = (name: string, count: number, migrated = ''): KubernetesObject =>
  object('CSINode', 'storage.k8s.io/v1', name, {
    metadata: { annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': migrated } },
    spec: {
      drivers: [DRIVER, 'pd.csi.storage.gke.io', 'ebs.csi.aws.com'].map((driver) => ({
        name: driver,
        nodeID: name,
        allocatable: { count },
      })),
    },
  });

const inZone = (...zones: string[]): JsonObject => ({
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: zones }] }] } },
});

const using = (name: string, source: JsonObject, on?: string): KubernetesObject =>
  pod(name, { spec: { volumes: [{ name: 'd', ...source }] }, ...(on === undefined ? {} : { on }) });
const CLAIM = { persistentVolumeClaim: { claimName: 'data' } };
const P = using('p', CLAIM);

const onBoth = (verdict: string): Record<string, string> => ({ a: verdict, b: verdict });
const AFFINITY = "VolumeBinding!: node(s) didn't match PersistentVolume's node affinity";
const NO_VOLUME = "VolumeBinding!: node(s) didn't find available persistent volumes to bind";
const NO_SPACE = 'VolumeBinding!: node(s) did not have enough free storage';
const DISK = 'VolumeRestrictions: node(s) had no available disk';
const LIMIT = 'NodeVolumeLimits: node(s) exceed max volume count';
const ELSEWHERE = 'VolumeZone!: node(s) had no available volume zone';
const IN_USE =
  'VolumeRestrictions: node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod';

interface Case {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly want: Record<string, string>;
}

const rbd = (monitors: readonly string[], more: JsonObject = {}): JsonObject => ({ rbd: { monitors, image: 'i', ...more } });
const gce = (pdName: string, readOnly = false): JsonObject => ({ gcePersistentDisk: { pdName, readOnly } });

const CASES: readonly Case[] = [
  {
    name: 'VolumeRestrictions: a claim that is not there',
    objects: [P],
    want: onBoth('VolumeRestrictions!: persistentvolumeclaim "data" not found'),
  },
  {
    name: 'VolumeRestrictions: a claim for one pod',
    objects: [storageClass('later'), claim({ accessModes: ['ReadWriteOncePod'], storageClassName: 'later' }), using('o', CLAIM, 'a'), P],
    want: onBoth(IN_USE),
  },
  {
    name: 'VolumeRestrictions: a claim for one pod that nobody uses',
    objects: [storageClass('later'), claim({ accessModes: ['ReadWriteOncePod'], storageClassName: 'later' }), P],
    want: onBoth('ok'),
  },
  {
    name: 'VolumeRestrictions: a disk that another pod writes to',
    objects: [using('o', gce('d'), 'a'), using('p', gce('d', true))],
    want: { a: DISK, b: 'ok' },
  },
  {
    name: 'VolumeRestrictions: a disk that both only read',
    objects: [using('o', gce('d', true), 'a'), using('p', gce('d', true))],
    want: onBoth('ok'),
  },
  { name: 'VolumeRestrictions: two disks', objects: [using('o', gce('d'), 'a'), using('p', gce('e'))], want: onBoth('ok') },
  {
    name: 'VolumeRestrictions: an EBS volume takes one pod, even to read',
    objects: [
      using('o', { awsElasticBlockStore: { volumeID: 'v', readOnly: true } }, 'a'),
      using('p', { awsElasticBlockStore: { volumeID: 'v', readOnly: true } }),
    ],
    want: { a: DISK, b: 'ok' },
  },
  {
    name: 'VolumeRestrictions: an iSCSI target',
    objects: [using('o', { iscsi: { iqn: 'q' } }, 'b'), using('p', { iscsi: { iqn: 'q' } })],
    want: { a: 'ok', b: DISK },
  },
  {
    name: 'VolumeRestrictions: a Ceph image by a shared monitor',
    objects: [using('o', rbd(['x', 'y']), 'a'), using('p', rbd(['y']))],
    want: { a: DISK, b: 'ok' },
  },
  {
    name: 'VolumeRestrictions: a Ceph image of another pool',
    objects: [using('o', rbd(['x'], { pool: 'z' }), 'a'), using('p', rbd(['x']))],
    want: onBoth('ok'),
  },
  {
    name: 'NodeVolumeLimits: the volumes of other pods',
    objects: [
      csiNode('a', 1),
      volume('v', { csi: { driver: DRIVER, volumeHandle: 'h' } }),
      boundTo('v'),
      using('o', { ephemeral: {} }, 'a'),
      ownClaim('o-d'),
      storageClass('later'),
      P,
    ],
    want: { a: LIMIT, b: 'ok' },
  },
  {
    name: 'NodeVolumeLimits: the same volume counts once',
    objects: [csiNode('a', 1), volume('v', { csi: { driver: DRIVER, volumeHandle: 'h' } }), boundTo('v'), using('o', CLAIM, 'a'), P],
    want: onBoth('ok'),
  },
  {
    name: 'NodeVolumeLimits: a volume that no pod uses any more but is still attached',
    objects: [
      csiNode('a', 1),
      storageClass('later'),
      volume('w', { csi: { driver: DRIVER, volumeHandle: 'w' } }),
      attachment('a', 'w'),
      claim({ storageClassName: 'later' }),
      P,
    ],
    want: { a: LIMIT, b: 'ok' },
  },
  {
    name: 'NodeVolumeLimits: a disk of GCE counts for its driver',
    objects: [csiNode('a', 0), using('p', gce('d'))],
    want: { a: LIMIT, b: 'ok' },
  },
  {
    name: 'NodeVolumeLimits: two names of an EBS volume are one',
    objects: [
      csiNode('a', 1),
      volume('v', { awsElasticBlockStore: { volumeID: 'aws://zone/vol-1' } }),
      boundTo('v'),
      using('o', { awsElasticBlockStore: { volumeID: 'vol-1' } }, 'a'),
      P,
    ],
    want: onBoth('ok'),
  },
  {
    name: 'VolumeBinding: immediate and not bound',
    objects: [claim(), P],
    want: onBoth('VolumeBinding!: pod has unbound immediate PersistentVolumeClaims'),
  },
  {
    name: 'VolumeBinding: a claim that lost its volume',
    objects: [claim({ volumeName: 'v' }, { status: { phase: 'Lost' } }), P],
    want: onBoth('VolumeBinding!: persistentvolumeclaim "data" bound to non-existent persistentvolume "v"'),
  },
  {
    name: 'VolumeBinding: a claim that is going',
    objects: [claim({}, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), P],
    want: onBoth('VolumeBinding!: persistentvolumeclaim "data" is being deleted'),
  },
  {
    name: 'VolumeBinding: an ephemeral volume without its claim',
    objects: [using('p', { ephemeral: {} })],
    want: onBoth('VolumeBinding!: waiting for ephemeral volume controller to create the persistentvolumeclaim "p-d"'),
  },
  {
    name: "VolumeBinding: another's claim of the name of an ephemeral volume",
    objects: [storageClass('later'), { ...ownClaim('p-d'), metadata: { name: 'p-d', namespace: 'test' } }, using('p', { ephemeral: {} })],
    want: onBoth('VolumeBinding!: PVC test/p-d was not created for pod test/p (pod is not owner)'),
  },
  {
    name: 'VolumeBinding: a bound volume of one zone',
    objects: [volume('v', inZone('1')), boundTo('v'), P],
    want: { a: 'ok', b: AFFINITY },
  },
  {
    name: 'VolumeBinding: a volume of one zone that a driver has taken over',
    objects: [csiNode('a', 9, 'kubernetes.io/gce-pd'), csiNode('b', 9), volume('v', { ...gce('d'), ...inZone('1', '2') }), boundTo('v'), P],
    want: { a: AFFINITY, b: 'ok' },
  },
  {
    name: 'VolumeBinding: a volume to be found, of one zone',
    objects: [
      storageClass('later', { provisioner: 'kubernetes.io/no-provisioner' }),
      volume('v', inZone('2')),
      claim({ storageClassName: 'later' }),
      P,
    ],
    want: { a: NO_VOLUME, b: 'ok' },
  },
  ...[
    { name: 'too small', spec: { capacity: { storage: '1023Mi' } } },
    { name: 'of another mode', spec: { volumeMode: 'Block' } },
    { name: 'of another access', spec: { accessModes: ['ReadOnlyMany'] } },
    { name: "another's", spec: { claimRef: { name: 'other', namespace: 'test' } } },
    { name: 'of another class', spec: { storageClassName: '' } },
  ].map(({ name, spec }) => ({
    name: `VolumeBinding: a volume to be found, ${name}`,
    objects: [
      storageClass('later', { provisioner: 'kubernetes.io/no-provisioner' }),
      volume('v', spec),
      claim({ storageClassName: 'later' }),
      P,
    ],
    want: onBoth(NO_VOLUME),
  })),
  {
    name: 'VolumeBinding: to be made where the class allows',
    objects: [
      storageClass('later', { allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: ['1'] }] }] }),
      claim({ storageClassName: 'later' }),
      P,
    ],
    want: { a: 'ok', b: NO_VOLUME },
  },
  {
    name: 'VolumeBinding: to be made where the driver has room',
    objects: [storageClass('later'), driver(), capacity('1', '2Gi'), capacity('2', '1Mi'), claim({ storageClassName: 'later' }), P],
    want: { a: 'ok', b: NO_SPACE },
  },
  {
    name: 'VolumeBinding: to be made on a node that is chosen already',
    objects: [
      storageClass('later'),
      claim({ storageClassName: 'later' }, { metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'b' } } }),
      P,
    ],
    want: { a: NO_VOLUME, b: 'ok' },
  },
  {
    name: 'VolumeZone: labels of the volume',
    objects: [volume('v', {}, { [ZONE]: '2__3' }), boundTo('v'), P],
    want: { a: ELSEWHERE, b: 'ok' },
  },
  {
    name: 'VolumeZone: a beta label of the volume',
    objects: [volume('v', {}, { 'failure-domain.beta.kubernetes.io/zone': '2' }), boundTo('v'), P],
    want: { a: ELSEWHERE, b: 'ok' },
  },
  {
    name: 'VolumeZone: a volume that is not there',
    objects: [boundTo('v'), P],
    want: onBoth('VolumeZone!: persistentvolume "v" not found'),
  },
];

function ownClaim(name: string): KubernetesObject {
  const owner = { apiVersion: 'v1', kind: 'Pod', name: name.replace(/-d$/, ''), uid: '', controller: true };
  return { ...claim({ storageClassName: 'later' }), metadata: { name, namespace: 'test', ownerReferences: [owner] } };
}

function attachment(nodeName: string, volumeName: string): KubernetesObject {
  return object('VolumeAttachment', 'storage.k8s.io/v1', `${nodeName}-${volumeName}`, {
    spec: { attacher: DRIVER, nodeName, source: { persistentVolumeName: volumeName } },
  });
}

function driver(): KubernetesObject {
  return object('CSIDriver', 'storage.k8s.io/v1', DRIVER, { spec: { storageCapacity: true } });
}

function capacity(zone: string, amount: string): KubernetesObject {
  return object('CSIStorageCapacity', 'storage.k8s.io/v1', `zone-${zone}`, {
    storageClassName: 'later',
    capacity: amount,
    nodeTopology: { matchLabels: { [ZONE]: zone } },
  });
}

for (const { name, objects, want } of CASES) {
  test(name, () => {
    assert.deepEqual(verdictsOf([...NODES, ...objects]), want);
  });
}

test('of volumes that fit, the smallest is taken, and the next pod does not get it', () => {
  const others = { ...claim({ storageClassName: 'later' }), metadata: { name: 'other', namespace: 'test' } };
  const world = [
    ...NODES,
    storageClass('later', { provisioner: 'kubernetes.io/no-provisioner' }),
    volume('large', { ...inZone('1'), capacity: { storage: '5Gi' } }),
    volume('small', inZone('2')),
    claim({ storageClassName: 'later' }),
    others,
    using('p', CLAIM),
    using('q', { persistentVolumeClaim: { claimName: 'other' } }),
  ];
  assert.equal(placementOf(world, 'test/p').node, 'a');
  assert.deepEqual(verdictsOf(world, 'test/q'), { a: NO_VOLUME, b: 'ok' });
});

test('the next pod of a claim goes where its volume is to be made', () => {
  const world = [...NODES, storageClass('later'), claim({ storageClassName: 'later' }), P, using('q', CLAIM)];
  assert.equal(placementOf(world, 'test/p').node, 'a');
  assert.deepEqual(verdictsOf(world, 'test/q'), { a: 'ok', b: NO_VOLUME });
});
