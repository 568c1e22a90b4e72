import { getArray, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

const NAMESPACES = ['red', 'blue'];
const ZONES = ['east', 'west', 'north'];
const APPS = ['web', 'db', 'cache'];
const IMAGES = ['web', 'web:1', 'registry.example.com:5000/db', 'registry.example.com:5000/db:v2'];
const MEMORY = ['64Mi', '200Mi', '0.5Gi', '1G', '1Gi', '1536Mi', '3e9', '100M'];
const CPU = ['1m', '50m', '100m', '0.25', '500m', '1', '1500m', '2'];

/** Fields, each left out unless its chance (once in so many) comes. */
type Chances = Readonly<Record<string, readonly [number, () => JsonValue]>>;

function fields(random: Random, chances: Chances): JsonObject {
  return Object.fromEntries(Object.entries(chances).flatMap(([name, [times, make]]) => (random.once(times) ? [[name, make()]] : [])));
}

/** A few nodes with pods on them, and one pod that needs a place. Most cases are about few rules, so that each decides often. */
export function makeSchedulerCase(random: Random): JsonValue {
  const names = random.list(random.once(60) ? 0 : 1 + random.below(7), (i) => `n${i}`);
  const isCrowded = random.once(3);
  const nodes = names.map((name) => makeNode(name, random, isCrowded));
  const pods = random.list(names.length === 0 ? 0 : random.below(14), (i) => makePlaced(i, random, names));
  const incoming = makePod('new', random, { isPlaced: false, mayClaim: true });
  const hasClaims = [...pods, incoming].some((pod) => getArray(pod, 'spec', 'volumes').length > 0);
  const others = [...makeOthers(random), ...(hasClaims ? makeClaims(random) : [])];
  return { objects: [...nodes, ...NAMESPACES.map(makeNamespace), ...pods, ...others], pod: incoming };
}

function makeNamespace(name: string): JsonValue {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'kubernetes.io/metadata.name': name, color: name } } };
}

function makeNode(name: string, random: Random, isCrowded: boolean): JsonValue {
  const labels = {
    'kubernetes.io/hostname': name,
    ...(random.once(6) ? {} : { 'topology.kubernetes.io/zone': random.pick(ZONES) }),
    ...fields(random, { disk: [2, () => random.pick(['ssd', 'hdd'])], cores: [2, () => random.pick(['4', '16', '-3', 'many'])] }),
  };
  const allocatable = {
    cpu: isCrowded ? random.pick(['1', '1500m']) : random.pick(['2', '4', '8', '3900m']),
    memory: isCrowded ? random.pick(['1Gi', '1500Mi']) : random.pick(['4Gi', '8Gi', '7800000Ki']),
    pods: isCrowded ? random.pick(['1', '3', '110']) : '110',
    ...fields(random, {
      'ephemeral-storage': [2, () => '10Gi'],
      'example.com/gpu': [3, () => random.pick(['1', '2'])],
      'hugepages-2Mi': [4, () => '64Mi'],
    }),
  };
  const spec = fields(random, {
    unschedulable: [9, () => true],
    taints: [4, () => random.list(1 + random.below(2), () => makeTaint(random))],
  });
  const images = fields(random, { images: [2, () => random.list(1 + random.below(3), () => makeImage(random))] });
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec, status: { allocatable, ...images } };
}

function makeTaint(random: Random): JsonValue {
  const effect = random.pick(['NoSchedule', 'PreferNoSchedule', 'PreferNoSchedule', 'NoExecute']);
  return { key: random.pick(['team', 'gone', 'load']), ...fields(random, { value: [2, () => random.pick(['a', 'b', '7'])] }), effect };
}

function makeImage(random: Random): JsonValue {
  const name = random.pick(IMAGES);
  const tagged = name.lastIndexOf(':') > name.lastIndexOf('/') ? name : `${name}:latest`;
  return { names: [tagged], sizeBytes: random.pick([1_000_000, 40_000_000, 300_000_000, 1_200_000_000]) };
}

/** Each has started at another time, since of pods that are alike to the minute nobody knows which is evicted. */
function makePlaced(index: number, random: Random, nodes: readonly string[]): JsonValue {
  const pod = makePod(`p${index}`, random, { isPlaced: true, mayClaim: index === 0 });
  const { metadata, spec } = pod;
  const phase = random.once(12) ? random.pick(['Succeeded', 'Failed']) : 'Running';
  const start = `2026-01-0${1 + random.below(9)}T00:00:${10 + index}Z`;
  const going = fields(random, {
    deletionTimestamp: [12, () => '2026-02-01T00:00:00Z'],
  });
  return {
    ...pod,
    metadata: { ...metadata, ...going },
    spec: { ...spec, nodeName: random.pick(nodes) },
    status: { phase, startTime: start },
  };
}

interface Pod extends JsonObject {
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
}

/** One placed pod at most has a claim, as the rule demands of claims for one pod. */
function makePod(name: string, random: Random, { isPlaced, mayClaim }: { readonly isPlaced: boolean; readonly mayClaim: boolean }): Pod {
  const rare = isPlaced ? 3 : 1;
  const namespace = random.pick(NAMESPACES);
  const metadata = {
    name,
    namespace,
    labels: { app: random.pick(APPS), ...fields(random, { track: [2, () => random.pick(['stable', 'canary'])] }) },
    ...fields(random, { ownerReferences: [5, () => [makeOwner(random)]] }),
  };
  const spec = {
    containers: random.list(1 + random.below(2), (i) => makeContainer(`c${i}`, random)),
    ...fields(random, {
      initContainers: [6, () => random.list(1 + random.below(2), (i) => makeInitContainer(`i${i}`, random))],
      overhead: [15, () => ({ cpu: '100m', memory: '64Mi' })],
      resources: [12, () => makePodResources(random)],
      priority: [2, () => random.pick([0, 10, 100, -5])],
      preemptionPolicy: [9, () => random.pick(['Never', 'PreemptLowerPriority'])],
      nodeSelector: [6 * rare, () => random.pick<JsonObject>([{ disk: 'ssd' }, { disk: 'none' }, { 'kubernetes.io/hostname': 'n1' }])],
      tolerations: [4 * rare, () => random.list(1 + random.below(2), () => makeToleration(random))],
      affinity: [2 * rare, () => makeAffinity(random)],
      topologySpreadConstraints: [3 * rare, () => random.list(1 + random.below(2), () => makeSpread(random))],
      hostNetwork: [12, () => true],
      volumes: [isPlaced && mayClaim ? 3 : 8, () => [makeVolume(random, namespace, mayClaim)]],
    }),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

/** No two namespaces have a claim of the same name: when it looks for victims, kube-scheduler takes them for one. */
function makeVolume(random: Random, namespace: string, mayClaim: boolean): JsonObject {
  if (!mayClaim || random.once(4)) return { name: 'files', image: { reference: random.pick(IMAGES) } };
  return { name: 'data', persistentVolumeClaim: { claimName: random.pick([`alone-${namespace}`, `alone-${namespace}`, 'gone']) } };
}

function makeOwner(random: Random): JsonValue {
  const kind = random.pick(['ReplicaSet', 'StatefulSet', 'ReplicationController', 'DaemonSet']);
  return { apiVersion: kind === 'ReplicationController' ? 'v1' : 'apps/v1', kind, name: 'owner', uid: 'u', controller: true };
}

function makeContainer(name: string, random: Random): JsonObject {
  const port = (): JsonObject => ({
    containerPort: random.pick([80, 443]),
    ...fields(random, {
      hostPort: [2, () => random.pick([80, 443])],
      hostIP: [3, () => random.pick(['10.0.0.1', '0.0.0.0', '127.0.0.1'])],
      protocol: [3, () => random.pick(['TCP', 'UDP'])],
    }),
  });
  return {
    name,
    image: random.pick(IMAGES),
    ...fields(random, { resources: [2, () => makeResources(random)], ports: [5, () => [port()]] }),
  };
}

function makeInitContainer(name: string, random: Random): JsonObject {
  return { ...makeContainer(name, random), ...fields(random, { restartPolicy: [2, () => 'Always'] }) };
}

function makeResources(random: Random): JsonObject {
  const amounts = (): JsonObject =>
    fields(random, {
      cpu: [2, () => random.pick(CPU)],
      memory: [2, () => random.pick(MEMORY)],
      'ephemeral-storage': [6, () => random.pick(['1Gi', '20Gi'])],
    });
  const same = fields(random, { 'example.com/gpu': [8, () => '1'], 'hugepages-2Mi': [12, () => random.pick(['4Mi', '128Mi'])] });
  const requests = { ...amounts(), ...same };
  return random.once(4) ? { limits: { ...amounts(), ...same } } : { requests, limits: same };
}

function makePodResources(random: Random): JsonObject {
  const amounts = (): JsonObject => ({ cpu: random.pick(CPU), ...fields(random, { memory: [2, () => random.pick(MEMORY)] }) });
  return random.once(3) ? { limits: amounts() } : { requests: amounts() };
}

function makeToleration(random: Random): JsonObject {
  const operator = random.pick(['Exists', 'Equal', 'Equal']);
  return {
    ...fields(random, { effect: [2, () => random.pick(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])] }),
    ...(operator === 'Exists' && random.once(4) ? {} : { key: random.pick(['team', 'gone', 'load']) }),
    operator,
    ...(operator === 'Equal' ? fields(random, { value: [2, () => random.pick(['a', 'b', '7'])] }) : {}),
  };
}

function makeAffinity(random: Random): JsonObject {
  return fields(random, {
    nodeAffinity: [2, () => makeNodeAffinity(random)],
    podAffinity: [2, () => makePodAffinity(random)],
    podAntiAffinity: [2, () => makePodAffinity(random)],
  });
}

function makeNodeAffinity(random: Random): JsonObject {
  return fields(random, {
    requiredDuringSchedulingIgnoredDuringExecution: [
      2,
      () => ({ nodeSelectorTerms: random.list(1 + random.below(2), () => makeNodeTerm(random)) }),
    ],
    preferredDuringSchedulingIgnoredDuringExecution: [
      2,
      () => random.list(1 + random.below(2), () => ({ weight: 1 + random.below(100), preference: makeNodeTerm(random) })),
    ],
  });
}

function makeNodeTerm(random: Random): JsonObject {
  if (random.once(4)) {
    const names = random.list(1 + random.below(2), () => `n${random.below(5)}`).slice(0, 1);
    return { matchFields: [{ key: 'metadata.name', operator: random.pick(['In', 'In', 'NotIn']), values: names }] };
  }
  return { matchExpressions: random.list(1 + random.below(2), () => makeNodeRequirement(random)) };
}

function makeNodeRequirement(random: Random): JsonObject {
  const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']);
  if (operator === 'Gt' || operator === 'Lt') return { key: 'cores', operator, values: [random.pick(['0', '4', '8'])] };
  const key = random.pick(['disk', 'cores', 'topology.kubernetes.io/zone']);
  const values = random.list(1 + random.below(2), () => random.pick(['ssd', '4', '16', 'east', 'west']));
  return operator === 'In' || operator === 'NotIn' ? { key, operator, values } : { key, operator };
}

function makePodAffinity(random: Random): JsonObject {
  return fields(random, {
    requiredDuringSchedulingIgnoredDuringExecution: [2, () => random.list(1 + random.below(2), () => makePodTerm(random))],
    preferredDuringSchedulingIgnoredDuringExecution: [
      2,
      () => random.list(1 + random.below(2), () => ({ weight: 1 + random.below(100), podAffinityTerm: makePodTerm(random) })),
    ],
  });
}

function makePodTerm(random: Random): JsonObject {
  const keys = fields(random, {
    matchLabelKeys: [9, () => ['track']],
    mismatchLabelKeys: [9, () => ['zone']],
  });
  return {
    topologyKey: random.pick(['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'disk']),
    ...(random.once(15) ? {} : { labelSelector: makeSelector(random), ...keys }),
    ...fields(random, {
      namespaces: [6, () => [random.pick(NAMESPACES)]],
      namespaceSelector: [6, () => random.pick<JsonObject>([{}, { matchLabels: { color: 'red' } }])],
    }),
  };
}

function makeSelector(random: Random): JsonObject {
  if (random.once(10)) return {};
  if (random.once(2)) return { matchLabels: { app: random.pick(APPS) } };
  const operator = random.pick(['In', 'NotIn', 'Exists', 'DoesNotExist']);
  const key = random.pick(['app', 'track']);
  const values = operator === 'In' || operator === 'NotIn' ? { values: [random.pick(APPS), 'stable'] } : {};
  return { matchExpressions: [{ key, operator, ...values }] };
}

function makeSpread(random: Random): JsonObject {
  const whenUnsatisfiable = random.pick(['DoNotSchedule', 'ScheduleAnyway']);
  return {
    maxSkew: 1 + random.below(3),
    topologyKey: random.pick(['kubernetes.io/hostname', 'topology.kubernetes.io/zone', 'disk']),
    whenUnsatisfiable,
    ...(random.once(15) ? {} : { labelSelector: makeSelector(random), ...fields(random, { matchLabelKeys: [9, () => ['track']] }) }),
    ...fields(random, {
      nodeAffinityPolicy: [4, () => random.pick(['Honor', 'Ignore'])],
      nodeTaintsPolicy: [4, () => random.pick(['Honor', 'Ignore'])],
    }),
    ...(whenUnsatisfiable === 'DoNotSchedule' ? fields(random, { minDomains: [4, () => 1 + random.below(4)] }) : {}),
  };
}

/** What the scheduler reads beside nodes and pods. */
function makeOthers(random: Random): readonly JsonValue[] {
  const of = (apiVersion: string, kind: string, name: string, more: JsonObject): JsonValue[] =>
    NAMESPACES.map((namespace) => ({ apiVersion, kind, metadata: { name, namespace }, ...more }));
  const app = random.pick(APPS);
  const selector = { matchLabels: { app } };
  return [
    ...(random.once(3) ? of('v1', 'Service', 'svc', { spec: { selector: { app }, ports: [{ port: 80 }] } }) : []),
    ...(random.once(3) ? of('v1', 'Service', 'headless', { spec: { selector: { track: 'stable' }, ports: [{ port: 80 }] } }) : []),
    ...(random.once(2) ? of('apps/v1', 'ReplicaSet', 'owner', { spec: { selector } }) : []),
    ...(random.once(2) ? of('apps/v1', 'StatefulSet', 'owner', { spec: { selector: makeSelector(random) } }) : []),
    ...(random.once(2) ? of('v1', 'ReplicationController', 'owner', { spec: { selector: { app } } }) : []),
    ...(random.once(3)
      ? of('policy/v1', 'PodDisruptionBudget', 'pdb', {
          spec: { selector: random.pick<JsonObject>([selector, {}]) },
          status: { disruptionsAllowed: random.below(2) },
        })
      : []),
  ];
}

/** The claims that pods name, to be provisioned once a node is chosen. */
function makeClaims(random: Random): readonly JsonValue[] {
  const accessModes = [random.pick(['ReadWriteOncePod', 'ReadWriteOncePod', 'ReadWriteOnce'])];
  return [
    ...NAMESPACES.map((namespace) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: `alone-${namespace}`, namespace },
      spec: { accessModes, storageClassName: 'later' },
    })),
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'later' },
      provisioner: 'example.com/disks',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
  ];
}
