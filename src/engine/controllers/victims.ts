import { annotationsOf, nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { compareStrings, getArray, getNumber, getString } from '../../std/index.ts';
import { childrenOf, controllerReferenceOf, isReferenceTo } from './ownership.ts';
import { hasPodCondition, isActivePod } from './replicas.ts';

const PHASES: readonly string[] = ['Pending', 'Unknown', 'Running'];
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** The pods of all ReplicaSets that have the same owner: where they crowd a node, one of them goes first (`getIndirectlyRelatedPods`). */
export function listRelatedPods(world: World, set: KubernetesObject): readonly KubernetesObject[] {
  const reference = controllerReferenceOf(set);
  if (reference === undefined) return childrenOf(world, set, '', 'Pod');
  const owner = world
    .kind('apps', 'Deployment')
    .inNamespace(getString(set.metadata, 'namespace'))
    .find((item) => isReferenceTo(reference, item));
  const sets = owner === undefined ? [set] : childrenOf(world, owner, 'apps', 'ReplicaSet');
  return sets.flatMap((other) => childrenOf(world, other, '', 'Pod'));
}

/**
 * Orders pods as a ReplicaSet gives them up: the first is deleted first (`controller.ActivePodsWithRanks`). Of pods that got
 * ready or were made at about the same time, by the logarithm of how long ago, their uids decide.
 */
export function orderVictims(
  pods: readonly KubernetesObject[],
  { related, now }: { readonly related: readonly KubernetesObject[]; readonly now: number },
): readonly KubernetesObject[] {
  const crowd = new Map<string, number>();
  for (const pod of related) if (isActivePod(pod)) crowd.set(nodeOf(pod), (crowd.get(nodeOf(pod)) ?? 0) + 1);
  const traits = new Map(pods.map((pod) => [pod, traitsOf(pod, { crowd: crowd.get(nodeOf(pod)) ?? 0, cost: costOf(pod) })]));
  const byAge = (a: number, b: number): number => compareTimes(a, b, now);
  return pods.toSorted((a, b) => compareTraits(traits.get(a), traits.get(b), byAge) || compareStrings(nameOf(a), nameOf(b)));
}

/** Orders pods as a Job gives them up: the first is deleted first (`controller.ActivePods`). Neither costs nor crowds nor ages in steps. */
export function orderActive(pods: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const traits = new Map(pods.map((pod) => [pod, traitsOf(pod, { crowd: 0, cost: 0 })]));
  const latestFirst = (a: number, b: number): number => (a === 0 || b === 0 ? a - b : b - a);
  return pods.toSorted((a, b) => compareTraits(traits.get(a), traits.get(b), latestFirst) || compareStrings(nameOf(a), nameOf(b)));
}

/** The latest time that pods tell of: what is to be judged without a clock is judged as of then. */
export function latestOf(pods: readonly KubernetesObject[]): number {
  return Math.max(0, ...pods.flatMap((pod) => [timeOf(getString(pod.metadata, 'creationTimestamp')), readySince(pod)]));
}

interface Traits {
  /** What is compared as it is, smaller first. */
  readonly plain: readonly number[];
  /** When it got ready; 0 if it is not. */
  readonly ready: number;
  readonly restarts: readonly number[];
  readonly created: number;
  readonly uid: string;
}

function costOf(pod: KubernetesObject): number {
  const cost = Number(annotationsOf(pod).get(DELETION_COST) ?? '0');
  return Number.isInteger(cost) ? cost : 0;
}

function traitsOf(pod: KubernetesObject, { crowd, cost }: { readonly crowd: number; readonly cost: number }): Traits {
  const isReady = hasPodCondition(pod, 'Ready');
  return {
    plain: [nodeOf(pod) === '' ? 0 : 1, PHASES.indexOf(getString(pod, 'status', 'phase') ?? 'Pending'), isReady ? 1 : 0, cost, -crowd],
    ready: isReady ? readySince(pod) : 0,
    restarts: restartsOf(pod),
    created: timeOf(getString(pod.metadata, 'creationTimestamp')),
    uid: getString(pod.metadata, 'uid') ?? '',
  };
}

function compareTraits(a: Traits | undefined, b: Traits | undefined, byTime: (a: number, b: number) => number): number {
  if (a === undefined || b === undefined) return 0;
  const plain = compareLists(a.plain, b.plain);
  if (plain !== 0) return plain;
  if (a.plain[2] === 1 && a.ready !== b.ready) return byTime(a.ready, b.ready) || compareStrings(a.uid, b.uid);
  const restarts = compareLists(b.restarts, a.restarts);
  if (restarts !== 0) return restarts;
  return a.created === b.created ? 0 : byTime(a.created, b.created) || compareStrings(a.uid, b.uid);
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const order = value - (b[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** The later first, by the binary logarithm of the age; an unknown time before all others. */
function compareTimes(a: number, b: number, now: number): number {
  if (a === 0 || b === 0) return a === 0 ? -1 : 1;
  return rankOf(now - a) - rankOf(now - b);
}

/** Ages count in nanoseconds (`logarithmicRankDiff`). */
function rankOf(age: number): number {
  return age > 0 ? Math.trunc(Math.log2(age * 1_000_000)) : -1;
}

function nodeOf(pod: KubernetesObject): string {
  return getString(pod, 'spec', 'nodeName') ?? '';
}

function timeOf(text: string | undefined): number {
  return text === undefined ? 0 : Date.parse(text);
}

function readySince(pod: KubernetesObject): number {
  const ready = getArray(pod, 'status', 'conditions').find(
    (item) => getString(item, 'type') === 'Ready' && getString(item, 'status') === 'True',
  );
  return timeOf(getString(ready, 'lastTransitionTime'));
}

/** The most restarts of a container, and of one that runs beside them from the start. */
function restartsOf(pod: KubernetesObject): readonly number[] {
  const sidecars = getArray(pod, 'spec', 'initContainers').flatMap((container) =>
    getString(container, 'restartPolicy') === 'Always' ? [getString(container, 'name')] : [],
  );
  const most = (field: string, isCounted: (name: string | undefined) => boolean): number =>
    Math.max(
      0,
      ...getArray(pod, 'status', field).map((item) => (isCounted(getString(item, 'name')) ? (getNumber(item, 'restartCount') ?? 0) : 0)),
    );
  return [most('containerStatuses', () => true), most('initContainerStatuses', (name) => sidecars.includes(name))];
}
