import { compareStrings } from '../../std/index.ts';
import type { Unit } from '../unit/unit.ts';

/** The group of each unit, named by the first of its names: units that depend on one another, directly or not, are of one group. */
export function toGroups(units: readonly Pick<Unit, 'dependsOn' | 'name'>[]): ReadonlyMap<string, string> {
  const neighbours = new Map<string, string[]>(units.map(({ name }) => [name, []]));
  for (const { name, dependsOn } of units)
    for (const other of dependsOn) {
      neighbours.get(other)?.push(name);
      if (neighbours.has(other)) neighbours.get(name)?.push(other);
    }
  const groups = new Map<string, string>();
  for (const name of [...neighbours.keys()].toSorted(compareStrings)) {
    const pending = groups.has(name) ? [] : [name];
    for (let unit = pending.pop(); unit !== undefined; unit = pending.pop()) {
      if (groups.has(unit)) continue;
      groups.set(unit, name);
      pending.push(...(neighbours.get(unit) ?? []));
    }
  }
  return groups;
}
