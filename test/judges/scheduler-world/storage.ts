import { getArray, stringifyJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import { fields, NAMESPACES, ZONES } from './fields.ts';
import type { Pod } from './pod.ts';

const DRIVER = 'disks.example.com';
const CLASSES = ['later', 'local', 'now', 'zonal', 'legacy', 'unknown', ''];
const CLAIMS = 3;
const VOLUMES = 5;
const SIZES = ['1Gi', '2Gi', '3Gi', '5Gi', '8Gi'];
const MODES = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany'];

/** Classes, volumes, claims, drivers: what the volumes of pods lead to. */
export function makeStorage(random: Random, nodes: readonly string[], pods: readonly Pod[]): readonly JsonValue[] {
  const named = stringifyJson(pods);
  const isNamed = (name: string): boolean => named.includes(`"${name}"`);
  return [
    ...(pods.some(({ spec }) => getArray(spec, 'volumes').length > 0) ? makeClasses(random) : []),
    ...random.list(random.below(VOLUMES + 1), (i) => makeVolume(i, random, nodes)),
    ...NAMESPACES.flatMap((namespace) =>
      random
        .list(CLAIMS, (i) => `claim${i}-${namespace}`)
        .filter((name) => isNamed(name) && !random.once(12))
        .map((name) => makeClaim(name, namespace, random, nodes)),
    ),
    ...nodes.flatMap((name) => (random.once(3) ? [] : [makeCsiNode(name, random)])),
    ...(random.once(2) ? [makeDriver()] : []),
    ...random.list(random.below(4), (i) => makeCapacity(i, random)),
    ...random.list(nodes.length === 0 ? 0 : random.below(3), (i) => makeAttachment(i, random, nodes)),
  ];
}

function makeClasses(random: Random): readonly JsonValue[] {
  const of = (name: string, provisioner: string, more: JsonObject = {}): JsonValue => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
    ...more,
  });
  const values = [...new Set([random.pick(ZONES), random.pick(ZONES)])];
  const topology = { matchLabelExpressions: [{ key: 'topology.kubernetes.io/zone', values }] };
  return [
    of('later', DRIVER),
    of('local', 'kubernetes.io/no-provisioner'),
    of('now', DRIVER, random.once(2) ? { volumeBindingMode: 'Immediate' } : { volumeBindingMode: null }),
    of('zonal', DRIVER, { allowedTopologies: random.once(6) ? [{}] : [topology] }),
    of('legacy', 'kubernetes.io/gce-pd'),
  ].map((item) => withoutNull(item as JsonObject));
}

function withoutNull(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** Sizes differ, since of volumes that fit equally kube-scheduler takes any. */
function makeVolume(index: number, random: Random, nodes: readonly string[]): JsonValue {
  const source = makeSource(index, random);
  // Zones that are no zones of GCE are an error there, which ends everything.
  const zones = 'gcePersistentDisk' in source ? ZONES : [...ZONES, 'east__west'];
  const labels = fields(random, {
    'topology.kubernetes.io/zone': [4, () => random.pick(zones)],
    'failure-domain.beta.kubernetes.io/zone': [8, () => random.pick(ZONES)],
    tier: [2, () => random.pick(['fast', 'slow'])],
  });
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pv${index}`, labels, ...fields(random, { deletionTimestamp: [20, () => '2026-02-01T00:00:00Z'] }) },
    spec: {
      capacity: { storage: SIZES[index] ?? '9Gi' },
      accessModes: random.once(3) ? MODES : [random.pick(MODES)],
      storageClassName: random.pick(CLASSES),
      ...source,
      ...fields(random, {
        nodeAffinity: [2, () => ({ required: { nodeSelectorTerms: [makeTerm(random, nodes)] } })],
        claimRef: [6, () => makeReference(random)],
        volumeMode: [9, () => random.pick(['Block', 'Filesystem'])],
        volumeAttributesClassName: [20, () => 'gold'],
      }),
    },
    status: { phase: random.once(6) ? 'Released' : 'Available' },
  };
}

function makeReference(random: Random): JsonObject {
  const namespace = random.pick(NAMESPACES);
  return { kind: 'PersistentVolumeClaim', name: `claim${random.below(CLAIMS)}-${namespace}`, namespace };
}

function makeSource(index: number, random: Random): JsonObject {
  const disk = random.pick(['disk0', 'disk1']);
  return random.pick<() => JsonObject>([
    () => ({ csi: { driver: DRIVER, volumeHandle: `handle${index}` } }),
    () => ({ csi: { driver: DRIVER, volumeHandle: random.pick(['handle0', 'handle1']) } }),
    () => ({ gcePersistentDisk: { pdName: disk } }),
    () => ({ awsElasticBlockStore: { volumeID: random.pick(['vol-1', 'aws://east/vol-1', 'aws:///vol-2']) } }),
    () => ({ azureDisk: { diskName: disk, diskURI: disk, kind: 'Managed' } }),
    () => ({ nfs: { server: 'nfs', path: '/' } }),
  ])();
}

function makeTerm(random: Random, nodes: readonly string[]): JsonObject {
  const by = (key: string, values: readonly string[]): JsonObject => ({ matchExpressions: [{ key, operator: 'In', values }] });
  const names = nodes.length === 0 ? ['n0'] : [random.pick(nodes), random.pick(nodes)];
  return random.pick<() => JsonObject>([
    () => by('kubernetes.io/hostname', [...new Set(names)]),
    () => by('topology.kubernetes.io/zone', [random.pick(ZONES)]),
    () => by('failure-domain.beta.kubernetes.io/zone', [random.pick(ZONES)]),
    () => ({ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }),
  ])();
}

function makeClaim(name: string, namespace: string, random: Random, nodes: readonly string[]): JsonValue {
  const isGiven = random.once(3);
  const annotations = {
    ...(isGiven && !random.once(5) ? { 'pv.kubernetes.io/bind-completed': 'yes' } : {}),
    ...fields(random, {
      'volume.kubernetes.io/selected-node': [9, () => (nodes.length === 0 ? 'n0' : random.pick(nodes))],
      'volume.beta.kubernetes.io/storage-class': [20, () => 'later'],
    }),
  };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, annotations, ...fields(random, { deletionTimestamp: [25, () => '2026-02-01T00:00:00Z'] }) },
    spec: {
      accessModes: [random.pick(MODES)],
      ...(random.once(20) ? {} : { storageClassName: random.pick(['later', 'later', 'zonal', ...CLASSES]) }),
      ...(random.once(9) ? {} : { resources: { requests: { storage: random.pick(['1Gi', '2Gi', '4Gi', '1500Mi']) } } }),
      ...(isGiven ? { volumeName: random.once(9) ? 'pv-gone' : `pv${random.below(VOLUMES)}` } : {}),
      ...fields(random, {
        selector: [9, () => ({ matchLabels: { tier: 'fast' } })],
        volumeMode: [12, () => random.pick(['Block', 'Filesystem'])],
        volumeAttributesClassName: [25, () => 'gold'],
      }),
    },
    status: { phase: isGiven && random.once(15) ? 'Lost' : 'Pending' },
  };
}

function makeCsiNode(name: string, random: Random): JsonValue {
  const drivers = [DRIVER, 'pd.csi.storage.gke.io', 'ebs.csi.aws.com', 'disk.csi.azure.com'];
  const migrated = random.some(['kubernetes.io/gce-pd', 'kubernetes.io/aws-ebs', 'kubernetes.io/azure-disk']);
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name, annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': migrated.join(',') } },
    spec: {
      drivers: drivers.flatMap((driver) =>
        random.once(3)
          ? []
          : [{ name: driver, nodeID: name, topologyKeys: [], ...fields(random, { allocatable: [2, () => ({ count: random.below(3) })] }) }],
      ),
    },
  };
}

function makeDriver(): JsonValue {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: DRIVER }, spec: { storageCapacity: true } };
}

function makeCapacity(index: number, random: Random): JsonValue {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { name: `room${index}`, namespace: 'red' },
    storageClassName: random.pick(['later', 'zonal']),
    ...fields(random, {
      capacity: [2, () => random.pick(['1Gi', '10Gi'])],
      maximumVolumeSize: [4, () => random.pick(['1Gi', '4Gi'])],
    }),
    ...(random.once(6)
      ? {}
      : { nodeTopology: random.pick<JsonObject>([{}, { matchLabels: { 'topology.kubernetes.io/zone': random.pick(ZONES) } }]) }),
  };
}

function makeAttachment(index: number, random: Random, nodes: readonly string[]): JsonValue {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: `attachment${index}` },
    spec: { attacher: DRIVER, nodeName: random.pick(nodes), source: { persistentVolumeName: `pv${random.below(VOLUMES)}` } },
    status: { attached: true },
  };
}

/** The pod with volumes that need storage. */
export function withVolumes(pod: Pod, random: Random): Pod {
  const { namespace } = pod.metadata;
  const volumes = random.list(1 + random.below(2), (i) => ({ name: `v${i}`, ...makePodVolume(random, namespace) }));
  return { ...pod, spec: { ...pod.spec, volumes } };
}

function makePodVolume(random: Random, namespace: string): JsonObject {
  const claim = (claimName: string): JsonObject => ({ persistentVolumeClaim: { claimName } });
  const isReadOnly = (): JsonObject => (random.once(2) ? { readOnly: true } : {});
  const monitors = random.some(['m1', 'm2']);
  return random.pick<() => JsonObject>([
    () => claim(`claim${random.below(CLAIMS)}-${namespace}`),
    () => claim(`claim${random.below(CLAIMS)}-${namespace}`),
    () => claim(`claim${random.below(CLAIMS)}-${namespace}`),
    () => claim(`claim${random.below(CLAIMS)}-${namespace}`),
    () => ({ ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'later' } } } }),
    () => ({ gcePersistentDisk: { pdName: random.pick(['disk0', 'disk1']), ...isReadOnly() } }),
    () => ({ awsElasticBlockStore: { volumeID: random.pick(['vol-1', 'aws:///vol-2']) } }),
    () => ({ iscsi: { targetPortal: 'portal', iqn: random.pick(['iqn-1', 'iqn-2']), lun: 0, ...isReadOnly() } }),
    () => ({ rbd: { monitors: monitors.length === 0 ? ['m1'] : monitors, image: 'image', ...isReadOnly() } }),
  ])();
}

/** The claims that the ephemeral volume controller has made of a pod's volumes, or others of their names. */
export function makeEphemeralClaims(pod: Pod, random: Random): readonly JsonValue[] {
  const { name, namespace } = pod.metadata;
  return [0, 1].flatMap((i) => {
    if (random.once(3)) return [];
    // A placed pod with another's claim would be an error there.
    const uid = pod.spec['nodeName'] === undefined && random.once(5) ? 'other' : `${namespace}/${name}`;
    const isGiven = random.once(2);
    const owner = { apiVersion: 'v1', kind: 'Pod', name: uid === 'other' ? 'other' : name, uid, controller: true };
    return [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: `${name}-v${i}`,
          namespace,
          ownerReferences: [owner],
          annotations: isGiven ? { 'pv.kubernetes.io/bind-completed': 'yes' } : {},
        },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'later',
          resources: { requests: { storage: '1Gi' } },
          ...(isGiven ? { volumeName: random.pick(['pv0', 'pv1', 'pv-gone']) } : {}),
        },
        status: { phase: 'Pending' },
      },
    ];
  });
}
