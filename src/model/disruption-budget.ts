import { getArray, getAt, getBoolean, getNumber, getObject, getString, type JsonValue } from '../std/index.ts';
import { labelsOf, nameOf, namespaceOf, parseApiVersion, type KubernetesObject } from './object.ts';
import { refKeyOf } from './ref.ts';
import { toScaledValue } from './scaled-value.ts';
import { isSelected, readLabelSelector } from './selector.ts';
import type { World } from './world.ts';

/** What the disruption controller writes of a PodDisruptionBudget (`pkg/controller/disruption`, `updatePdbStatus`). */
export interface BudgetStatus {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  readonly currentHealthy: number;
  /** Never below 0; 0 where no pods are expected. */
  readonly disruptionsAllowed: number;
  /** Why the numbers cannot be worked out (`SyncFailed`): nothing may be disrupted then. */
  readonly failure?: string;
}

/** The pods that a budget selects, ended and terminating ones included. An empty selector selects all of the namespace. */
export function listBudgetPods(world: World, budget: KubernetesObject): readonly KubernetesObject[] {
  return world.bySelector('', 'Pod', namespaceOf(budget), readLabelSelector(getObject(budget, 'spec', 'selector')));
}

/** The budgets that select a pod, by name. */
export function listBudgetsOf(world: World, pod: KubernetesObject): readonly KubernetesObject[] {
  const labels = labelsOf(pod);
  return world
    .kind('policy', 'PodDisruptionBudget')
    .inNamespace(namespaceOf(pod))
    .filter((budget) => isSelected(readLabelSelector(getObject(budget, 'spec', 'selector')), labels));
}

/** The numbers of a budget in a world, as the disruption controller counts them. */
export function toBudgetStatus(world: World, budget: KubernetesObject, isHealthy: (pod: KubernetesObject) => boolean): BudgetStatus {
  const pods = listBudgetPods(world, budget);
  const currentHealthy = pods.filter((pod) => getString(pod.metadata, 'deletionTimestamp') === undefined && isHealthy(pod)).length;
  const counted = countExpected(world, budget, pods);
  if (typeof counted === 'string') return { expectedPods: 0, desiredHealthy: 0, currentHealthy, disruptionsAllowed: 0, failure: counted };
  const { expectedPods, desiredHealthy } = counted;
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  return { expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed };
}

interface Expected {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}

/** What is expected and what must be healthy; the controller's sentence where that cannot be told. */
function countExpected(world: World, budget: KubernetesObject, pods: readonly KubernetesObject[]): Expected | string {
  const most = getAt(budget, 'spec', 'maxUnavailable');
  const least = getAt(budget, 'spec', 'minAvailable');
  if (most === undefined && least === undefined) return { expectedPods: 0, desiredHealthy: 0 };
  if (most === undefined && typeof least === 'number') return { expectedPods: pods.length, desiredHealthy: least };
  const expectedPods = countScale(world, pods);
  if (typeof expectedPods === 'string') return expectedPods;
  const scaled = toScaledValue(most ?? least, expectedPods, 'up') ?? 0;
  return { expectedPods, desiredHealthy: most === undefined ? scaled : Math.max(0, expectedPods - scaled) };
}

/** The replicas of all controllers of the pods; pods without one count for nothing. */
function countScale(world: World, pods: readonly KubernetesObject[]): number | string {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const reference = controllerReferenceOf(pod);
    if (reference === undefined) continue;
    const unscaled = UNSCALED.get(getString(reference, 'kind') ?? '');
    if (unscaled !== undefined) return `${unscaled} does not implement the scale subresource`;
    const scaled = findScaled(world, pod);
    if (scaled === undefined) return `found no controllers for pod "${nameOf(pod)}"`;
    scales.set(refKeyOf(scaled), getNumber(scaled, 'spec', 'replicas') ?? 1);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

/** What says how many pods there are like this one: of a ReplicaSet its Deployment. */
export function findScaled(world: World, pod: KubernetesObject): KubernetesObject | undefined {
  const controller = findController(world, pod);
  if (controller === undefined) return undefined;
  const above = controller.kind === 'ReplicaSet' ? findController(world, controller) : undefined;
  return above?.kind === 'Deployment' ? above : controller;
}

/** Controllers whose number of pods is no field of theirs, and their resources. */
const UNSCALED: ReadonlyMap<string, string> = new Map([
  ['CronJob', 'cronjobs.batch'],
  ['DaemonSet', 'daemonsets.apps'],
  ['Job', 'jobs.batch'],
  ['Node', 'nodes'],
]);

function controllerReferenceOf(object: KubernetesObject): JsonValue | undefined {
  return getArray(object.metadata, 'ownerReferences').find((reference) => getBoolean(reference, 'controller') === true);
}

/** The object that controls another, where it is in the world. */
function findController(world: World, object: KubernetesObject): KubernetesObject | undefined {
  const reference = controllerReferenceOf(object);
  if (reference === undefined) return undefined;
  const { group } = parseApiVersion(getString(reference, 'apiVersion') ?? '');
  const namespace = namespaceOf(object);
  const name = getString(reference, 'name') ?? '';
  const owner = world.get({ group, kind: getString(reference, 'kind') ?? '', name, ...(namespace === undefined ? {} : { namespace }) });
  const [wanted, found] = [getString(reference, 'uid') ?? '', owner === undefined ? '' : (getString(owner.metadata, 'uid') ?? '')];
  return wanted !== '' && found !== '' && wanted !== found ? undefined : owner;
}
