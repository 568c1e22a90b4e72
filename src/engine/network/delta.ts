import { Bitset } from '../../std/index.ts';
import type { Evaluation, Frame } from './evaluation.ts';
import type { Direction } from './policy.ts';
import { PortTable } from './port-set.ts';
import type { Part, Row } from './row.ts';

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
  readonly isChanged: boolean;
  readonly members: Bitset;
  readonly cells: readonly Cell[];
}

interface Cell {
  readonly before: number;
  readonly after: number;
  readonly peers: Bitset;
}

/**
 * Every difference among the given ends. Ends with the same rows on both sides are compared once, and pairs of which
 * neither row changed not at all, so that the cost follows the change.
 */
export function listDeltas(comparison: Comparison, ends: Bitset): readonly Delta[] {
  const { ports } = comparison.frame;
  const senders = groupEnds(comparison, ends, 'egress');
  const receivers = groupEnds(comparison, ends, 'ingress');
  const deltas: Delta[] = [];
  for (const sender of senders) {
    for (const receiver of receivers) {
      if (!sender.isChanged && !receiver.isChanged) continue;
      for (const out of sender.cells) {
        const destinations = receiver.members.and(out.peers);
        if (destinations.isEmpty()) continue;
        for (const into of receiver.cells) {
          const [before, after] = [ports.and(out.before, into.before), ports.and(out.after, into.after)];
          if (before === after || !sender.members.meets(into.peers)) continue;
          deltas.push({ sources: sender.members.and(into.peers), destinations, before, after });
        }
      }
    }
  }
  return deltas;
}

function groupEnds({ frame, before, after }: Comparison, ends: Bitset, direction: Direction): readonly Group[] {
  const groups = new Map<string, { readonly rows: readonly [Row, Row]; readonly members: Bitset }>();
  for (const end of ends.members()) {
    const rows = [before.row(direction, end), after.row(direction, end)] as const;
    const key = `${rows[0].id} ${rows[1].id}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { rows, members: new Bitset(frame.universe.size) }));
    group.members.add(end);
  }
  return [...groups.values()].map(({ rows, members }) => ({ isChanged: rows[0] !== rows[1], members, cells: listCells(rows, frame) }));
}

function listCells([before, after]: readonly [Row, Row], { universe }: Frame): readonly Cell[] {
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
