import { getArray, getString, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import { makeAffinity, makeSpread } from './affinity.ts';
import { APPS, fields, IMAGES, NAMESPACES } from './fields.ts';

const MEMORY = ['64Mi', '200Mi', '0.5Gi', '1G', '1Gi', '1536Mi', '3e9', '100M'];
const CPU = ['1m', '50m', '100m', '0.25', '500m', '1', '1500m', '2'];

/** Each has started at another time, since of pods that are alike to the minute nobody knows which is evicted. */
export function makePlaced(index: number, random: Random, nodes: readonly string[]): Pod {
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
    status: { phase, startTime: start, ...(random.once(5) ? makeResize(spec, random) : {}) },
  };
}

/** What a kubelet tells of a pod whose resources are being changed in place. */
function makeResize(spec: JsonObject, random: Random): JsonObject {
  const amounts = (): JsonObject => fields(random, { cpu: [2, () => random.pick(CPU)], memory: [2, () => random.pick(MEMORY)] });
  const state = (): JsonObject =>
    fields(random, { resources: [2, () => fields(random, { requests: [2, amounts] })], allocatedResources: [2, amounts] });
  const toStatus = (container: JsonValue): JsonObject => ({
    name: getString(container, 'name') ?? '',
    ready: true,
    restartCount: 0,
    image: 'i',
    imageID: '',
    ...state(),
  });
  const pending = { type: 'PodResizePending', status: 'True', reason: random.pick(['Infeasible', 'Deferred']) };
  return {
    containerStatuses: getArray(spec, 'containers').map(toStatus),
    initContainerStatuses: getArray(spec, 'initContainers').map(toStatus),
    ...fields(random, { conditions: [3, () => [pending]] }),
    ...state(),
  };
}

export interface Pod extends JsonObject {
  readonly metadata: JsonObject & { readonly name: string; readonly namespace: string };
  readonly spec: JsonObject;
}

/** One placed pod at most has a claim, as the rule demands of claims for one pod. */
export function makePod(
  name: string,
  random: Random,
  { isPlaced, mayClaim }: { readonly isPlaced: boolean; readonly mayClaim: boolean },
): Pod {
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
      hostUsers: [6, () => false],
      volumes: [mayClaim ? (isPlaced ? 2 : 4) : 8, () => [makeVolume(random, namespace, mayClaim)]],
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
    ...fields(random, {
      restartPolicyRules: [20, () => [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [1] } }]],
      restartPolicy: [20, () => 'Never'],
      resources: [2, () => makeResources(random)],
      ports: [5, () => [port()]],
    }),
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
