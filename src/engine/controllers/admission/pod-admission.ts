import { nameOf, namespaceOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { getArray, getObject, getOrAdd, type JsonObject } from '../../../std/index.ts';
import { formatAmount, readAmounts } from './amounts.ts';
import { checkPodLimits, withLimitDefaults } from './limit-range.ts';
import { withPriority } from './priority.ts';
import { withRuntimeClass } from './runtime-class.ts';
import { withDefaultTolerations } from './tolerations.ts';

/** The policies of a world that change pods as they are created, and what they made of pod specs already. Shared by worlds that agree on them. */
export interface PodAdmission {
  readonly priorityClasses: ReadonlyMap<string, KubernetesObject>;
  readonly runtimeClasses: ReadonlyMap<string, KubernetesObject>;
  readonly limitRanges: ReadonlyMap<string, readonly KubernetesObject[]>;
  /** Whether there are no other classes than these. */
  readonly knowsAll: boolean;
  readonly admitted: WeakMap<JsonObject, AdmittedPod>;
}

/** A pod's spec as it is stored; where it is refused, as far as it came. */
export interface AdmittedPod {
  readonly spec: JsonObject;
  readonly refusal?: Refusal;
}

/** Why a pod is not made, as the API server says after its name, and which part of it says so: what is found while validating is invalid. */
export interface Refusal {
  readonly stage: 'mutating' | 'validation' | 'validating';
  readonly why: string;
}

const ADMISSIONS = new WeakMap<object, WeakMap<object, WeakMap<object, PodAdmission>>>();

/** The pod admission of a world. */
export function podAdmissionOf(world: World): PodAdmission {
  const priorities = world.kind('scheduling.k8s.io', 'PriorityClass');
  const runtimes = world.kind('node.k8s.io', 'RuntimeClass');
  const limits = world.kind('', 'LimitRange');
  const byRuntimes = getOrAdd(ADMISSIONS, priorities, () => new WeakMap<object, WeakMap<object, PodAdmission>>());
  const byLimits = getOrAdd(byRuntimes, runtimes, () => new WeakMap<object, PodAdmission>());
  return getOrAdd(byLimits, limits, () =>
    createPodAdmission({
      priorityClasses: priorities.objects,
      runtimeClasses: runtimes.objects,
      limitRanges: limits.objects,
      knowsAll: false,
    }),
  );
}

/** The objects that say how pods are admitted. */
export interface PodPolicies {
  readonly priorityClasses: readonly KubernetesObject[];
  readonly runtimeClasses: readonly KubernetesObject[];
  readonly limitRanges: readonly KubernetesObject[];
  readonly knowsAll: boolean;
}

/** The pod admission by these objects. */
export function createPodAdmission({ priorityClasses, runtimeClasses, limitRanges, knowsAll }: PodPolicies): PodAdmission {
  const byName = (objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> =>
    new Map(objects.map((object) => [nameOf(object), object]));
  return {
    priorityClasses: byName(priorityClasses),
    runtimeClasses: byName(runtimeClasses),
    limitRanges: byNamespace(limitRanges),
    knowsAll,
    admitted: new WeakMap(),
  };
}

function byNamespace(ranges: readonly KubernetesObject[]): ReadonlyMap<string, readonly KubernetesObject[]> {
  const groups = new Map<string, KubernetesObject[]>();
  for (const range of ranges) groups.set(namespaceOf(range) ?? '', [...(groups.get(namespaceOf(range) ?? '') ?? []), range]);
  return groups;
}

/**
 * What admission makes of a new pod's spec: limits copied to requests, LimitRange, PriorityClass, DefaultTolerationSeconds
 * and RuntimeClass applied, in the API server's order. Classes that are not known refuse nothing: they may be elsewhere.
 */
export function admitPod(spec: JsonObject, namespace: string | undefined, admission: PodAdmission): AdmittedPod {
  let admitted = admission.admitted.get(spec);
  if (admitted === undefined) {
    const ranges = admission.limitRanges.get(namespace ?? '') ?? [];
    admitted = admit(spec, ranges, admission);
    admission.admitted.set(spec, admitted);
  }
  return admitted;
}

function admit(given: JsonObject, ranges: readonly KubernetesObject[], admission: PodAdmission): AdmittedPod {
  const refusals: string[] = [];
  let spec = withLimitDefaults(given, ranges);
  const prioritized = withPriority(spec, admission.priorityClasses, admission);
  if ('spec' in prioritized) ({ spec } = prioritized);
  else refusals.push(prioritized.refusal);
  spec = withDefaultTolerations(spec);
  const run = withRuntimeClass(spec, admission.runtimeClasses);
  if ('spec' in run) ({ spec } = run);
  else refusals.push(run.refusal);
  const [forbidden] = refusals;
  if (forbidden !== undefined) return { spec, refusal: { stage: 'mutating', why: forbidden } };
  if (ranges.length === 0) return { spec };
  const excess = findExcess(spec);
  if (excess !== undefined) return { spec, refusal: { stage: 'validation', why: excess } };
  const why = checkPodLimits(spec, ranges);
  return why === undefined ? { spec } : { spec, refusal: { stage: 'validating', why } };
}

/** A request beyond a limit that a LimitRange has given: the API server finds the pod invalid (`validateResourceRequirements`). */
function findExcess(spec: JsonObject): string | undefined {
  const problems: string[] = [];
  for (const field of ['containers', 'initContainers']) {
    for (const [index, container] of getArray(spec, field).entries()) {
      const limits = readAmounts(getObject(container, 'resources', 'limits'));
      for (const [name, request] of readAmounts(getObject(container, 'resources', 'requests'))) {
        const limit = limits.get(name);
        if (limit === undefined || request.value <= limit.value) continue;
        const value = `spec.${field}[${index}].resources.requests: Invalid value: "${formatAmount(request)}"`;
        problems.push(`${value}: must be less than or equal to ${name} limit of ${formatAmount(limit)}`);
      }
    }
  }
  if (problems.length === 0) return undefined;
  return problems.length === 1 ? problems.join() : `[${problems.join(', ')}]`;
}
