import { costSize, type CostRule } from '../cost.ts';
import { overload, type FunctionDeclaration } from '../declaration.ts';
import { isEqual } from '../equality.ts';
import { BOOL, listOf, parameter } from '../type.ts';
import { isList, NO_SUCH_OVERLOAD, type Value } from '../value.ts';
import type { Library } from './library.ts';

const LIST = listOf(parameter('T'));

function has(list: readonly Value[], item: Value): boolean {
  return list.some((found) => isEqual(item, found) === true);
}

function relation(name: string, holds: (a: readonly Value[], b: readonly Value[]) => boolean): FunctionDeclaration {
  const id = `list_sets_${name}_list`;
  const run = (a: Value = null, b: Value = null): boolean | typeof NO_SUCH_OVERLOAD =>
    isList(a) && isList(b) ? holds(a, b) : NO_SUCH_OVERLOAD;
  return { name: `sets.${name}`, overloads: [overload(id, [LIST, LIST], BOOL, run)] };
}

const contains = (a: readonly Value[], b: readonly Value[]): boolean => b.every((item) => has(a, item));

const byPairs =
  (times: number): CostRule =>
  ([a, b]) =>
    1 + Math.trunc(costSize(a) * costSize(b) * times);

/** Lists compared as sets (cel-go's `ext.Sets`). */
export const SETS: Library = {
  functions: [
    relation('contains', contains),
    relation('equivalent', (a, b) => contains(a, b) && contains(b, a)),
    relation('intersects', (a, b) => a.some((item) => has(b, item))),
  ],
  costs: { list_sets_contains_list: byPairs(1), list_sets_intersects_list: byPairs(1), list_sets_equivalent_list: byPairs(2) },
};
