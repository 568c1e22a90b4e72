import {
  formatRef,
  podTemplateOf,
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
import { compareBy, compareStrings, isEqualJson, toPointer } from '../../std/index.ts';
import { findUnfit } from './cron-pods.ts';
import { createFactReader, type WorkloadFact } from './facts.ts';
import type { Overlarge } from './overlarge.ts';
import { findMoves } from './placement-moves.ts';
import { describeRoom, isTight, type Room } from './room-left.ts';
import { schedulingKnown, type SchedulerChoice } from './schedule.ts';
import { CONTROLLER_LENS, showPlacement } from './view.ts';

type Facts = ReadonlyMap<RefKey, WorkloadFact>;

/** Both worlds, raw and judged. */
interface Comparison {
  readonly before: World;
  readonly after: World;
  readonly factsBefore: Facts;
  readonly factsAfter: Facts;
  readonly roomBefore: readonly Room[];
  readonly roomAfter: readonly Room[];
}

/** What the controllers make of a world: engines do not import each other, so it is handed in. */
export interface Controllers {
  /** The world with the pods that controllers would create. */
  readonly expand: (world: World) => World;
  /** The workloads of a world of which `expand` makes fewer pods than they ask for, because no nodes could hold so many. */
  readonly listOverlarge: (world: World) => readonly Overlarge[];
}

/**
 * The scheduler as an engine: pods of a workload that find no node any more (or find one again), DaemonSets that no
 * longer reach a node, pods evicted for others, pods that no scheduler ever places, CronJobs whose pods fit nowhere, pods
 * that move to other kinds of nodes, and little room left. Without `scheduler` it is the newest with its default profile. Says nothing of worlds without nodes: ask `schedulingKnown`.
 */
export function createSchedulerEngine({ expand, listOverlarge }: Controllers, scheduler: SchedulerChoice = {}): Engine {
  const readFacts = createFactReader(scheduler);
  return {
    name: 'scheduler',
    compare: (rawBefore, rawAfter) => {
      const settle = (world: World): World => showPlacement(expand(CONTROLLER_LENS.show(world)));
      const [before, after] = [settle(rawBefore), settle(rawAfter)];
      const [was, is] = [readFacts(before), readFacts(after)];
      if (is === undefined) return [];
      const comparison = {
        before,
        after,
        factsBefore: withOmitted(was?.facts ?? new Map(), listOverlarge(rawBefore)),
        factsAfter: withOmitted(is.facts, listOverlarge(rawAfter)),
        roomBefore: was?.room ?? [],
        roomAfter: is.room,
      };
      const keys = [...new Set([...comparison.factsBefore.keys(), ...comparison.factsAfter.keys()])].toSorted(compareStrings);
      const changes = [
        ...keys.flatMap((key) => compareWorkload(key, comparison)),
        ...compareCronJobs(comparison, (world, cronJobs) => findUnfit(world, cronJobs, expand, scheduler)),
        ...compareRoom(comparison),
      ];
      return changes.toSorted(compareBy(({ fact }) => fact.key));
    },
  };
}

/** Facts of all pods that workloads ask for: those that are not looked at find no place where the last of the others finds none. */
function withOmitted(facts: Facts, overlarge: readonly Overlarge[]): Facts {
  if (overlarge.length === 0) return facts;
  const whole = new Map(facts);
  for (const { workload, asked, kept } of overlarge) {
    const fact = facts.get(toRefKey(workload));
    if (fact === undefined || fact.unplaced === 0) continue;
    const omitted = asked - kept;
    whole.set(toRefKey(workload), { ...fact, replicas: fact.replicas + omitted, unplaced: fact.unplaced + omitted });
  }
  return whole;
}

function compareWorkload(key: RefKey, comparison: Comparison): readonly FactChange[] {
  const before = comparison.factsBefore.get(key);
  const after = comparison.factsAfter.get(key);
  if (after === undefined) return [];
  return [
    ...comparePlaces(key, before, after, comparison),
    ...compareCoverage(key, before, after, comparison),
    ...compareEvicted(key, before, after, comparison),
    ...compareHeld(key, before, after, comparison),
    ...compareMoves(key, before, after, comparison),
  ];
}

function comparePlaces(key: RefKey, before: WorkloadFact | undefined, after: WorkloadFact, comparison: Comparison): FactChange[] {
  const more = after.unplaced - (before?.unplaced ?? 0);
  if (more === 0) return [];
  const told = more > 0 || before === undefined ? after : before;
  const hint = told.hint();
  const count = more > 0 ? more + (before?.unplaced ?? 0) : -more;
  const fact = toFact('KS0001', key, told, comparison, {
    count,
    replicas: told.replicas,
    ...(more > 0
      ? { pods: describePods(told, describeShare(count, told.replicas, 'pod')), find: count === 1 ? 'finds' : 'find' }
      : { fewer: `${describeCount(count, 'pod')} fewer` }),
    message: told.message,
    ...(hint === undefined ? {} : { hint }),
    remedy:
      hint === undefined ? `Change what the scheduler names${isPinned(told) ? '' : ', or add nodes'}.` : `${capitalize(hint)} would do.`,
  });
  return [more > 0 ? { change: 'gained', fact } : { change: 'lost', fact: { ...fact, severity: 'info' } }];
}

/** Whether each pod is held to a node of its own, so that another node is of no use to it. */
function isPinned({ object }: WorkloadFact): boolean {
  return object.kind === 'DaemonSet';
}

function compareCoverage(key: RefKey, before: WorkloadFact | undefined, after: WorkloadFact, comparison: Comparison): FactChange[] {
  if (after.object.kind !== 'DaemonSet' || before === undefined) return [];
  const isThere = (name: string): boolean => comparison.after.get({ group: '', kind: 'Node', name }) !== undefined;
  const [was, is] = [before.counts(), after.counts()];
  const lost = [...was.keys()].filter((name) => isThere(name) && !is.has(name)).toSorted(compareStrings);
  if (lost.length === 0) return [];
  const data = { count: lost.length, nodes: lost, before: was.size, lost: describeShare(lost.length, was.size, 'node') };
  return [{ change: 'gained', fact: toFact('KS0002', key, after, comparison, data) }];
}

function compareEvicted(key: RefKey, before: WorkloadFact | undefined, after: WorkloadFact, comparison: Comparison): FactChange[] {
  const known = new Set(before?.evicted.map(({ pod }) => pod));
  const evicted = after.evicted.filter(({ pod }) => !known.has(pod));
  if (evicted.length === 0) return [];
  const by = [...new Set(evicted.map((item) => item.by))].toSorted(compareStrings);
  return [
    {
      change: 'gained',
      fact: toFact('KS0003', key, after, comparison, {
        count: evicted.length,
        by,
        pods: describePods(after, describeCount(evicted.length, 'pod')),
        are: evicted.length === 1 ? 'is' : 'are',
      }),
    },
  ];
}

function compareHeld(key: RefKey, before: WorkloadFact | undefined, after: WorkloadFact, comparison: Comparison): FactChange[] {
  const [why] = after.held;
  if (why === undefined || after.held.length <= (before?.held.length ?? 0)) return [];
  const { reason, remedy, severity, field } = describeHeld(why, after.held.length === 1);
  const data = {
    count: after.held.length,
    replicas: after.replicas,
    pods: describePods(after, describeShare(after.held.length, after.replicas, 'pod')),
    reason,
    remedy,
  };
  const fact = toFact('KS0004', key, after, comparison, data);
  const template = podTemplateOf(after.object);
  const path = template === undefined ? undefined : toPointer([...template.path, 'spec', field]);
  const ref = refOf(after.object);
  return [{ change: 'gained', fact: { ...fact, severity, objects: [{ ref, ...(path === undefined ? {} : { path }) }, ...fact.objects] } }];
}

function compareMoves(key: RefKey, before: WorkloadFact | undefined, after: WorkloadFact, comparison: Comparison): FactChange[] {
  if (before === undefined || after.object.kind === 'DaemonSet' || after.unplaced > before.unplaced) return [];
  const moves = findMoves(before, after, comparison);
  if (moves === undefined) return [];
  const { count, from, to, paths } = moves;
  const data = {
    count,
    from,
    to,
    pods: describePods(after, describeShare(count, after.replicas, 'pod')),
    move: count === 1 || after.object.kind === 'Pod' ? 'moves' : 'move',
  };
  return [{ change: 'gained', fact: toFact('KS0006', key, { object: after.object, paths: () => paths }, comparison, data) }];
}

/** Resources of which little is left now, or no longer little. */
function compareRoom(comparison: Comparison): FactChange[] {
  const rooms = new Map(comparison.roomBefore.map((room) => [room.resource, room]));
  return comparison.roomAfter.flatMap((room): FactChange[] => {
    const was = rooms.get(room.resource);
    if (isTight(room) === isTight(was)) return [];
    const isWorse = isTight(room);
    const fact: Fact = {
      engine: 'scheduler',
      code: 'KS0007',
      severity: isWorse ? 'warning' : 'info',
      key: `KS0007 ${room.resource}`,
      data: describeRoom(was, room),
      objects: listOthers(undefined, comparison),
    };
    return [{ change: isWorse ? 'gained' : 'lost', fact }];
  });
}

interface Held {
  readonly reason: string;
  readonly remedy: string;
  readonly severity: Fact['severity'];
  readonly field: string;
}

function describeHeld(why: WorkloadFact['held'][number], isOne: boolean): Held {
  switch (why.kind) {
    case 'node':
      return {
        reason: `${isOne ? 'names' : 'name'} the node ${why.name}, which does not exist`,
        remedy: 'Name a node that exists, or use a nodeSelector and leave the choice to the scheduler.',
        severity: 'error',
        field: 'nodeName',
      };
    case 'gates':
      return {
        reason: `${isOne ? 'waits' : 'wait'} until somebody removes the scheduling gates (${why.names.join(', ')})`,
        remedy: 'Remove spec.schedulingGates, unless a controller lifts them.',
        severity: 'warning',
        field: 'schedulingGates',
      };
    case 'unknown':
      return {
        reason: `${isOne ? 'needs' : 'need'} what kplan does not simulate (${why.what}), and where that puts ${isOne ? 'it' : 'them'} is not known`,
        remedy: 'Ask a cluster: apply it to one that is like yours.',
        severity: 'info',
        field: 'resourceClaims',
      };
    case 'scheduler':
      return {
        reason: `${isOne ? 'is' : 'are'} left to the scheduler ${why.name}, and where that puts pods is not known`,
        remedy: `Make sure that a scheduler of the name ${why.name} runs.`,
        severity: 'info',
        field: 'schedulerName',
      };
  }
}

/** CronJobs that are new or changed, or meet other nodes, and whose pods could run on none of them at any time. */
function compareCronJobs(
  comparison: Comparison,
  find: (world: World, cronJobs: readonly KubernetesObject[]) => ReturnType<typeof findUnfit>,
): readonly FactChange[] {
  const { before, after } = comparison;
  const known = before.kind('batch', 'CronJob').byKey;
  const isSame = before.kind('', 'Node') === after.kind('', 'Node');
  const asked = after.byKind('batch', 'CronJob').filter((cronJob) => {
    const was = known.get(toRefKey(refOf(cronJob)));
    return !isSame || was === undefined || !isEqualJson(was['spec'], cronJob['spec']);
  });
  const unfit = find(after, asked);
  const earlier = [...unfit.keys()].flatMap((key) => known.get(key) ?? []);
  const unfitBefore = schedulingKnown(before) ? find(before, earlier) : new Map();
  return [...unfit]
    .filter(([key]) => !unfitBefore.has(key))
    .map(([key, { cronJob, message, paths }]): FactChange => {
      const told = { object: cronJob, paths: () => paths };
      return { change: 'gained', fact: toFact('KS0005', key, told, comparison, { message }) };
    });
}

function toFact(
  code: FactCode,
  key: RefKey,
  fact: Pick<WorkloadFact, 'object' | 'paths'>,
  comparison: Comparison,
  data: Fact['data'],
): Fact {
  const ref = refOf(fact.object);
  const paths = fact.paths();
  return {
    engine: 'scheduler',
    code,
    severity: SEVERITY[code],
    key: `${code} ${key}`,
    subject: ref,
    data: { workload: formatRef(ref), ...data },
    objects: [...(paths.length === 0 ? [{ ref }] : paths.map((path) => ({ ref, path }))), ...listOthers(key, comparison)],
  };
}

type FactCode = 'KS0001' | 'KS0002' | 'KS0003' | 'KS0004' | 'KS0005' | 'KS0006';
const SEVERITY: Readonly<Record<FactCode, Fact['severity']>> = {
  KS0001: 'error',
  KS0002: 'warning',
  KS0003: 'warning',
  KS0004: 'error',
  KS0005: 'warning',
  KS0006: 'info',
};

/** Other workloads and nodes that differ between the worlds: where the workload itself did not change, they are why. */
function listOthers(key: RefKey | undefined, { before, after, factsBefore, factsAfter }: Comparison): { ref: ObjectRef }[] {
  const changed = new Map<RefKey, ObjectRef>();
  const note = (a: KubernetesObject | undefined, b: KubernetesObject | undefined): void => {
    const object = b ?? a;
    if (object === undefined || a === b || (isEqualJson(a?.['spec'], b?.['spec']) && isEqualJson(a?.['metadata'], b?.['metadata']))) return;
    const ref = refOf(object);
    if (toRefKey(ref) !== key) changed.set(toRefKey(ref), ref);
  };
  for (const [other, fact] of factsAfter) note(factsBefore.get(other)?.object, fact.object);
  for (const node of after.byKind('', 'Node')) note(before.get(refOf(node)), node);
  for (const node of before.byKind('', 'Node')) note(node, after.get(refOf(node)));
  return [...changed.values()].map((ref) => ({ ref }));
}

/** So many pods of a workload; a Pod is its own. */
function describePods({ object }: WorkloadFact, pods: string): string {
  const name = formatRef(refOf(object));
  return object.kind === 'Pod' ? name : `${pods} of ${name}`;
}

/** `2 of 5 pods`; of one alone: `the pod`. */
function describeShare(count: number, all: number, noun: string): string {
  return all === 1 ? `the ${noun}` : `${count} of ${all} ${noun}s`;
}

function describeCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
