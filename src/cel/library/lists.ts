import { add } from '../arithmetic.ts';
import { member, type FunctionDeclaration, type Implementation } from '../declaration.ts';
import { compare, isEqual, isOrdered } from '../equality.ts';
import { BOOL, BYTES, DOUBLE, DURATION, INT, listOf, parameter, STRING, TIMESTAMP, UINT, type CelType } from '../type.ts';
import { Broken, Duration, Failure, isList, isValue, NO_SUCH_OVERLOAD, Uint, type Result, type Value } from '../value.ts';
import type { Library } from './library.ts';

const A = parameter('A');
const ORDERED: readonly CelType[] = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];
const ZEROS: readonly (readonly [CelType, Value])[] = [
  [INT, 0n],
  [UINT, new Uint(0n)],
  [DOUBLE, 0],
  [DURATION, new Duration(0n)],
];

const ofList =
  (run: (list: readonly Value[], item: Value) => Result): Implementation =>
  (list = null, item = null) =>
    isList(list) ? run(list, item) : NO_SUCH_OVERLOAD;

function refuse(item: Value): Failure {
  return item instanceof Broken ? item.failure : NO_SUCH_OVERLOAD;
}

/** Element by element, up to the first that is out of order or has none. */
function isSorted(list: readonly Value[]): Result {
  for (const [index, item] of list.entries()) {
    if (!isOrdered(item)) return refuse(item);
    if (index > 0 && compare(list[index - 1] ?? null, item) === 1) return false;
  }
  return true;
}

function sum(list: readonly Value[], zero: Value): Result {
  let total: Value = zero;
  for (const item of list) {
    const next = item instanceof Broken ? item.failure : add(total, item);
    if (!isValue(next)) return next;
    total = next;
  }
  return total;
}

function best(name: string, list: readonly Value[], preferred: number): Result {
  const [first, ...rest] = list;
  if (first === undefined) return new Failure(`${name} called on empty list`);
  const odd = list.find((item) => !isOrdered(item));
  if (odd !== undefined) return refuse(odd);
  return rest.reduce((found, item) => (compare(found, item) === preferred ? item : found), first);
}

function extreme(name: 'max' | 'min', preferred: number): FunctionDeclaration {
  const run = ofList((list) => best(name, list, preferred));
  return { name, overloads: ORDERED.map((type) => member(`list_${type.kind}_${name}_${type.kind}`, [listOf(type)], type, run)) };
}

/** Kubernetes' functions on lists (`k8s.io/apiserver/pkg/cel/library/lists.go`). */
export const LISTS: Library = {
  functions: [
    {
      name: 'isSorted',
      overloads: ORDERED.map((type) => member(`list_${type.kind}_is_sorted_bool`, [listOf(type)], BOOL, ofList(isSorted))),
    },
    {
      name: 'sum',
      overloads: ZEROS.map(([type, zero]) =>
        member(
          `list_${type.kind}_sum_${type.kind}`,
          [listOf(type)],
          type,
          ofList((list) => sum(list, zero)),
        ),
      ),
    },
    extreme('max', -1),
    extreme('min', 1),
    {
      name: 'indexOf',
      overloads: [
        member(
          'list_a_index_of_int',
          [listOf(A), A],
          INT,
          ofList((list, item) => BigInt(list.findIndex((found) => isEqual(found, item) === true))),
        ),
      ],
    },
    {
      name: 'lastIndexOf',
      overloads: [
        member(
          'list_a_last_index_of_int',
          [listOf(A), A],
          INT,
          ofList((list, item) => BigInt(list.findLastIndex((found) => isEqual(found, item) === true))),
        ),
      ],
    },
  ],
};
