import { Bitset, compareBy, getOrAdd, type IntervalSet } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { formatAddresses } from './address.ts';
import { toAddresses, type ConnectionEnd } from './connections.ts';
import { listDeltas, type Comparison, type Delta } from './delta.ts';
import { Evaluation, toFrame } from './evaluation.ts';
import { PortTable, type PortSet } from './port-set.ts';
import { portsWith } from './row.ts';
import { readModel } from './model.ts';
import { hasSameEnds, readSide } from './side.ts';
import { asksNoMore, toUniverse, withSameSide, type Universe } from './universe.ts';

/** A pair of ends whose connections differ between two worlds. */
export interface ConnectionChange {
  readonly from: ConnectionEnd;
  readonly to: ConnectionEnd;
  readonly before: PortSet;
  readonly after: PortSet;
  /** The names of workloads among the two that only one of the worlds has. */
  readonly only: readonly string[];
}

/**
 * The judged worlds of two sides, on one numbering of ends: that of the world before where the other tells no more ends apart, so
 * that what was found of it is not looked for again.
 */
export function compareWorlds(before: World, after: World): Comparison {
  const sides = [readSide(before), readSide(after)] as const;
  if (hasSameEnds(...sides)) {
    const { frame: own, evaluation } = readModel(before);
    if (asksNoMore(sides[1], sides[0], own.universe)) {
      const frame = { ...own, universe: withSameSide(own.universe) };
      return { frame, before: evaluation, after: new Evaluation(sides[1], 1, frame, evaluation) };
    }
  }
  const frame = toFrame(toUniverse(sides));
  const evaluation = new Evaluation(sides[0], 0, frame);
  return { frame, before: evaluation, after: new Evaluation(sides[1], 1, frame, evaluation) };
}

/** Every pair whose connections differ, new and lost workloads included, by the names of sender and receiver. A Pod with itself is left out. */
export function listConnectionChanges(before: World, after: World): readonly ConnectionChange[] {
  const comparison = compareWorlds(before, after);
  const { universe } = comparison.frame;
  const both = universe.present(0).and(universe.present(1));
  const deltas = [...listDeltas(comparison, both.or(universe.outside)), ...listOneSided(comparison, both)];
  const names = new Map<ConnectionEnd, string>();
  const nameOf = (end: ConnectionEnd): string => getOrAdd(names, end, () => nameOfEnd(end));
  const ends = new Map<string, readonly NamedEnd[]>();
  const listOnce = (some: Bitset): readonly NamedEnd[] => getOrAdd(ends, some.toKey(), () => listEnds(some, universe));
  return deltas
    .flatMap((delta) => listPairs(delta, comparison, listOnce))
    .toSorted(
      compareBy(
        ({ from }) => nameOf(from),
        ({ to }) => nameOf(to),
      ),
    );
}

/** The pairs of which one end exists on one side alone: they have no connection on the other. */
function listOneSided(comparison: Comparison, both: Bitset): readonly Delta[] {
  const { universe, ports } = comparison.frame;
  return ([0, 1] as const).flatMap((side) => {
    const evaluation = side === 0 ? comparison.before : comparison.after;
    const present = universe.present(side);
    if (present.isSubsetOf(both)) return [];
    const ends = present.or(universe.outside);
    const deltas: Delta[] = [];
    for (const source of ends.members()) {
      const row = evaluation.row('egress', source);
      const isNew = present.has(source) && !both.has(source);
      for (const destination of (isNew ? ends : present.andNot(both)).members()) {
        const id = ports.and(portsWith(row, destination), portsWith(evaluation.row('ingress', destination), source));
        if (id === PortTable.NONE) continue;
        deltas.push({
          sources: Bitset.of(universe.size, [source]),
          destinations: Bitset.of(universe.size, [destination]),
          ...(side === 0 ? { before: id, after: PortTable.NONE } : { before: PortTable.NONE, after: id }),
        });
      }
    }
    return joinAddresses(deltas, universe);
  });
}

/** Deltas of single ends with those of addresses outside that are alike told together. */
function joinAddresses(deltas: readonly Delta[], universe: Universe): readonly Delta[] {
  const joined = new Map<string, Delta>();
  const keyOf = (ends: Bitset): string => (ends.meets(universe.outside) ? 'outside' : String(ends.members()[0]));
  for (const delta of deltas) {
    const key = `${keyOf(delta.sources)} ${keyOf(delta.destinations)} ${delta.before} ${delta.after}`;
    const known = joined.get(key);
    joined.set(
      key,
      known === undefined
        ? delta
        : { ...delta, sources: known.sources.or(delta.sources), destinations: known.destinations.or(delta.destinations) },
    );
  }
  return [...joined.values()];
}

interface NamedEnd {
  readonly end: ConnectionEnd;
  readonly isPod: boolean;
  /** The name of a workload that one side alone has. */
  readonly only: string | undefined;
}

function listPairs(delta: Delta, { frame }: Comparison, listOnce: (some: Bitset) => readonly NamedEnd[]): readonly ConnectionChange[] {
  const { ports } = frame;
  const [senders, receivers] = [listOnce(delta.sources), listOnce(delta.destinations)];
  const [before, after] = [ports.get(delta.before), ports.get(delta.after)];
  return senders.flatMap((from) =>
    receivers
      .filter((to) => !(from.isPod && to.isPod && nameOfEnd(from.end) === nameOfEnd(to.end)))
      .filter((to) => from.end.kind === 'workload' || to.end.kind === 'workload')
      .map((to) => ({ from: from.end, to: to.end, before, after, only: toOnly(from, to) })),
  );
}

const NONE: readonly string[] = [];

function toOnly(from: NamedEnd, to: NamedEnd): readonly string[] {
  if (from.only === undefined && to.only === undefined) return NONE;
  return [...new Set([from.only, to.only])].filter((name) => name !== undefined);
}

function listEnds(ends: Bitset, universe: Universe): readonly NamedEnd[] {
  const atoms = ends.and(universe.outside).members();
  const workloads = ends
    .andNot(universe.outside)
    .members()
    .flatMap((index) => {
      const sides = universe.slots[index]?.sides ?? [];
      return (sides[1] ?? sides[0] ?? []).map((workload): NamedEnd => ({
        end: { kind: 'workload', workload },
        isPod: workload.ref.kind === 'Pod',
        only: sides[0] === undefined || sides[1] === undefined ? workload.name : undefined,
      }));
    });
  if (atoms.length === 0) return workloads;
  const addresses: IntervalSet<bigint> = toAddresses(universe, atoms);
  return [...workloads, { end: { kind: 'addresses', addresses }, isPod: false, only: undefined }];
}

/** An end for people: the workload's name, or the addresses. */
export function nameOfEnd(end: ConnectionEnd): string {
  return end.kind === 'workload' ? end.workload.name : formatAddresses(end.addresses);
}
