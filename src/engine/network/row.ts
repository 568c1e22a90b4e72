import { Bitset } from '../../std/index.ts';
import type { Action } from './policy.ts';
import { PortTable } from './port-set.ts';

/** Some ends, and the ports (a number of the `PortTable`) that are allowed with each of them. */
export interface Part {
  readonly ports: number;
  readonly peers: Bitset;
}

/** All ends, split by the ports that one end may use with them; ends in no part may not be reached at all. Equal rows have equal ids. */
export interface Row {
  readonly id: number;
  /** Disjoint, by number of ports, none empty. */
  readonly parts: readonly Part[];
}

/** One step of a decision by tiers: rules decide or pass on what is still open; a tier ends, refusing some of what is open yet. */
export type Step =
  | { readonly kind: 'rules'; readonly action: Action; readonly parts: readonly Part[] }
  | { readonly kind: 'tier-end'; readonly refused: number };

/** Some ends whose connections are decided alike so far: ports that are allowed, not decided, and passed on to the next tier. */
interface Undecided {
  readonly allowed: number;
  readonly open: number;
  readonly passed: number;
  readonly peers: Bitset;
}

/** The rows of one universe, each once. */
export class RowTable {
  /** The row that allows everything. */
  readonly open: Row;
  readonly #size: number;
  readonly #ports: PortTable;
  readonly #rows = new Map<string, Row>();

  constructor(size: number, ports: PortTable) {
    this.#size = size;
    this.#ports = ports;
    this.open = this.unite([{ ports: PortTable.ALL, peers: Bitset.full(size) }]);
  }

  /** The row that allows what any of the parts allows. */
  unite(parts: readonly Part[]): Row {
    let split: Part[] = [{ ports: PortTable.NONE, peers: Bitset.full(this.#size) }];
    for (const part of joinEqual(parts)) split = joinEqual(split.flatMap((old) => this.#add(old, part)));
    return this.#intern(split);
  }

  /** The row that steps of the tiers come to, in their order; what none decides is allowed. */
  decide(steps: readonly Step[]): Row {
    const ports = this.#ports;
    let cells: readonly Undecided[] = [
      { allowed: PortTable.NONE, open: PortTable.ALL, passed: PortTable.NONE, peers: Bitset.full(this.#size) },
    ];
    for (const step of steps) cells = this.#take(cells, step);
    return this.#intern(
      joinEqual(cells.map(({ allowed, open, passed, peers }) => ({ ports: ports.or(allowed, ports.or(open, passed)), peers }))),
    );
  }

  #take(cells: readonly Undecided[], step: Step): readonly Undecided[] {
    const ports = this.#ports;
    if (step.kind === 'tier-end') {
      const leave = ({ open, passed }: Undecided): number => ports.or(ports.minus(open, step.refused), passed);
      return joinCells(cells.map((cell) => ({ ...cell, open: leave(cell), passed: PortTable.NONE })));
    }
    let taken = cells;
    for (const part of joinEqual(step.parts)) taken = joinCells(taken.flatMap((cell) => this.#match(cell, part, step.action)));
    return taken;
  }

  #match(cell: Undecided, part: Part, action: Action): readonly Undecided[] {
    const ports = this.#ports;
    const matched = ports.and(cell.open, part.ports);
    if (matched === PortTable.NONE || !cell.peers.meets(part.peers)) return [cell];
    const joint = {
      allowed: action === 'allow' ? ports.or(cell.allowed, matched) : cell.allowed,
      open: ports.minus(cell.open, matched),
      passed: action === 'pass' ? ports.or(cell.passed, matched) : cell.passed,
      peers: cell.peers.and(part.peers),
    };
    const rest = cell.peers.andNot(part.peers);
    return rest.isEmpty() ? [joint] : [{ ...cell, peers: rest }, joint];
  }

  #intern(split: readonly Part[]): Row {
    const kept = split.filter(({ ports }) => ports !== PortTable.NONE).toSorted((a, b) => a.ports - b.ports);
    const key = kept.map(({ ports, peers }) => `${ports}:${peers.toKey()}`).join();
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = { id: this.#rows.size, parts: kept };
    this.#rows.set(key, row);
    return row;
  }

  #add(old: Part, part: Part): readonly Part[] {
    const ports = this.#ports.or(old.ports, part.ports);
    if (ports === old.ports || !old.peers.meets(part.peers)) return [old];
    const rest = old.peers.andNot(part.peers);
    const joint = { ports, peers: old.peers.and(part.peers) };
    return rest.isEmpty() ? [joint] : [{ ports: old.ports, peers: rest }, joint];
  }
}

function joinCells(cells: readonly Undecided[]): readonly Undecided[] {
  const joined = new Map<string, Undecided>();
  for (const cell of cells) {
    const key = `${cell.allowed} ${cell.open} ${cell.passed}`;
    const known = joined.get(key);
    joined.set(key, known === undefined ? cell : { ...cell, peers: known.peers.or(cell.peers) });
  }
  return [...joined.values()];
}

function joinEqual(parts: readonly Part[]): Part[] {
  const byPorts = new Map<number, Bitset>();
  for (const { ports, peers } of parts) {
    const known = byPorts.get(ports);
    byPorts.set(ports, known === undefined ? peers : known.or(peers));
  }
  return [...byPorts].map(([ports, peers]) => ({ ports, peers }));
}

/** The ports that a row allows with one end, as a number of the `PortTable`. */
export function portsWith(row: Row, end: number): number {
  for (const { ports, peers } of row.parts) if (peers.has(end)) return ports;
  return PortTable.NONE;
}

/** The ports that a row allows with each of the ends below `size`, by number of the end. */
export function toPortIds(row: Row, size: number): Uint32Array {
  const ids = new Uint32Array(size);
  for (const { ports, peers } of row.parts) peers.mark(ids, ports);
  return ids;
}
