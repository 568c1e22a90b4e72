import { Bitset } from '../../std/index.ts';
import type { Delta } from './delta.ts';
import { PortTable } from './port-set.ts';

/** Connections told together: each source to each destination, on the same ports. */
export interface Block {
  readonly ports: number;
  readonly sources: Bitset;
  readonly destinations: Bitset;
}

/** What deltas open (`gained`) or close (`lost`), as few blocks: destinations with the same sources and ports are one. */
export function toBlocks(deltas: readonly Delta[], ports: PortTable, change: 'gained' | 'lost'): readonly Block[] {
  const byPorts = new Map<number, Map<number, Bitset>>();
  for (const { before, after, sources, destinations } of deltas) {
    const difference = change === 'gained' ? ports.minus(after, before) : ports.minus(before, after);
    if (difference === PortTable.NONE) continue;
    let byDestination = byPorts.get(difference);
    if (byDestination === undefined) byPorts.set(difference, (byDestination = new Map()));
    for (const end of destinations.members()) byDestination.set(end, byDestination.get(end)?.or(sources) ?? sources);
  }
  return [...byPorts].flatMap(([id, byDestination]) => groupDestinations(id, byDestination));
}

function groupDestinations(ports: number, byDestination: ReadonlyMap<number, Bitset>): readonly Block[] {
  const keys = new Map<Bitset, string>();
  const blocks = new Map<string, Block>();
  for (const [end, sources] of byDestination) {
    const key = keys.get(sources) ?? sources.toKey();
    keys.set(sources, key);
    let block = blocks.get(key);
    if (block === undefined) blocks.set(key, (block = { ports, sources, destinations: new Bitset(sources.size) }));
    block.destinations.add(end);
  }
  return [...blocks.values()];
}
