import { isEqualIntervals, sortedUnique, type Bitset } from '../../std/index.ts';
import { ALL_ADDRESSES, formatAddresses } from './address.ts';
import { toAddresses } from './connections.ts';
import type { Universe } from './universe.ts';

const SHOWN = 4;

/** Some ends of a universe: workloads by name, and addresses outside. */
export interface Party {
  readonly ends: Bitset;
  /** Sorted; the names of the workloads that are meant, of all that the ends stand for. */
  readonly workloads: readonly string[];
}

/** All that some ends stand for, on a side. */
export function toParty(universe: Universe, side: number, ends: Bitset): Party {
  const workloads = ends.members().flatMap((end) => (universe.slots[end]?.sides[side] ?? []).map(({ name }) => name));
  return { ends, workloads: sortedUnique(workloads) };
}

/** The addresses of a party as text; undefined if it has none. */
export function describeAddresses(universe: Universe, { ends }: Party): string | undefined {
  const atoms = ends.and(universe.outside).members();
  if (atoms.length === 0) return undefined;
  const addresses = toAddresses(universe, atoms);
  return isEqualIntervals(addresses, ALL_ADDRESSES) ? 'any address' : formatAddresses(addresses);
}

/** A party for people: `shop/web`, `12 workloads of shop`, `any address outside`, `anywhere`; `all` is everybody there is. */
export function describeParty(universe: Universe, party: Party, all: Party): string {
  const addresses = describeAddresses(universe, party);
  const outside = addresses?.replace(/^any address/, 'any address outside');
  const isEvery = party.workloads.length === all.workloads.length;
  if (party.workloads.length === 0) return outside ?? 'nothing';
  if (outside === undefined) return describeWorkloads(party.workloads, isEvery);
  return isEvery && addresses === 'any address' ? 'anywhere' : `${describeWorkloads(party.workloads, isEvery)} and ${outside}`;
}

function describeWorkloads(names: readonly string[], isEvery: boolean): string {
  if (names.length <= SHOWN) return names.join(', ');
  if (isEvery) return `every workload (${names.length})`;
  const namespaces = sortedUnique(names.map((name) => name.slice(0, name.indexOf('/'))));
  return `${names.length} workloads of ${namespaces.length <= SHOWN ? namespaces.join(', ') : `${namespaces.length} namespaces`}`;
}
