import { costSize, type CostRule } from '../cost.ts';
import { overload, type FunctionDeclaration } from '../declaration.ts';
import { isAmong } from '../equality.ts';
import { BOOL, listOf, parameter } from '../type.ts';
import { isList, NO_SUCH_OVERLOAD, type Failure, type Value } from '../value.ts';
import type { Library } from './library.ts';

const LIST = listOf(parameter('T'));

function relation(name: string, holds: (a: readonly Value[], b: readonly Value[]) => boolean | Failure): FunctionDeclaration {
  const id = `list_sets_${name}_list`;
  const run = (a: Value = null, b: Value = null): boolean | Failure => (isList(a) && isList(b) ? holds(a, b) : NO_SUCH_OVERLOAD);
  return { name: `sets.${name}`, overloads: [overload(id, [LIST, LIST], BOOL, run)] };
}

/** The first element that is not there decides, be it that it cannot be compared. */
function contains(a: readonly Value[], b: readonly Value[]): boolean | Failure {
  for (const item of b) {
    const answer = isAmong(item, a);
    if (answer !== true) return answer;
  }
  return true;
}

function isEquivalent(a: readonly Value[], b: readonly Value[]): boolean | Failure {
  const answer = contains(a, b);
  return answer === true ? contains(b, a) : answer;
}

const byPairs =
  (times: number): CostRule =>
  ([a, b]) =>
    1 + Math.trunc(costSize(a) * costSize(b) * times);

/** Lists compared as sets (cel-go's `ext.Sets`). */
export const SETS: Library = {
  functions: [
    relation('contains', contains),
    relation('equivalent', isEquivalent),
    relation('intersects', (a, b) => a.some((item) => isAmong(item, b) === true)),
  ],
  costs: { list_sets_contains_list: byPairs(1), list_sets_intersects_list: byPairs(1), list_sets_equivalent_list: byPairs(2) },
};
