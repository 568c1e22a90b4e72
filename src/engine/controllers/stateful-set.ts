import { labelsOf, nameOf, refOf, type KubernetesObject, type World } from '../../model/index.ts';
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
import { ordinalsOf, toClaims, toStatefulPod } from './expand-stateful-set.ts';
import { childrenOf } from './ownership.ts';
import { podAdmissionOf } from './admission/pod-admission.ts';
import { isReadyPod } from './replicas.ts';
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
    if (getString(set.metadata, 'deletionTimestamp') !== undefined) return toStatus(state);
    const unready = prepare(state);
    const replaced = unready === 'healthy' ? update(state) : [];
    return [...state.revisions.intents, ...(unready === 'healthy' ? replaced : unready), ...toStatus(state, replaced.length)];
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
  const used = new Set([...pods.values()].map(revisionOf));
  const revisions = findRevisions(world, set, used);
  return {
    world,
    set,
    context,
    pods,
    ordinals: ordinalsOf(set, getNumber(set, 'spec', 'replicas') ?? 1),
    partition: getNumber(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0,
    isParallel: getString(set, 'spec', 'podManagementPolicy') === 'Parallel',
    revisions,
    currentRevision: getString(set, 'status', 'currentRevision') ?? revisions.update,
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

/** What is to be done before the update: missing pods, then surplus ones; in order, each waits for those before. */
function prepare(state: State): readonly Intent[] | 'healthy' {
  const created = createMissing(state);
  return created === 'healthy' ? removeSurplus(state) : created;
}

function createMissing(state: State): readonly Intent[] | 'healthy' {
  const intents: Intent[] = [];
  let isWaiting = false;
  for (const ordinal of state.ordinals) {
    const pod = state.pods.get(ordinal);
    const phase = getString(pod, 'status', 'phase');
    if (pod === undefined) intents.push(...create(state, ordinal));
    else if ((phase === 'Failed' || phase === 'Succeeded') && !isTerminating(pod)) intents.push(toDelete(pod, 0));
    else if (isTerminating(pod) || !isHealthy(state, pod)) isWaiting = true;
    if (!state.isParallel && (intents.length > 0 || isWaiting)) return intents;
  }
  return intents.length > 0 ? intents : 'healthy';
}

/** The pod of an ordinal, and first the claims that it lacks. */
function create(state: State, ordinal: number): readonly Intent[] {
  const { set, revisions, world } = state;
  const revision = revisionFor(state, ordinal);
  const template = templateOfRevision(revisions, revision);
  const labels = { [REVISION_HASH]: revision };
  const pod = toStatefulPod(set, ordinal, podAdmissionOf(world), template === undefined ? { labels } : { labels, template });
  const claims = toClaims(set, ordinal).filter((claim) => world.get(refOf(claim)) === undefined);
  return [...claims, pod].map((object) => ({ type: 'create', object }));
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

function isHealthy({ set, context }: State, pod: KubernetesObject): boolean {
  const at = availableAt(pod, getNumber(set, 'spec', 'minReadySeconds') ?? 0);
  return at !== undefined && at <= context.now && !isTerminating(pod);
}

function removeSurplus(state: State): readonly Intent[] | 'healthy' {
  const wanted = new Set(state.ordinals);
  const surplus = [...state.pods].filter(([ordinal]) => !wanted.has(ordinal)).toSorted(([a], [b]) => b - a);
  if (surplus.length === 0) return 'healthy';
  if (state.isParallel) return surplus.flatMap(([, pod]) => (isTerminating(pod) ? [] : [toDelete(pod)]));
  const [last] = surplus;
  return last === undefined || isTerminating(last[1]) ? [] : [toDelete(last[1])];
}

/** Replaces pods of older revisions from the highest ordinal down to the partition, each when those above are healthy. */
function update(state: State): readonly Intent[] {
  if (getString(state.set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return [];
  for (const ordinal of state.ordinals.slice(state.partition).toReversed()) {
    const pod = state.pods.get(ordinal);
    if (pod === undefined) return [];
    if (isTerminating(pod)) return [];
    if (revisionOf(pod) !== state.revisions.update) return [toDelete(pod)];
    if (!isHealthy(state, pod)) return [];
  }
  return [];
}

/** The status with so many pods of the old revision fewer, which the update has just deleted. */
function toStatus(state: State, replaced = 0): readonly Intent[] {
  const { set, revisions, currentRevision, ordinals, context } = state;
  const wanted = new Set(ordinals);
  const pods = [...state.pods.values()];
  const live = [...state.pods].filter(([ordinal, pod]) => wanted.has(ordinal) && !isTerminating(pod)).map(([, pod]) => pod);
  const ready = pods.filter((pod) => isReadyPod(pod)).length;
  const updated = live.filter((pod) => revisionOf(pod) === revisions.update).length;
  const isRolling = getString(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
  const isDone = isRolling && updated === ordinals.length && ready === ordinals.length && pods.length === ordinals.length;
  const { available, requeue } = countAvailable(pods, set, context);
  const status: Record<string, JsonValue | undefined> = {
    ...observedGeneration(set),
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: available,
    currentReplicas: isDone ? updated : Math.max(0, live.filter((pod) => revisionOf(pod) === currentRevision).length - replaced),
    updatedReplicas: updated,
    currentRevision: isDone ? revisions.update : currentRevision,
    updateRevision: revisions.update,
    collisionCount: 0,
  };
  return [...toStatusUpdate(set, status), ...requeue];
}
