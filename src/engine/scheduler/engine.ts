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
import { compareBy, compareStrings, isEqualJson } from '../../std/index.ts';
import { factsOf, type WorkloadFact } from './facts.ts';
import { CONTROLLER_LENS, showPlacement } from './view.ts';

type Facts = ReadonlyMap<RefKey, WorkloadFact>;

/** Both worlds, raw and judged. */
interface Comparison {
  readonly before: World;
  readonly after: World;
  readonly factsBefore: Facts;
  readonly factsAfter: Facts;
}

/**
 * The scheduler as an engine: pods of a workload that find no node any more (or find one again), DaemonSets that no
 * longer reach a node, pods evicted for others. `expand` makes of a world the pods that controllers would create. Says
 * nothing of worlds without nodes: ask `schedulingKnown`.
 */
export function createSchedulerEngine(expand: (world: World) => World): Engine {
  return {
    name: 'scheduler',
    compare: (rawBefore, rawAfter) => {
      const settle = (world: World): World => showPlacement(expand(CONTROLLER_LENS.show(world)));
      const [before, after] = [settle(rawBefore), settle(rawAfter)];
      const factsAfter = factsOf(after);
      if (factsAfter === undefined) return [];
      const comparison = { before, after, factsBefore: factsOf(before) ?? new Map(), factsAfter };
      const keys = [...new Set([...comparison.factsBefore.keys(), ...factsAfter.keys()])].toSorted(compareStrings);
      return keys.flatMap((key) => compareWorkload(key, comparison)).toSorted(compareBy(({ fact }) => fact.key));
    },
  };
}

function compareWorkload(key: RefKey, comparison: Comparison): readonly FactChange[] {
  const before = comparison.factsBefore.get(key);
  const after = comparison.factsAfter.get(key);
  if (after === undefined) return [];
  return [
    ...comparePlaces(key, before, after, comparison),
    ...compareCoverage(key, before, after, comparison),
    ...compareEvicted(key, before, after, comparison),
  ];
}

function comparePlaces(key: RefKey, before: WorkloadFact | undefined, after: WorkloadFact, comparison: Comparison): FactChange[] {
  const more = after.unplaced - (before?.unplaced ?? 0);
  if (more === 0) return [];
  const told = more > 0 || before === undefined ? after : before;
  const hint = told.hint();
  const fact = toFact('KS0001', key, told, comparison, {
    count: more > 0 ? more + (before?.unplaced ?? 0) : -more,
    replicas: told.replicas,
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
  const lost = [...before.nodes].filter((name) => isThere(name) && !after.nodes.has(name)).toSorted(compareStrings);
  if (lost.length === 0) return [];
  const data = { count: lost.length, nodes: lost, before: before.nodes.size };
  return [{ change: 'gained', fact: toFact('KS0002', key, after, comparison, data) }];
}

function compareEvicted(key: RefKey, before: WorkloadFact | undefined, after: WorkloadFact, comparison: Comparison): FactChange[] {
  const known = new Set(before?.evicted.map(({ pod }) => pod));
  const evicted = after.evicted.filter(({ pod }) => !known.has(pod));
  if (evicted.length === 0) return [];
  const by = [...new Set(evicted.map((item) => item.by))].toSorted(compareStrings);
  return [{ change: 'gained', fact: toFact('KS0003', key, after, comparison, { count: evicted.length, by }) }];
}

function toFact(code: FactCode, key: RefKey, fact: WorkloadFact, comparison: Comparison, data: Fact['data']): Fact {
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

type FactCode = 'KS0001' | 'KS0002' | 'KS0003';
const SEVERITY: Readonly<Record<FactCode, Fact['severity']>> = { KS0001: 'error', KS0002: 'warning', KS0003: 'warning' };

/** Other workloads and nodes that differ between the worlds: where the workload itself did not change, they are why. */
function listOthers(key: RefKey, { before, after, factsBefore, factsAfter }: Comparison): { ref: ObjectRef }[] {
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

function capitalize(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
