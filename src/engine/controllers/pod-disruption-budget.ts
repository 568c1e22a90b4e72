import {
  isSelected,
  labelsOf,
  nameOf,
  namespaceOf,
  readLabelSelector,
  refOf,
  type KubernetesObject,
  type World,
} from '../../model/index.ts';
import { getArray, getAt, getNumber, getObject, getString, type JsonObject, type JsonValue } from '../../std/index.ts';
import { withCondition, type Condition } from './conditions.ts';
import { findOwner, observedGeneration, toStatusUpdate, type Controller } from './controller.ts';
import { controllerReferenceOf } from './ownership.ts';
import { hasPodCondition } from './replicas.ts';
import { toScaledValue } from './rollout-arithmetic.ts';

/** Counts how many pods of a budget may be disrupted now (`pkg/controller/disruption`). */
export const POD_DISRUPTION_BUDGET: Controller = {
  name: 'pod-disruption-budget',
  kind: { group: 'policy', kind: 'PodDisruptionBudget' },
  watches: [{ group: '', kind: 'Pod' }],
  concerns: (world, changed) => {
    const labels = labelsOf(changed);
    const budgets = world.kind('policy', 'PodDisruptionBudget').inNamespace(namespaceOf(changed));
    return budgets.filter((budget) => isSelected(readLabelSelector(getObject(budget, 'spec', 'selector')), labels)).map(refOf);
  },
  reconcile: (world, budget, { now }) => {
    const selector = readLabelSelector(getObject(budget, 'spec', 'selector'));
    const pods = world.bySelector('', 'Pod', namespaceOf(budget), selector);
    const expected = countExpected(world, budget, pods);
    if (typeof expected === 'string') return toStatusUpdate(budget, failSafe(budget, expected, now));
    const desired = toDesired(budget, expected);
    const healthy = pods.filter(
      (pod) => getString(pod.metadata, 'deletionTimestamp') === undefined && hasPodCondition(pod, 'Ready'),
    ).length;
    const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
    const condition: Condition =
      allowed > 0
        ? { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', message: '' }
        : { type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', message: '' };
    return toStatusUpdate(budget, {
      ...observedGeneration(budget),
      currentHealthy: healthy,
      desiredHealthy: desired,
      disruptionsAllowed: allowed,
      expectedPods: expected,
      conditions: withCondition(getArray(budget, 'status', 'conditions'), condition, now, observedGeneration(budget)),
    });
  },
};

/** Where the pods cannot be counted none may be disrupted; what was counted before stays. */
function failSafe(budget: KubernetesObject, message: string, now: number): JsonObject {
  const { observedGeneration: observed = 0, conditions: _, ...known } = getObject(budget, 'status') ?? {};
  const condition: Condition = { type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message };
  const conditions = withCondition(getArray(budget, 'status', 'conditions'), condition, now, { observedGeneration: observed });
  return {
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    ...known,
    observedGeneration: observed,
    disruptionsAllowed: 0,
    conditions,
  };
}

/**
 * The pods there should be: those there are where `minAvailable` is a number, else the replicas of their controllers, if
 * those have some to say how many; why not otherwise (`getExpectedScale`).
 */
function countExpected(world: World, budget: KubernetesObject, pods: readonly KubernetesObject[]): number | string {
  if (typeof getAt(budget, 'spec', 'minAvailable') === 'number') return pods.length;
  const replicas = new Map<KubernetesObject, number>();
  for (const pod of pods) {
    const reference = controllerReferenceOf(pod);
    if (reference === undefined) continue;
    const owner = findScaled(world, pod);
    if (owner === undefined) return sayUncounted(reference, pod);
    replicas.set(owner, getNumber(owner, 'spec', 'replicas') ?? 1);
  }
  return [...replicas.values()].reduce((sum, count) => sum + count, 0);
}

/** Built-in controllers whose number of pods is no field of theirs. */
const UNSCALED: ReadonlyMap<string, string> = new Map([
  ['CronJob', 'cronjobs.batch'],
  ['DaemonSet', 'daemonsets.apps'],
  ['Job', 'jobs.batch'],
]);

function sayUncounted(reference: JsonValue, pod: KubernetesObject): string {
  const resource = UNSCALED.get(getString(reference, 'kind') ?? '');
  return resource === undefined
    ? `found no controllers for pod ${JSON.stringify(nameOf(pod))}`
    : `${resource} does not implement the scale subresource`;
}

function findScaled(world: World, pod: KubernetesObject): KubernetesObject | undefined {
  const set = findOwner(world, pod, 'apps', 'ReplicaSet');
  if (set !== undefined) return findOwner(world, set, 'apps', 'Deployment') ?? set;
  return findOwner(world, pod, 'apps', 'StatefulSet') ?? findOwner(world, pod, '', 'ReplicationController');
}

function toDesired(budget: KubernetesObject, expected: number): number {
  const least: JsonValue | undefined = getAt(budget, 'spec', 'minAvailable');
  if (least !== undefined) return toScaledValue(least, expected, 'up') ?? 0;
  const most = toScaledValue(getAt(budget, 'spec', 'maxUnavailable') ?? 0, expected, 'up') ?? 0;
  return Math.max(0, expected - most);
}
