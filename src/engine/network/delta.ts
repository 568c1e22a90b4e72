import { Bitset, getOrAdd } from '../../std/index.ts';
import type { Evaluation, Frame } from './evaluation.ts';
import type { Direction } from './policy.ts';
import { PortTable } from './port-set.ts';
import type { Part, Row } from './row.ts';
import { hasSameEnds } from './side.ts';

/** Connections that change alike: from each of the sources to each of the destinations, the ports before and after (numbers of the `PortTable`). */
export interface Delta {
  readonly sources: Bitset;
  readonly destinations: Bitset;
  readonly before: number;
  readonly after: number;
}

/** Two evaluations of one frame. */
export interface Comparison {
  readonly frame: Frame;
  readonly before: Evaluation;
  readonly after: Evaluation;
}

interface Group {
  readonly rows: readonly [before: Row, after: Row];
  readonly members: Bitset;
}

interface Cell {
  readonly before: number;
  readonly after: number;
  readonly peers: Bitset;
}

/**
 * Every difference among the given ends. Only of ends whose own policies differ, and of those that these speak of otherwise than
 * before, are the rows looked at, so that the cost follows the change.
 */
export function listDeltas(comparison: Comparison, ends: Bitset): readonly Delta[] {
  const { ports } = comparison.frame;
  const [senders, receivers] = [toFinder(comparison, ends, 'egress'), toFinder(comparison, ends, 'ingress')];
  const cellsOf = toCellTable(comparison.frame);
  const deltas: Delta[] = [];
  const add = (sender: Bitset, out: Cell, receiver: Bitset, into: Cell): void => {
    const [before, after] = [ports.and(out.before, into.before), ports.and(out.after, into.after)];
    if (before === after || !sender.meets(into.peers) || !receiver.meets(out.peers)) return;
    deltas.push({ sources: sender.and(into.peers), destinations: receiver.and(out.peers), before, after });
  };
  for (const sender of senders(listChanged(comparison, ends, 'egress'))) {
    for (const out of cellsOf(sender).filter(isDifferent))
      for (const receiver of receivers(out.peers)) for (const into of cellsOf(receiver)) add(sender.members, out, receiver.members, into);
  }
  for (const receiver of receivers(listChanged(comparison, ends, 'ingress'))) {
    for (const into of cellsOf(receiver).filter(isDifferent)) {
      for (const sender of senders(into.peers))
        for (const out of cellsOf(sender)) if (!isDifferent(out)) add(sender.members, out, receiver.members, into);
    }
  }
  return deltas;
}

function isDifferent({ before, after }: Cell): boolean {
  return before !== after;
}

/** Finds the groups of some ends: of all at once where most rows are looked at anyhow. */
function toFinder(comparison: Comparison, ends: Bitset, direction: Direction): (some: Bitset) => readonly Group[] {
  if (hasSameEnds(comparison.before.side, comparison.after.side)) return (some) => groupEnds(comparison, ends.and(some), direction);
  const all = groupEnds(comparison, ends, direction);
  return (some) => all.flatMap(({ rows, members }) => (members.meets(some) ? [{ rows, members: members.and(some) }] : []));
}

function toCellTable(frame: Frame): (group: Group) => readonly Cell[] {
  const known = new Map<Row, Map<Row, readonly Cell[]>>();
  return ({ rows }) => {
    const byAfter = getOrAdd(known, rows[0], () => new Map<Row, readonly Cell[]>());
    return getOrAdd(byAfter, rows[1], () => listCells(rows, frame));
  };
}

/** Ends whose rows may differ: where the sides have the same ends, those that other policies select. */
function listChanged({ before, after }: Comparison, ends: Bitset, direction: Direction): Bitset {
  if (!hasSameEnds(before.side, after.side)) return ends;
  return Bitset.of(
    ends.size,
    ends.members().filter((end) => !isSameSelected({ before, after }, direction, end)),
  );
}

function isSameSelected({ before, after }: Pick<Comparison, 'after' | 'before'>, direction: Direction, end: number): boolean {
  return isEqualList(before.selecting(direction, end), after.selecting(direction, end));
}

function isEqualList<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Ends with the same rows on both sides are compared once. */
function groupEnds({ frame, before, after }: Comparison, ends: Bitset, direction: Direction): readonly Group[] {
  const groups = new Map<string, Group>();
  const hasSame = hasSameEnds(before.side, after.side);
  for (const end of ends.members()) {
    const was = before.row(direction, end);
    const rows = [was, hasSame && isSameSelected({ before, after }, direction, end) ? was : after.row(direction, end)] as const;
    const key = `${rows[0].id} ${rows[1].id}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { rows, members: new Bitset(frame.universe.size) }));
    group.members.add(end);
  }
  return [...groups.values()];
}

function listCells([before, after]: Group['rows'], { universe }: Frame): readonly Cell[] {
  if (before === after) return withRest(before, universe.size).map(({ ports, peers }) => ({ before: ports, after: ports, peers }));
  const others = withRest(after, universe.size);
  return withRest(before, universe.size).flatMap((part) =>
    others
      .filter(({ peers }) => peers.meets(part.peers))
      .map((other) => ({ before: part.ports, after: other.ports, peers: part.peers.and(other.peers) })),
  );
}

function withRest(row: Row, size: number): readonly Part[] {
  const rest = row.parts.reduce((bits, { peers }) => bits.andNot(peers), Bitset.full(size));
  return rest.isEmpty() ? row.parts : [...row.parts, { ports: PortTable.NONE, peers: rest }];
}
