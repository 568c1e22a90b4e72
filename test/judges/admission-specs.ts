import type { KubernetesObject } from '../../src/model/index.ts';
import type { JsonObject, JsonValue } from '../../src/std/index.ts';
import type { Random } from './random.ts';

/** Classes that are there in every case. */
export const CLASSES: readonly KubernetesObject[] = [
  { ...priority('low', -100), preemptionPolicy: 'Never' },
  priority('high', 1000),
  {
    ...alone('node.k8s.io/v1', 'RuntimeClass', 'sandbox'),
    handler: 'sandbox',
    overhead: { podFixed: { cpu: '250m', memory: '64Mi' } },
    scheduling: { nodeSelector: { runtime: 'sandbox' }, tolerations: [{ key: 'sandbox', operator: 'Exists', effect: 'NoSchedule' }] },
  },
  { ...alone('node.k8s.io/v1', 'RuntimeClass', 'native'), handler: 'native' },
  storage('slow', false),
];

/** Those that are there where a case asks for defaults; of several StorageClasses the newest would count, by a clock that ticks in seconds. */
export const DEFAULTS: readonly KubernetesObject[] = [{ ...priority('everyday', 10), globalDefault: true }, storage('fast', true)];

function alone(apiVersion: string, kind: string, name: string): KubernetesObject {
  return { apiVersion, kind, metadata: { name } };
}

function priority(name: string, value: number): KubernetesObject {
  return { ...alone('scheduling.k8s.io/v1', 'PriorityClass', name), value };
}

function storage(name: string, isDefault: boolean): KubernetesObject {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': String(isDefault) };
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name, annotations }, provisioner: 'disks.example' };
}

/** What a namespace has: its labels, the objects that say what is allowed in it, and what is asked for, some of it kept. */
export function makeAdmissionCase(random: Random): JsonObject {
  return {
    hasDefaults: random.once(2),
    labels: random.once(2) ? {} : podSecurityLabels(random),
    rules: [
      ...makeAccounts(random),
      ...random.list(random.below(3), (i) => makeRange(random, i)),
      ...random.list(random.below(3), (i) => makeQuota(random, i)),
    ],
    asks: random.list(5, (index) => ({ keep: random.once(2), object: makeAsked(random, `asked-${index}`) })),
  };
}

const LEVELS = ['privileged', 'baseline', 'restricted'];

function podSecurityLabels(random: Random): JsonObject {
  return random.maybe<JsonValue>({
    'pod-security.kubernetes.io/enforce': () => random.pick(LEVELS),
    'pod-security.kubernetes.io/enforce-version': () => random.pick(['latest', 'v1.25', 'v1.32']),
    'pod-security.kubernetes.io/warn': () => random.pick(LEVELS),
  });
}

function makeAccounts(random: Random): readonly JsonObject[] {
  const accounts = random.once(2) ? ['default'] : ['default', 'robot'];
  return accounts.map((name) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
    ...random.maybe<JsonValue>({
      imagePullSecrets: () => random.list(random.below(3), (index) => ({ name: `registry-${index}` })),
      automountServiceAccountToken: () => random.once(2),
    }),
  }));
}

const CPU = ['50m', '100m', '500m', '1', '1500m', '3'];
const MEMORY = ['16Mi', '64Mi', '1Gi', '1500M', '4Gi'];

function amounts(random: Random): Record<string, JsonValue> {
  return random.maybe<JsonValue>({ cpu: () => random.pick(CPU), memory: () => random.pick(MEMORY) });
}

/** A LimitRange whose bounds are in order, as its own validation wants them. */
function makeRange(random: Random, index: number): JsonObject {
  const limits: JsonObject[] = [];
  if (random.once(2)) limits.push({ type: 'Container', ...inOrder(random, ['min', 'defaultRequest', 'default', 'max']) });
  if (random.once(3)) limits.push({ type: 'Container', maxLimitRequestRatio: { cpu: random.pick(['1', '2', '4']) } });
  if (random.once(3)) limits.push({ type: 'Pod', ...inOrder(random, ['min', 'max']) });
  if (random.once(3))
    limits.push({
      type: 'PersistentVolumeClaim',
      ...random.maybe({ min: () => ({ storage: '1Gi' }), max: () => ({ storage: random.pick(['2Gi', '5Gi']) }) }),
    });
  const kept = limits.filter((item, at) => limits.findIndex((other) => other['type'] === item['type']) === at);
  return { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: `range-${index}` }, spec: { limits: kept } };
}

function inOrder(random: Random, fields: readonly string[]): JsonObject {
  const chosen = random.some(fields);
  const names = fields.filter((name) => chosen.includes(name));
  const cpu = ascending(random, CPU, names.length);
  const memory = ascending(random, ['16Mi', '64Mi', '1Gi', '4Gi'], names.length);
  const hasCpu = random.once(2);
  const hasMemory = !hasCpu || random.once(2);
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      { ...(hasCpu ? { cpu: cpu[index] ?? '1' } : {}), ...(hasMemory ? { memory: memory[index] ?? '1Gi' } : {}) },
    ]),
  );
}

/** Some of ascending values, in order. */
function ascending(random: Random, values: readonly string[], count: number): readonly string[] {
  return random
    .list(count, () => random.below(values.length))
    .toSorted((a, b) => a - b)
    .map((at) => values[at] ?? '');
}

/** Scopes that may stand together, each with what a quota may limit in them. */
const SCOPES: readonly JsonObject[] = [
  { scopes: ['BestEffort'] },
  { scopes: ['NotBestEffort'] },
  { scopes: ['Terminating'] },
  { scopes: ['NotTerminating', 'NotBestEffort'] },
  { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
  { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists' }] } },
  { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'NotIn', values: ['low'] }] } },
  { scopes: ['CrossNamespacePodAffinity'] },
];

function makeQuota(random: Random, index: number): JsonObject {
  const metadata = { name: `quota-${index}` };
  if (random.once(3))
    return { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: String(random.below(3)) }, ...random.pick(SCOPES) } };
  const hard = random.maybe<JsonValue>({
    pods: () => String(1 + random.below(3)),
    [random.pick(['cpu', 'requests.cpu'])]: () => random.pick(['1', '2', '2500m']),
    'limits.cpu': () => random.pick(['2', '4']),
    [random.pick(['memory', 'requests.memory'])]: () => random.pick(['1Gi', '3Gi']),
    'count/pods': () => String(1 + random.below(3)),
    configmaps: () => String(random.below(2)),
    'count/configmaps': () => String(random.below(2)),
    'count/deployments.apps': () => String(random.below(2)),
    secrets: () => '0',
    persistentvolumeclaims: () => String(random.below(3)),
    'requests.storage': () => random.pick(['2Gi', '6Gi']),
    'fast.storageclass.storage.k8s.io/requests.storage': () => random.pick(['1Gi', '3Gi']),
    'slow.storageclass.storage.k8s.io/persistentvolumeclaims': () => String(random.below(2)),
    services: () => String(1 + random.below(2)),
    'services.nodeports': () => String(random.below(3)),
    'services.loadbalancers': () => String(random.below(2)),
  });
  const some = Object.fromEntries(Object.entries(hard).filter(() => random.once(3)));
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: some } };
}

function makeAsked(random: Random, name: string): JsonObject {
  const metadata = { name };
  if (random.once(2)) return { apiVersion: 'v1', kind: 'Pod', metadata, spec: makePodSpec(random) };
  switch (random.below(5)) {
    case 0:
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    case 1:
      return { apiVersion: 'v1', kind: 'Secret', metadata };
    case 2:
      return { apiVersion: 'v1', kind: 'Service', metadata, spec: makeService(random) };
    case 3:
      return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: makeDeployment(random) };
    default:
      return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: makeClaim(random) };
  }
}

function makeDeployment(random: Random): JsonObject {
  const labels = { app: 'asked' };
  const { restartPolicy: _, activeDeadlineSeconds: __, ...spec } = makePodSpec(random);
  return { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } };
}

function makeClaim(random: Random): JsonObject {
  const storageClassName = random.pick([undefined, undefined, '', 'fast', 'slow', 'nowhere']);
  return {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: random.pick(['500Mi', '1Gi', '3Gi', '10Gi']) } },
    ...(storageClassName === undefined ? {} : { storageClassName }),
  };
}

function makeService(random: Random): JsonObject {
  const type = random.pick(['ClusterIP', 'NodePort', 'LoadBalancer']);
  const ports = random.list(1 + random.below(2), (index) => ({ name: `p${index}`, port: 80 + index }));
  return {
    type,
    ports,
    selector: { app: 'asked' },
    ...(type === 'LoadBalancer' && random.once(3) ? { allocateLoadBalancerNodePorts: false } : {}),
  };
}

function makePodSpec(random: Random): JsonObject {
  const priorityClassName = random.pick([undefined, undefined, undefined, 'low', 'high', 'high', 'system-node-critical', 'nobody']);
  const runtimeClassName = random.pick([undefined, undefined, undefined, 'sandbox', 'sandbox', 'sandbox', 'native', 'nothing']);
  const isAsGiven = !random.once(runtimeClassName === undefined ? 12 : 4);
  return {
    containers: random.list(1 + random.below(2), (index) => makeContainer(random, `c${index}`)),
    ...(random.once(4)
      ? { initContainers: [{ ...makeContainer(random, 'first'), ...(random.once(2) ? { restartPolicy: 'Always' } : {}) }] }
      : {}),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
    ...(runtimeClassName === undefined ? {} : { runtimeClassName }),
    ...(isAsGiven ? {} : { overhead: random.pick([{ cpu: '250m', memory: '64Mi' }, { cpu: '1' }]) }),
    ...(random.once(9) ? { priority: random.pick([0, 10, 1000]) } : {}),
    ...(random.once(8) ? { preemptionPolicy: random.pick(['Never', 'PreemptLowerPriority']) } : {}),
    ...(random.once(3) ? { nodeSelector: { runtime: random.pick(['sandbox', 'other']) } } : {}),
    ...(random.once(3) ? { tolerations: [makeToleration(random)] } : {}),
    ...(random.once(3) ? { serviceAccountName: random.pick(['robot', 'default', 'default', 'nobody']) } : {}),
    ...(random.once(5) ? { imagePullSecrets: [{ name: 'own' }] } : {}),
    ...(random.once(5) ? { automountServiceAccountToken: random.once(2) } : {}),
    ...(random.once(4) ? { activeDeadlineSeconds: 60 } : {}),
    ...(random.once(5) ? { hostNetwork: true } : {}),
    ...(random.once(3) ? { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } } : {}),
    ...(random.once(8) ? { affinity: makeAffinity(random) } : {}),
  };
}

function makeToleration(random: Random): JsonObject {
  return random.pick<JsonObject>([
    { operator: 'Exists' },
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists' },
    { key: 'sandbox', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'other', value: 'x', effect: 'NoExecute' },
  ]);
}

function makeAffinity(random: Random): JsonObject {
  const term = {
    topologyKey: 'zone',
    labelSelector: {},
    ...random.maybe<JsonValue>({ namespaces: () => ['other'], namespaceSelector: () => ({}) }),
  };
  return {
    podAffinity: random.once(2)
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] },
  };
}

function makeContainer(random: Random, name: string): JsonObject {
  const requests = random.once(3) ? amounts(random) : undefined;
  const limits = random.once(2) ? amounts(random) : undefined;
  const resources = { ...(requests === undefined ? {} : { requests }), ...(limits === undefined ? {} : { limits }) };
  return {
    name,
    image: 'shop.example/web:1',
    ...(random.once(4) ? {} : { resources }),
    ...(random.once(3) ? { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } } : {}),
    ...(random.once(10) ? { securityContext: { privileged: true } } : {}),
  };
}
