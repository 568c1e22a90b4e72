import { labelsOf, nameOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';
import { availableAt, countAvailable } from './availability.ts';
import {
  concernsOwner,
  observedGeneration,
  toDelete,
  toStatusUpdate,
  type Controller,
  type ControllerContext,
  type Intent,
} from './controller.ts';
import { ordinalsOf, toStatefulPod } from './expand-stateful-set.ts';
import { childrenOf } from './ownership.ts';
import { podAdmissionOf } from './admission/pod-admission.ts';
import { isReadyPod } from './replicas.ts';
import { createClaims, hasStaleClaim, isClaimGoing, ownClaims } from './stateful-set-claims.ts';
import { findRevisions, templateOfRevision, type Revisions } from './revision.ts';
import { REVISION_HASH } from './template.ts';

/** Keeps pods with names and claims of their own, one after the other unless told otherwise (`pkg/controller/statefulset`). */
export const STATEFUL_SET: Controller = {
  name: 'stateful-set',
  kind: { group: 'apps', kind: 'StatefulSet' },
  watches: [
    { group: 'apps', kind: 'ControllerRevision' },
    { group: '', kind: 'Pod' },
  ],
  concerns: concernsOwner('apps', 'StatefulSet'),
  reconcile: (world, set, context) => {
    const state = toState(world, set, context);
    if (getString(set.metadata, 'deletionTimestamp') !== undefined) return [...state.revisions.intents, ...toStatus(state, false)];
    const { intents, updates } = step(state);
    return [...state.revisions.intents, ...intents, ...toStatus(state, updates)];
  },
};

interface State {
  readonly world: World;
  readonly set: KubernetesObject;
  readonly context: ControllerContext;
  readonly pods: ReadonlyMap<number, KubernetesObject>;
  readonly ordinals: readonly number[];
  readonly partition: number;
  readonly isParallel: boolean;
  readonly revisions: Revisions;
  /** The revision that the pods had before the update. */
  readonly currentRevision: string;
}

function toState(world: World, set: KubernetesObject, context: ControllerContext): State {
  const pods = new Map(childrenOf(world, set, '', 'Pod').flatMap((pod) => toEntry(set, pod)));
  const used = new Set([...[...pods.values()].map(revisionOf), getString(set, 'status', 'currentRevision') ?? '']);
  const revisions = findRevisions(world, set, used, context.kubernetesVersion);
  const current = getString(set, 'status', 'currentRevision');
  return {
    world,
    set,
    context,
    pods,
    ordinals: ordinalsOf(set, getNumber(set, 'spec', 'replicas') ?? 1),
    partition: getNumber(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0,
    isParallel: getString(set, 'spec', 'podManagementPolicy') === 'Parallel',
    revisions,
    currentRevision: revisions.all.some((revision) => nameOf(revision) === current) ? (current ?? '') : revisions.update,
  };
}

function toEntry(set: KubernetesObject, pod: KubernetesObject): [number, KubernetesObject][] {
  const ordinal = nameOf(pod).slice(nameOf(set).length + 1);
  return /^\d+$/.test(ordinal) ? [[Number(ordinal), pod]] : [];
}

function revisionOf(pod: KubernetesObject): string {
  return labelsOf(pod).get(REVISION_HASH) ?? '';
}

function isTerminating(pod: KubernetesObject): boolean {
  return getString(pod.metadata, 'deletionTimestamp') !== undefined;
}

/**
 * What may be done now: missing pods, then surplus ones, then the update. Ordered sets stop at the first pod that is not as it should
 * be; parallel ones do each of these at once (`updateStatefulSet`). Also whether a pod goes for the update: the status knows of it.
 */
function step(state: State): Step {
  const { intents: kept, goesOn } = keepReplicas(state);
  if (!goesOn) return { intents: kept, updates: false };
  const surplus = listSurplus(state);
  const owned = surplus.flatMap((pod) => ownClaims(state.world, state.set, pod, true));
  const intents = [...kept, ...owned, ...removeSurplus(state, surplus)];
  if (!state.isParallel && surplus.length > 0) return { intents, updates: false };
  const outdated = findOutdated(state, kept);
  if (outdated === undefined) return { intents, updates: false };
  return { intents: outdated === 'not made' ? intents : [...intents, toDelete(outdated)], updates: true };
}

interface Step {
  readonly intents: readonly Intent[];
  readonly updates: boolean;
}

/**
 * Ordered sets go no further than the first pod that is not as it should be. Parallel ones look at 1 pod, 2 pods, 4 pods ... at once, and
 * go no further where a claim that one needs is being deleted (`slowStartBatch`).
 */
function keepReplicas(state: State): { readonly intents: readonly Intent[]; readonly goesOn: boolean } {
  const intents: Intent[] = [];
  let isHindered = false;
  for (const [index, ordinal] of state.ordinals.entries()) {
    // Batches begin at 0, 1, 3, 7 ...
    if (isHindered && Number.isInteger(Math.log2(index + 1))) return { intents, goesOn: false };
    const kept = keepReplica(state, ordinal);
    intents.push(...kept);
    isHindered ||= needsGoingClaim(state, ordinal);
    if (!state.isParallel && (isHindered || !isHealthy(state, state.pods.get(ordinal)))) return { intents, goesOn: false };
  }
  return { intents, goesOn: !isHindered };
}

/** Whether a pod that is not there or has not started needs a claim that is being deleted. */
function needsGoingClaim({ world, set, pods }: State, ordinal: number): boolean {
  const pod = pods.get(ordinal);
  if (pod === undefined ? hasStaleClaim(world, set, ordinal) : getString(pod, 'status', 'phase') !== 'Pending') return false;
  return isClaimGoing(world, set, ordinal);
}

function keepReplica(state: State, ordinal: number): readonly Intent[] {
  const { world, set, isParallel } = state;
  const pod = state.pods.get(ordinal);
  if (pod === undefined) return create(state, ordinal);
  const phase = getString(pod, 'status', 'phase');
  if (phase === 'Failed' || phase === 'Succeeded') return isTerminating(pod) ? [] : [toDelete(pod, 0)];
  const claims = phase === 'Pending' ? createClaims(world, set, ordinal) : [];
  const isReached = phase === 'Pending' || isParallel || isHealthy(state, pod);
  if (!isReached || needsGoingClaim(state, ordinal)) return claims;
  return [...claims, ...ownClaims(world, set, pod, false)];
}

/** The pod of an ordinal, and first the claims that it lacks; nothing where a claim still waits to go with a pod before it. */
function create(state: State, ordinal: number): readonly Intent[] {
  const { set, revisions, world } = state;
  if (hasStaleClaim(world, set, ordinal)) return [];
  const revision = revisionFor(state, ordinal);
  const template = templateOfRevision(revisions, revision);
  const labels = { [REVISION_HASH]: revision };
  const pod = toStatefulPod(set, ordinal, podAdmissionOf(world), template === undefined ? { labels } : { labels, template });
  const claims = createClaims(world, set, ordinal);
  if (isClaimGoing(world, set, ordinal)) return claims;
  return [...claims, { type: 'create', object: pod }, ...ownClaims(world, set, pod, false)];
}

/** A pod below the partition, or not yet reached by an update without any, is made again as it was (`newVersionedStatefulSetPod`). */
function revisionFor({ set, ordinals, partition, revisions, currentRevision }: State, ordinal: number): string {
  if (currentRevision === revisions.update || getString(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return revisions.update;
  const start = ordinals[0] ?? 0;
  const kept = isUnpartitioned(set) ? (getNumber(set, 'status', 'currentReplicas') ?? 0) : partition;
  return ordinal < start + kept && templateOfRevision(revisions, currentRevision) !== undefined ? currentRevision : revisions.update;
}

/** The API server gives a partition where no type is written, and where there are parameters to write it to (`SetDefaults_StatefulSet`). */
function isUnpartitioned(set: KubernetesObject): boolean {
  const { type, rollingUpdate } = getObject(set, 'spec', 'updateStrategy') ?? {};
  return type === 'RollingUpdate' && rollingUpdate === undefined;
}

/** Whether a pod is there to stay, and has been ready for long enough. */
function isHealthy({ set, context }: State, pod: KubernetesObject | undefined): boolean {
  if (pod === undefined || isTerminating(pod)) return false;
  const at = availableAt(pod, getNumber(set, 'spec', 'minReadySeconds') ?? 0);
  return at !== undefined && at <= context.now;
}

/** The pods beyond the replicas, the highest ordinal first. */
function listSurplus({ ordinals, pods }: State): readonly KubernetesObject[] {
  const wanted = new Set(ordinals);
  const surplus = [...pods].filter(([ordinal]) => !wanted.has(ordinal));
  return surplus.toSorted(([a], [b]) => b - a).map(([, pod]) => pod);
}

/** An ordered set removes the last of them, if it is healthy or the only one below which all are. */
function removeSurplus(state: State, surplus: readonly KubernetesObject[]): readonly Intent[] {
  if (state.isParallel) return surplus.flatMap((pod) => (isTerminating(pod) ? [] : [toDelete(pod)]));
  const [last] = surplus;
  if (last === undefined || isTerminating(last)) return [];
  const lowestUnhealthy = surplus.findLast((pod) => !isHealthy(state, pod));
  return isHealthy(state, last) || last === lowestUnhealthy ? [toDelete(last)] : [];
}

/**
 * The pod to be replaced next: of an older revision, from the highest ordinal down to the partition, when those above are healthy. One
 * that a parallel set has just made is no exception, nor is one that it could not make since a claim is to go first: it is deleted in
 * vain, and counted as if it were gone.
 */
function findOutdated(state: State, kept: readonly Intent[]): KubernetesObject | 'not made' | undefined {
  if (getString(state.set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return undefined;
  const made = kept.flatMap((intent) =>
    intent.type === 'create' && intent.object.kind === 'Pod' ? toEntry(state.set, intent.object) : [],
  );
  const pods = new Map([...state.pods, ...made]);
  for (const ordinal of state.ordinals.slice(state.partition).toReversed()) {
    const pod = pods.get(ordinal);
    if (pod === undefined) return revisionFor(state, ordinal) === state.revisions.update ? undefined : 'not made';
    if (revisionOf(pod) !== state.revisions.update && !isTerminating(pod)) return pod;
    if (!isHealthy(state, pod)) return undefined;
  }
  return undefined;
}

/** `updates` says that a pod of the current revision goes now. */
function toStatus(state: State, updates: boolean): readonly Intent[] {
  const { set, revisions, currentRevision, ordinals, context } = state;
  const pods = [...state.pods.values()];
  const live = pods.filter((pod) => !isTerminating(pod));
  const ready = pods.filter((pod) => isReadyPod(pod)).length;
  const updated = live.filter((pod) => revisionOf(pod) === revisions.update).length;
  const isRolling = getString(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
  const isDone = isRolling && updated === ordinals.length && ready === ordinals.length && pods.length === ordinals.length;
  const { available, requeue } = countAvailable(pods, set, context);
  const current = live.filter((pod) => revisionOf(pod) === currentRevision).length - (updates ? 1 : 0);
  // The API server takes no status that counts less than none.
  if (!isDone && current < 0) return requeue;
  const status: Record<string, JsonValue | undefined> = {
    ...observedGeneration(set),
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: available,
    currentReplicas: isDone ? updated : current,
    updatedReplicas: updated,
    currentRevision: isDone ? revisions.update : currentRevision,
    updateRevision: revisions.update,
    collisionCount: 0,
  };
  return [...toStatusUpdate(set, status), ...requeue];
}
