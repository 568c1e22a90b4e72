import { nameOf, parseQuantity, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getBoolean, getNumber, getObject, getString, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';

/** The policies of a world that change pods as they are created, and what they made of pod specs already. Shared by worlds that agree on them. */
export interface PodAdmission {
  readonly priorityClasses: ReadonlyMap<string, KubernetesObject>;
  readonly runtimeClasses: ReadonlyMap<string, KubernetesObject>;
  readonly limitRanges: readonly KubernetesObject[];
  readonly admitted: WeakMap<JsonObject, JsonObject>;
}

const SYSTEM_PRIORITIES: ReadonlyMap<string, number> = new Map([
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
]);
const NO_EXECUTE_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

const ADMISSIONS = new WeakMap<object, WeakMap<object, WeakMap<object, PodAdmission>>>();

/** The pod admission of a world. */
export function podAdmissionOf(world: World): PodAdmission {
  const priorities = world.kind('scheduling.k8s.io', 'PriorityClass');
  const runtimes = world.kind('node.k8s.io', 'RuntimeClass');
  const limits = world.kind('', 'LimitRange');
  const byRuntimes = getOrAdd(ADMISSIONS, priorities, () => new WeakMap<object, WeakMap<object, PodAdmission>>());
  const byLimits = getOrAdd(byRuntimes, runtimes, () => new WeakMap<object, PodAdmission>());
  return getOrAdd(byLimits, limits, () => ({
    priorityClasses: new Map(priorities.objects.map((object) => [nameOf(object), object])),
    runtimeClasses: new Map(runtimes.objects.map((object) => [nameOf(object), object])),
    limitRanges: limits.objects,
    admitted: new WeakMap(),
  }));
}

function getOrAdd<V>(map: WeakMap<object, V>, key: object, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

/** A pod spec as it is stored: limits copied to requests, LimitRange, PriorityClass, RuntimeClass and DefaultTolerationSeconds applied. */
export function admitPodSpec(spec: JsonObject, namespace: string | undefined, admission: PodAdmission): JsonObject {
  let admitted = admission.admitted.get(spec);
  if (admitted === undefined) {
    const ranges = admission.limitRanges.filter((range) => getString(range.metadata, 'namespace') === namespace);
    admitted = { ...spec, ...admitContainers(spec, ranges), ...admitRuntime(spec, admission), ...admitPriority(spec, admission) };
    admitted = { ...admitted, tolerations: admitTolerations(admitted) };
    admission.admitted.set(spec, admitted);
  }
  return admitted;
}

function admitContainers(spec: JsonObject, ranges: readonly KubernetesObject[]): JsonObject {
  const limits = listContainerLimits(ranges);
  const fields: Record<string, JsonValue> = {};
  for (const field of ['initContainers', 'containers']) {
    const list = getArray(spec, field);
    if (list.length > 0) fields[field] = list.map((container) => (isObject(container) ? admitContainer(container, limits) : container));
  }
  return fields;
}

interface ContainerLimits {
  readonly defaults: JsonObject;
  readonly defaultRequests: JsonObject;
}

function listContainerLimits(ranges: readonly KubernetesObject[]): readonly ContainerLimits[] {
  return ranges.flatMap((range) =>
    getArray(range, 'spec', 'limits')
      .filter((item) => getString(item, 'type') === 'Container')
      .map((item) => {
        const defaults = { ...getObject(item, 'max'), ...getObject(item, 'default') };
        return { defaults, defaultRequests: { ...getObject(item, 'min'), ...defaults, ...getObject(item, 'defaultRequest') } };
      }),
  );
}

function admitContainer(container: JsonObject, ranges: readonly ContainerLimits[]): JsonObject {
  let limits = getObject(container, 'resources', 'limits') ?? {};
  let requests: JsonObject = { ...limits, ...getObject(container, 'resources', 'requests') };
  for (const { defaults, defaultRequests } of ranges) {
    limits = { ...defaults, ...limits };
    requests = { ...defaultRequests, ...requests };
  }
  if (Object.keys(requests).length === 0) return container;
  const isUnlimited = Object.keys(limits).length === 0;
  return {
    ...container,
    resources: { ...getObject(container, 'resources'), ...(isUnlimited ? {} : { limits }), requests: onlyQuantities(requests) },
  };
}

function onlyQuantities(list: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(list).filter(([, value]) => parseQuantity(value) !== undefined));
}

function admitRuntime(spec: JsonObject, { runtimeClasses }: PodAdmission): JsonObject {
  const runtime = runtimeClasses.get(getString(spec, 'runtimeClassName') ?? '');
  if (runtime === undefined) return {};
  const overhead = getObject(runtime, 'overhead', 'podFixed');
  const selector = getObject(runtime, 'scheduling', 'nodeSelector');
  const tolerations = getArray(runtime, 'scheduling', 'tolerations');
  return {
    ...(overhead === undefined ? {} : { overhead }),
    ...(selector === undefined ? {} : { nodeSelector: { ...getObject(spec, 'nodeSelector'), ...selector } }),
    ...(tolerations.length === 0 ? {} : { tolerations: [...getArray(spec, 'tolerations'), ...tolerations] }),
  };
}

function admitPriority(spec: JsonObject, { priorityClasses }: PodAdmission): JsonObject {
  if (getNumber(spec, 'priority') !== undefined) return {};
  const name = getString(spec, 'priorityClassName') ?? '';
  const named = name === '' ? findGlobalDefault(priorityClasses) : priorityClasses.get(name);
  const policy = getString(named, 'preemptionPolicy');
  return {
    priority: getNumber(named, 'value') ?? SYSTEM_PRIORITIES.get(name) ?? 0,
    ...(policy === undefined || getString(spec, 'preemptionPolicy') !== undefined ? {} : { preemptionPolicy: policy }),
  };
}

/** Of several default classes the one of the least value counts, as in the admission plugin. */
function findGlobalDefault(classes: ReadonlyMap<string, KubernetesObject>): KubernetesObject | undefined {
  return [...classes.values()]
    .filter((object) => getBoolean(object, 'globalDefault') === true)
    .toSorted((a, b) => (getNumber(a, 'value') ?? 0) - (getNumber(b, 'value') ?? 0))[0];
}

function admitTolerations(spec: JsonObject): readonly JsonValue[] {
  const tolerations = getArray(spec, 'tolerations');
  const missing = NO_EXECUTE_TAINTS.filter((key) => !tolerations.some((toleration) => isAbout(toleration, key)));
  return [...tolerations, ...missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))];
}

function isAbout(toleration: JsonValue, key: string): boolean {
  const named = getString(toleration, 'key') ?? '';
  const effect = getString(toleration, 'effect') ?? '';
  return (named === key || named === '') && (effect === 'NoExecute' || effect === '');
}
