import { labelsOf, nameOf, refOf, toScaledValue, type KubernetesObject, type World } from '../../model/index.ts';
import { getAt, getNumber, getObject, getString, type JsonValue } from '../../std/index.ts';
import { availableAt, countAvailable } from './availability.ts';
import {
  concernsOwner,
  isOfKind,
  namesOf,
  observedGeneration,
  toDelete,
  toStatusUpdate,
  type Controller,
  type ControllerContext,
  type Intent,
} from './controller.ts';
import { findDaemonNodes } from './daemon-nodes.ts';
import { compareAge } from './deployment-revisions.ts';
import { daemonNodeOf } from './expand-daemon-set.ts';
import { listFreeNames } from './generated-name.ts';
import { childrenOf } from './ownership.ts';
import { podAdmissionOf } from './admission/pod-admission.ts';
import { toDaemonPod } from './pod-factory.ts';
import { isActivePod, isReadyPod } from './replicas.ts';
import { findRevisions } from './revision.ts';
import { REVISION_HASH, templateOf } from './template.ts';

/** Keeps one pod on every node that it may run on (`pkg/controller/daemon`). */
export const DAEMON_SET: Controller = {
  name: 'daemon-set',
  kind: { group: 'apps', kind: 'DaemonSet' },
  watches: [
    { group: 'apps', kind: 'ControllerRevision' },
    { group: '', kind: 'Node' },
    { group: '', kind: 'Pod' },
  ],
  concerns: (world, changed) =>
    isOfKind(changed, '', 'Node') ? world.byKind('apps', 'DaemonSet').map(refOf) : concernsOwner('apps', 'DaemonSet')(world, changed),
  reconcile: (world, set, context) => {
    const state = toState(world, set, context);
    const isGoing = getString(set.metadata, 'deletionTimestamp') !== undefined;
    return [...(isGoing ? [] : [...state.revision.intents, ...manage(state), ...update(state)]), ...toStatus(state)];
  },
};

interface State {
  readonly world: World;
  readonly set: KubernetesObject;
  readonly context: ControllerContext;
  readonly pods: readonly KubernetesObject[];
  readonly nodes: readonly string[];
  /** Nodes that a pod stays on where it is. */
  readonly kept: ReadonlySet<string>;
  readonly byNode: ReadonlyMap<string, readonly KubernetesObject[]>;
  readonly revision: { readonly hash: string; readonly intents: readonly Intent[] };
}

function toState(world: World, set: KubernetesObject, context: ControllerContext): State {
  const pods = childrenOf(world, set, '', 'Pod');
  const used = new Set(pods.map((pod) => `${nameOf(set)}-${hashOf(pod)}`));
  const revisions = findRevisions(world, set, used, context.kubernetesVersion);
  const { run, keep } = findDaemonNodes(getObject(templateOf(set), 'spec') ?? {}, world.byKind('', 'Node'));
  const byNode = new Map<string, KubernetesObject[]>();
  for (const pod of pods.filter(isActivePod)) byNode.set(daemonNodeOf(pod), [...(byNode.get(daemonNodeOf(pod)) ?? []), pod]);
  return {
    world,
    set,
    context,
    pods,
    nodes: run.map(nameOf),
    kept: new Set(keep.map(nameOf)),
    byNode,
    revision: { hash: revisions.update.slice(nameOf(set).length + 1), intents: revisions.intents },
  };
}

function hashOf(pod: KubernetesObject): string {
  return labelsOf(pod).get(REVISION_HASH) ?? '';
}

/** Creates what is missing; deletes what is on the wrong node, failed or one too many. */
function manage(state: State): readonly Intent[] {
  const { set, pods, nodes, kept, byNode } = state;
  const failed = pods.filter(
    (pod) => getString(pod, 'status', 'phase') === 'Failed' && getString(pod.metadata, 'deletionTimestamp') === undefined,
  );
  const misplaced = [...byNode].flatMap(([node, list]) => (kept.has(node) ? [] : list));
  const leaving = new Set(pods.filter((pod) => getString(pod.metadata, 'deletionTimestamp') !== undefined).map(daemonNodeOf));
  const missing = nodes.filter((node) => !byNode.has(node) && !leaving.has(node));
  const names = listFreeNames(nameOf(set), missing.length, namesOf(pods), state.context.now);
  return [
    ...[...failed, ...misplaced].map((pod) => toDelete(pod)),
    ...missing.map((node, i): Intent => ({ type: 'create', object: createFor(state, node, names[i] ?? '') })),
  ];
}

function createFor({ world, set, revision }: State, node: string, name: string): KubernetesObject {
  const identity = {
    name,
    node,
    labels: { [REVISION_HASH]: revision.hash, 'pod-template-generation': String(getNumber(set.metadata, 'generation') ?? 1) },
  };
  return toDaemonPod(set, templateOf(set), identity, podAdmissionOf(world));
}

/** Replaces pods of older revisions: as many at once as may be unavailable, or by a second pod where it may surge. */
function update(state: State): readonly Intent[] {
  const { set, nodes, byNode, revision, context } = state;
  if (getString(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return [];
  const rolling = getAt(set, 'spec', 'updateStrategy', 'rollingUpdate');
  const maxSurge = toScaledValue(getAt(rolling, 'maxSurge') ?? 0, nodes.length, 'up') ?? 0;
  const maxUnavailable = toScaledValue(getAt(rolling, 'maxUnavailable') ?? (maxSurge > 0 ? 0 : 1), nodes.length, 'up') ?? 1;
  const isAvailable = (pod: KubernetesObject): boolean => isAvailableAt(pod, set, context.now);
  const perNode = nodes.map((node) => {
    const pods = byNode.get(node) ?? [];
    return { node, old: pods.find((pod) => hashOf(pod) !== revision.hash), fresh: pods.find((pod) => hashOf(pod) === revision.hash) };
  });
  if (maxSurge > 0) return surge(state, perNode, maxSurge, isAvailable);
  const unavailable = perNode.filter(({ old, fresh }) => ![old, fresh].some((pod) => pod !== undefined && isAvailable(pod))).length;
  const old = perNode.flatMap((entry) => entry.old ?? []);
  const broken = old.filter((pod) => !isAvailable(pod));
  const working = old.filter(isAvailable).slice(0, Math.max(0, maxUnavailable - unavailable));
  return [...broken, ...working].map((pod) => toDelete(pod));
}

interface NodePods {
  readonly node: string;
  readonly old: KubernetesObject | undefined;
  readonly fresh: KubernetesObject | undefined;
}

function surge(
  state: State,
  perNode: readonly NodePods[],
  most: number,
  isAvailable: (pod: KubernetesObject) => boolean,
): readonly Intent[] {
  const done = perNode.flatMap(({ old, fresh }) => (old !== undefined && fresh !== undefined && isAvailable(fresh) ? [toDelete(old)] : []));
  const surging = perNode.filter(({ old, fresh }) => old !== undefined && fresh !== undefined).length;
  const next = perNode.filter(({ old, fresh }) => old !== undefined && fresh === undefined).slice(0, Math.max(0, most - surging));
  const names = listFreeNames(nameOf(state.set), next.length, namesOf(state.pods), state.context.now);
  return [...done, ...next.map(({ node }, i): Intent => ({ type: 'create', object: createFor(state, node, names[i] ?? '') }))];
}

function isAvailableAt(pod: KubernetesObject, set: KubernetesObject, now: number): boolean {
  const at = availableAt(pod, getNumber(set, 'spec', 'minReadySeconds') ?? 0);
  return at !== undefined && at <= now;
}

function toStatus({ set, nodes, byNode, revision, context }: State): readonly Intent[] {
  const wanted = new Set(nodes);
  // Of two pods on a node the older is the one that counts, also while its successor is there.
  const placed = [...byNode].filter(([node]) => wanted.has(node)).flatMap(([, pods]) => pods.toSorted(compareAge).slice(0, 1));
  const { available, requeue } = countAvailable(placed, set, context);
  const status: Record<string, JsonValue | undefined> = {
    ...observedGeneration(set),
    currentNumberScheduled: placed.length,
    desiredNumberScheduled: nodes.length,
    numberAvailable: available,
    numberMisscheduled: [...byNode.keys()].filter((node) => !wanted.has(node)).length,
    numberReady: placed.filter(isReadyPod).length,
    numberUnavailable: nodes.length - available,
    updatedNumberScheduled: placed.filter((pod) => hashOf(pod) === revision.hash).length,
  };
  return [...toStatusUpdate(set, status), ...requeue];
}
