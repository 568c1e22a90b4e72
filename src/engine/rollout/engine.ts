import {
  formatRef,
  refOf,
  toRefKey,
  type Engine,
  type Fact,
  type FactChange,
  type KubernetesObject,
  type ObjectRef,
  type RefKey,
  type World,
} from '../../model/index.ts';
import { compareBy, getAt, isEqualJson, toPointer } from '../../std/index.ts';
import { describeRemedy, findObstacle, isReady, podsOf, toFieldPath, type Obstacle } from './obstacle.ts';
import { isUnplaced, listUnplaced, placePods } from './placing.ts';
import { findRolling } from './rolling.ts';
import { followRollouts, type Rest } from './simulate.ts';
import type { RolloutTools } from './tools.ts';

interface Worlds {
  readonly before: World;
  readonly after: World;
}

/**
 * Rollouts as an engine: updates of Deployments, StatefulSets and DaemonSets that come to a halt half-way, with the nodes,
 * volumes and quotas as they are, though all of their new pods would fit once the old ones were gone. What fits not even
 * then is the scheduler's to say, and the admission's what is refused even then.
 */
export function createRolloutEngine(tools: RolloutTools): Engine {
  return {
    name: 'rollout',
    compare: (rawBefore, rawAfter) => {
      const [before, after] = [tools.bound(rawBefore), tools.bound(rawAfter)];
      const rolling = findRolling(before, after);
      if (rolling.updated.length === 0) return [];
      const rest = followRollouts({ before, after }, rolling, tools);
      if (rest === undefined) return [];
      const halted = rolling.updated.flatMap((ref) => findHalt(ref, rest, tools));
      if (halted.length === 0) return [];
      const hopeless = listHopeless(after, tools);
      return halted
        .filter(({ workload }) => !hopeless.has(toRefKey(refOf(workload))))
        .map((halt): FactChange => ({ change: 'gained', fact: toFact(halt, { before, after }) }))
        .toSorted(compareBy(({ fact }) => fact.key));
    },
  };
}

interface Halt {
  readonly workload: KubernetesObject;
  /** New pods that serve, of how many there are to be. */
  readonly replaced: number;
  readonly wanted: number;
  readonly obstacle: Obstacle;
}

function findHalt(ref: ObjectRef, rest: Rest, tools: RolloutTools): readonly Halt[] {
  const workload = rest.world.get(ref);
  if (workload === undefined) return [];
  const { isDone, wanted } = tools.progress(workload);
  const obstacle = isDone ? undefined : findObstacle(workload, rest);
  if (obstacle === undefined) return [];
  const replaced = podsOf(workload, rest.world).filter((pod) => isReady(pod) && isNew(pod, rest.start)).length;
  return [{ workload, replaced, wanted, obstacle }];
}

function isNew(pod: KubernetesObject, start: World): boolean {
  const old = start.get(refOf(pod));
  return old === undefined || old.metadata['uid'] !== pod.metadata['uid'];
}

/** Workloads that have not all of their pods even once everything has settled. */
function listHopeless(after: World, tools: RolloutTools): ReadonlySet<RefKey> {
  const settled = tools.expand(after);
  const { world } = tools.knowsNodes(after) ? placePods(settled, tools.place(settled), 0) : { world: settled };
  const unplaced = tools.knowsNodes(after) ? listUnplaced(world) : [];
  const lacking = ['DaemonSet', 'Deployment', 'StatefulSet']
    .flatMap((kind) => world.byKind('apps', kind))
    .filter(
      (workload) =>
        unplaced.some((pod) => pod.metadata['namespace'] === workload.metadata['namespace']) && podsOf(workload, world).some(isUnplaced),
    );
  return new Set([...lacking, ...tools.listRefused(after).map(({ workload }) => workload)].map((workload) => toRefKey(refOf(workload))));
}

function toFact({ workload, replaced, wanted, obstacle }: Halt, worlds: Worlds): Fact {
  const ref = refOf(workload);
  const code = obstacle.kind === 'attachment' ? 'KU0002' : 'KU0001';
  return {
    engine: 'rollout',
    code,
    severity: code === 'KU0001' ? 'error' : 'warning',
    key: `${code} ${toRefKey(ref)}`,
    subject: ref,
    data: {
      workload: formatRef(ref),
      obstacle: obstacle.kind,
      replaced,
      wanted,
      step: `${replaced} of ${wanted} ${wanted === 1 ? 'pod' : 'pods'}`,
      why: describeObstacle(obstacle),
      message: obstacle.message,
      remedy: describeRemedy(workload, obstacle),
    },
    objects: [
      ...listPaths(workload, obstacle).map((path) => ({ ref, path, decides: true as const })),
      ...listOthers(ref, obstacle, worlds),
    ],
  };
}

/** What it is that holds it up, before the words of whoever says so. */
function describeObstacle({ kind }: Obstacle): string {
  switch (kind) {
    case 'anti-affinity':
      return 'no node is left that its anti-affinity would let a new pod on beside the old ones';
    case 'host-port':
      return 'the old pods hold the host ports that the new one needs';
    case 'volume':
      return 'the old pod holds the volume that only one pod may use';
    case 'attachment':
      return 'the old pod holds the volume on another node';
    case 'spread':
      return 'the old pods count in its topology spread';
    case 'quota':
      return 'the quota has no room for one pod more';
    case 'room':
      return 'no node has room for one pod more';
    case 'not-ready':
      return 'pods are not ready that would have to be';
  }
}

/** Where it says how many may come before others go, and what holds them apart. */
function listPaths(workload: KubernetesObject, { field }: Obstacle): readonly string[] {
  const strategy = workload.kind === 'Deployment' ? 'strategy' : 'updateStrategy';
  const paths = [
    toFieldPath(workload, field),
    ['spec', strategy, 'rollingUpdate'],
    ['spec', strategy],
    ['spec', 'replicas'],
    toFieldPath(workload, []),
  ];
  return paths.filter((path) => getAt(workload, ...path) !== undefined).map(toPointer);
}

/** Other workloads, nodes and quotas that differ, of a quota those of its namespace: where the workload would do by itself, they are why. */
function listOthers(subject: ObjectRef, obstacle: Obstacle, { before, after }: Worlds): { ref: ObjectRef }[] {
  const kinds = ['/LimitRange', '/Node', '/Pod', '/ResourceQuota', 'apps/DaemonSet', 'apps/Deployment', 'apps/StatefulSet', 'batch/Job'];
  const found = new Map<RefKey, ObjectRef>();
  for (const name of kinds) {
    const [group = '', kind = ''] = name.split('/');
    if (before.kind(group, kind) === after.kind(group, kind)) continue;
    for (const [world, other] of [
      [after, before],
      [before, after],
    ] as const) {
      for (const object of world.byKind(group, kind)) {
        if (obstacle.kind === 'quota' && object.metadata['namespace'] !== subject.namespace) continue;
        const counterpart = other.get(refOf(object));
        if (counterpart !== object && !isEqualJson(counterpart?.['spec'], object['spec']))
          found.set(toRefKey(refOf(object)), refOf(object));
      }
    }
  }
  found.delete(toRefKey(subject));
  return [...found.values()].map((ref) => ({ ref }));
}
