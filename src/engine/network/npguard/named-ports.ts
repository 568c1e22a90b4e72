import { intersect, isEqualIntervals, sortedUnique, subtract, unite } from '../../../std/index.ts';
import { ALL_PORTS, NO_PORTS, PROTOCOLS, type PortSet } from '../port-set.ts';
import { formatConnection } from './conn-text.ts';

/** Ports by number, and by names that nobody can look up yet: `TCP http`, or ` http` where the rule says no protocol. */
export interface NamedSet {
  readonly ports: PortSet;
  readonly names: readonly string[];
}

export const NOTHING: NamedSet = { ports: NO_PORTS, names: [] };
export const EVERYTHING: NamedSet = { ports: ALL_PORTS, names: [] };

/** All of both. */
export function uniteNamed(a: NamedSet, b: NamedSet): NamedSet {
  return { ports: unite(a.ports, b.ports), names: sortedUnique([...a.names, ...b.names]) };
}

/** What the other lacks. */
export function subtractNamed(a: NamedSet, b: NamedSet): NamedSet {
  return { ports: subtract(a.ports, b.ports), names: a.names.filter((name) => !b.names.includes(name)) };
}

/** What both have; a name is in a set that has every port. */
export function intersectNamed(a: NamedSet, b: NamedSet): NamedSet {
  const isIn = (name: string, set: NamedSet): boolean => set.names.includes(name) || isAll(set);
  return {
    ports: intersect(a.ports, b.ports),
    names: sortedUnique([...a.names.filter((name) => isIn(name, b)), ...b.names.filter((name) => isIn(name, a))]),
  };
}

function isAll({ ports }: NamedSet): boolean {
  return isEqualIntervals(ports, ALL_PORTS);
}

/** Whether there is nothing in it. */
export function isEmptyNamed({ ports, names }: NamedSet): boolean {
  return ports.cuts.length === 0 && names.length === 0;
}

/** Whether two sets are the same. */
export function isEqualNamed(a: NamedSet, b: NamedSet): boolean {
  return isEqualIntervals(a.ports, b.ports) && a.names.join() === b.names.join();
}

/** A set as text, the names after the numbers of their protocol. */
export function formatNamed(set: NamedSet): string {
  if (isAll(set) || set.names.length === 0) return formatConnection(set.ports);
  const numbers = new Map<string, string>();
  if (set.ports.cuts.length > 0) {
    for (const part of formatConnection(set.ports).split(/,(?=[A-Z])/))
      numbers.set(part.slice(0, part.indexOf(' ')), part.slice(part.indexOf(' ') + 1));
  }
  return ['', ...PROTOCOLS.toSorted()]
    .flatMap((protocol) => {
      const names = set.names.filter((name) => name.startsWith(`${protocol} `)).map((name) => name.slice(protocol.length + 1));
      const list = [numbers.get(protocol), ...names].filter((item) => item !== undefined);
      return list.length === 0 ? [] : [`${protocol} ${list.join()}`];
    })
    .join();
}
