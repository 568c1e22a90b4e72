import { Bitset } from '../../std/index.ts';
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
  return row.parts.find(({ peers }) => peers.has(end))?.ports ?? PortTable.NONE;
}
