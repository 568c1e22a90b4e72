import { copy, ident, memberCall, type Expr } from '../ast.ts';
import { refuse } from '../arithmetic.ts';
import { costSize, LIST_COST, type CostRule } from '../cost.ts';
import { member, overload, type FunctionDeclaration, type Implementation } from '../declaration.ts';
import { compare, isEqual, isOrdered } from '../equality.ts';
import { bind, collect, loop, readVariables, type Macro } from '../macro.ts';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, nameOfType, parameter, STRING, TIMESTAMP, UINT, type CelType } from '../type.ts';
import { Failure, isList, MapValue, NO_SUCH_OVERLOAD, typeNameOf, type Result, type Value } from '../value.ts';
import type { Library } from './library.ts';

const T = parameter('T');
const LIST = listOf(T);
const ORDERED: readonly CelType[] = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];
/** Longer lists are not made of a number alone: their making would never end. */
const LONGEST = 10_000_000n;

function slice(list: readonly Value[], start: bigint, end: bigint): Result {
  const call = `cannot slice(${start}, ${end})`;
  if (start < 0n || end < 0n) return new Failure(`${call}, negative indexes not supported`);
  if (start > end) return new Failure(`${call}, start index must be less than or equal to end index`);
  return end > list.length ? new Failure(`${call}, list is length ${list.length}`) : list.slice(Number(start), Number(end));
}

function flatten(list: readonly Value[], depth: bigint): Result {
  if (depth < 0n) return new Failure('level must be non-negative');
  const flat = (items: readonly Value[], left: bigint): readonly Value[] =>
    items.flatMap((item) => (isList(item) && left > 0n ? flat(item, left - 1n) : [item]));
  return flat(list, depth);
}

function fullNameOf(value: Value): string {
  return value instanceof MapValue ? 'map(dyn, dyn)' : isList(value) ? 'list(dyn)' : typeNameOf(value);
}

function flattenAny(list: Value = null, depth?: Value): Result {
  if (isList(list) && (depth === undefined || typeof depth === 'bigint')) return flatten(list, depth ?? 1n);
  return new Failure(`no such overload: ${fullNameOf(list)}.flatten(${depth === undefined ? '' : fullNameOf(depth)})`);
}

function sortBy(list: readonly Value[], keys: readonly Value[]): Result {
  if (list.length !== keys.length) {
    const sizes = `but got ${list.length} and ${keys.length} elements respectively`;
    return new Failure(`@sortByAssociatedKeys() expected a list of the same size as the associated keys list, ${sizes}`);
  }
  const [first] = keys;
  if (first === undefined) return list;
  if (!isOrdered(first)) return new Failure('list elements must be comparable');
  if (keys.some((key) => typeNameOf(key) !== typeNameOf(first))) return new Failure('list elements must have the same type');
  const order = (a: number, b: number): number => Number(compare(keys[a] ?? null, keys[b] ?? null));
  return [...list.keys()].toSorted(order).map((index) => list[index] ?? null);
}

function distinct(list: readonly Value[]): readonly Value[] {
  const found: Value[] = [];
  for (const item of list) if (!found.some((other) => isEqual(item, other) === true)) found.push(item);
  return found;
}

function range(count: bigint): Result {
  if (count > LONGEST) return new Failure(`lists.range(${count}) is too long`);
  return Array.from({ length: Number(count < 0n ? 0n : count) }, (_, index) => BigInt(index));
}

const SORTABLE: readonly Expr['kind'][] = ['list', 'select', 'ident', 'comprehension', 'call'];

const SORT_BY: Macro = {
  name: 'sortBy',
  count: 2,
  isMember: true,
  expand: (call) => {
    const { at, target, args } = call;
    const [variable, key] = args;
    if (target === undefined || variable === undefined || key === undefined) return undefined;
    if (!SORTABLE.includes(target.kind)) {
      return { error: 'sortBy can only be applied to a list, identifier, comprehension, call or select expression', at: target.at };
    }
    const variables = readVariables([variable], 'argument is not an identifier');
    if ('error' in variables) return variables;
    const input = ident(at, '@__sortBy_input__');
    const keys = loop({ at, target: copy(input), args }, variables.names, collect(at, key, undefined));
    return keys === undefined ? undefined : bind(at, '@__sortBy_input__', target, memberCall(at, '@sortByAssociatedKeys', input, keys));
  },
};

const ofList =
  (run: (list: readonly Value[], ...rest: readonly Value[]) => Result): Implementation =>
  (list = null, ...rest) =>
    isList(list) ? run(list, ...rest) : NO_SUCH_OVERLOAD;
const toInt = (value: Value | undefined): bigint => (typeof value === 'bigint' ? value : 0n);

const SORTS: readonly FunctionDeclaration[] = [
  {
    name: 'sort',
    overloads: ORDERED.map((type) => member(`list_${nameOfType(type)}_sort`, [listOf(type)], listOf(type))),
    run: (list = null) => (isList(list) ? sortBy(list, list) : refuse('sort', list)),
  },
  {
    name: '@sortByAssociatedKeys',
    overloads: ORDERED.map((type) => member(`list_${nameOfType(type)}_sortByAssociatedKeys`, [LIST, listOf(type)], LIST)),
    run: (list = null, keys = null) => (isList(list) && isList(keys) ? sortBy(list, keys) : refuse('@sortByAssociatedKeys', list)),
  },
];

/** Counted as Go counts without a sign: what is less than nothing, or too much, is another number. */
function madeCost(size: number, factor: number): number {
  return Number(BigInt.asIntN(64, toUnsigned(size * factor) + 1n + BigInt(LIST_COST)));
}

function toUnsigned(count: number): bigint {
  return Math.abs(count) >= 2 ** 64 || count < -(2 ** 63) ? 2n ** 63n : BigInt(Math.trunc(count));
}

const bySize: CostRule = (_, result) => madeCost(costSize(result), 1);
const byDepth: CostRule = ([list, depth]) => madeCost(costSize(list), typeof depth === 'bigint' ? Number(depth) : 1);
const byPairs =
  (index: 0 | 1): CostRule =>
  (args) => {
    const list = args[index] ?? null;
    const size = costSize(list);
    const first = isList(list) ? list[0] : undefined;
    const factor = typeof first === 'string' || first instanceof Uint8Array ? 2.1 : 2;
    return madeCost(size * size, factor);
  };

/** cel-go's own functions on lists (`ext.Lists`, version 3). */
export const LIST_EXTENSION: Library = {
  macros: [SORT_BY],
  functions: [
    {
      name: 'slice',
      overloads: [
        member(
          'list_slice',
          [LIST, INT, INT],
          LIST,
          ofList((list, start, end) => slice(list, toInt(start), toInt(end))),
        ),
      ],
    },
    {
      name: 'flatten',
      isUnguarded: true,
      overloads: [
        member('list_flatten', [listOf(LIST)], LIST, (list) => flattenAny(list)),
        member('list_flatten_int', [listOf(DYN), INT], listOf(DYN), flattenAny),
      ],
    },
    ...SORTS,
    { name: 'lists.range', overloads: [overload('lists_range', [INT], listOf(INT), (count) => range(toInt(count)))] },
    {
      name: 'reverse',
      overloads: [
        member(
          'list_reverse',
          [LIST],
          LIST,
          ofList((list) => list.toReversed()),
        ),
      ],
    },
    { name: 'distinct', overloads: [member('list_distinct', [LIST], LIST, ofList(distinct))] },
  ],
  costs: {
    list_slice: bySize,
    list_flatten: byDepth,
    list_flatten_int: byDepth,
    lists_range: bySize,
    list_reverse: bySize,
    list_distinct: byPairs(0),
    ...Object.fromEntries(ORDERED.map((type) => [`list_${nameOfType(type)}_sort`, byPairs(0)])),
    ...Object.fromEntries(ORDERED.map((type) => [`list_${nameOfType(type)}_sortByAssociatedKeys`, byPairs(1)])),
  },
};
