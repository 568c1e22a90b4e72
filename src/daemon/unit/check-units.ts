import { toLayers } from '../../std/index.ts';
import type { Unit } from './unit.ts';

/** What is wrong with a list of units, by the index of the unit: a sentence. */
export type UnitFaults = ReadonlyMap<number, string>;

/**
 * What keeps units of a list from ever being touched: a name that an earlier one has, a dependency that is not listed, a circle of dependencies. Units that depend on such a one are not at fault: they wait.
 */
export function checkUnits(units: readonly Pick<Unit, 'dependsOn' | 'name'>[]): UnitFaults {
  const faults = new Map<number, string>();
  const indexes = new Map<string, number>();
  for (const [index, { name }] of units.entries()) {
    if (indexes.has(name)) faults.set(index, `the name ${name} is that of an earlier unit`);
    else indexes.set(name, index);
  }
  for (const [index, { dependsOn }] of units.entries()) {
    const unknown = dependsOn.find((name) => !indexes.has(name));
    if (unknown !== undefined && !faults.has(index)) faults.set(index, `depends on ${unknown}, which is not listed`);
  }
  for (const cycle of findCycles(units, indexes)) {
    const names = cycle.map((index) => units[index]?.name ?? '');
    const circle = [...names, ...names.slice(0, 1)].join(' -> ');
    for (const index of cycle) if (!faults.has(index)) faults.set(index, `depends on itself: ${circle}`);
  }
  return faults;
}

/** Circles that share no unit; once a circle is known its units are left out to find the next. */
function findCycles(
  units: readonly Pick<Unit, 'dependsOn' | 'name'>[],
  indexes: ReadonlyMap<string, number>,
): readonly (readonly number[])[] {
  const cycles: (readonly number[])[] = [];
  const out = new Set<number>();
  for (;;) {
    const edges = units.map(({ dependsOn, name }, index) =>
      out.has(index) || indexes.get(name) !== index
        ? []
        : dependsOn.flatMap((other) => indexes.get(other) ?? []).filter((at) => !out.has(at)),
    );
    const layering = toLayers(edges);
    if (layering.kind === 'layers') return cycles;
    cycles.push(layering.nodes);
    for (const node of layering.nodes) out.add(node);
  }
}
