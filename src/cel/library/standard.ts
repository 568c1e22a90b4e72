import { add, divide, modulo, multiply, negate, refuse, subtract } from '../arithmetic.ts';
import { convert, type Target } from '../convert.ts';
import { member, overload, type FunctionDeclaration, type Implementation, type Overload } from '../declaration.ts';
import { isAmong, compare, isEqual, isOrdered } from '../equality.ts';
import { compilePattern } from '../regex.ts';
import { STANDARD_MACROS } from '../standard-macros.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  parameter,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
  type CelType,
} from '../type.ts';
import { Failure, isList, MapValue, NO_SUCH_OVERLOAD, sizeOf, TypeValue, typeNameOf, type Result, type Value } from '../value.ts';
import type { Library } from './library.ts';
import { TIME_FUNCTIONS } from './time.ts';

const A = parameter('A');
const B = parameter('B');
const LIST = listOf(A);
const MAP = mapOf(A, B);

const NAMES: ReadonlyMap<CelType, string> = new Map([
  [BOOL, 'bool'],
  [BYTES, 'bytes'],
  [DOUBLE, 'double'],
  [DURATION, 'duration'],
  [INT, 'int64'],
  [STRING, 'string'],
  [TIMESTAMP, 'timestamp'],
  [UINT, 'uint64'],
]);

function nameOf(type: CelType): string {
  return NAMES.get(type) ?? type.kind;
}

/** An operator whose operands and result are of one type, for each of these. */
function uniform(operator: string, verb: string, types: readonly CelType[], run: Implementation): FunctionDeclaration {
  return { name: operator, overloads: types.map((type) => overload(`${verb}_${nameOf(type)}`, [type, type], type)), run };
}

function ordering(operator: string, verb: string, holds: (order: number) => boolean): FunctionDeclaration {
  const numbers = [INT, UINT, DOUBLE];
  const overloads = [BOOL, ...numbers, STRING, BYTES, TIMESTAMP, DURATION].map((type) =>
    overload(`${verb}_${nameOf(type)}`, [type, type], BOOL),
  );
  const mixed = numbers.flatMap((a) =>
    numbers.filter((b) => b !== a).map((b) => overload(`${verb}_${nameOf(a)}_${nameOf(b)}`, [a, b], BOOL)),
  );
  return {
    name: operator,
    overloads: [...overloads, ...mixed],
    run: (a = null, b = null) => {
      if (!isOrdered(a)) return refuse(operator, a);
      const order = compare(a, b);
      return order instanceof Failure ? order : holds(order);
    },
  };
}

const binary =
  (run: (a: Value, b: Value) => Result): Implementation =>
  (a = null, b = null) =>
    run(a, b);

const OPERATORS: readonly FunctionDeclaration[] = [
  { name: '_?_:_', overloads: [overload('conditional', [BOOL, A, A], A)], run: () => NO_SUCH_OVERLOAD },
  { name: '_&&_', overloads: [overload('logical_and', [BOOL, BOOL], BOOL)], run: () => NO_SUCH_OVERLOAD },
  { name: '_||_', overloads: [overload('logical_or', [BOOL, BOOL], BOOL)], run: () => NO_SUCH_OVERLOAD },
  { name: '!_', overloads: [overload('logical_not', [BOOL], BOOL)], run: (a) => (typeof a === 'boolean' ? !a : NO_SUCH_OVERLOAD) },
  { name: '@not_strictly_false', overloads: [overload('not_strictly_false', [BOOL], BOOL)], run: (a = null) => a },
  { name: '_==_', overloads: [overload('equals', [A, A], BOOL)], run: binary(isEqual) },
  { name: '_!=_', overloads: [overload('not_equals', [A, A], BOOL)], run: binary((a, b) => isEqual(a, b) !== true) },
  {
    name: '_+_',
    overloads: [
      overload('add_bytes', [BYTES, BYTES], BYTES),
      overload('add_double', [DOUBLE, DOUBLE], DOUBLE),
      overload('add_duration_duration', [DURATION, DURATION], DURATION),
      overload('add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP),
      overload('add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP),
      overload('add_int64', [INT, INT], INT),
      overload('add_list', [LIST, LIST], LIST),
      overload('add_string', [STRING, STRING], STRING),
      overload('add_uint64', [UINT, UINT], UINT),
    ],
    run: binary(add),
  },
  {
    name: '_-_',
    overloads: [
      overload('subtract_double', [DOUBLE, DOUBLE], DOUBLE),
      overload('subtract_duration_duration', [DURATION, DURATION], DURATION),
      overload('subtract_int64', [INT, INT], INT),
      overload('subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP),
      overload('subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION),
      overload('subtract_uint64', [UINT, UINT], UINT),
    ],
    run: binary(subtract),
  },
  uniform('_*_', 'multiply', [DOUBLE, INT, UINT], binary(multiply)),
  uniform('_/_', 'divide', [DOUBLE, INT, UINT], binary(divide)),
  uniform('_%_', 'modulo', [INT, UINT], binary(modulo)),
  {
    name: '-_',
    overloads: [overload('negate_double', [DOUBLE], DOUBLE), overload('negate_int64', [INT], INT)],
    run: (a = null) => negate(a),
  },
  ordering('_<_', 'less', (order) => order < 0),
  ordering('_<=_', 'less_equals', (order) => order <= 0),
  ordering('_>_', 'greater', (order) => order > 0),
  ordering('_>=_', 'greater_equals', (order) => order >= 0),
  { name: '_[_]', overloads: [overload('index_list', [LIST, INT], A), overload('index_map', [MAP, A], B)], run: () => NO_SUCH_OVERLOAD },
  { name: '@in', overloads: [overload('in_list', [A, LIST], BOOL), overload('in_map', [A, MAP], BOOL)], run: binary(isIn) },
];

function isIn(item: Value, collection: Value): Result {
  if (isList(collection)) return isAmong(item, collection);
  if (!(collection instanceof MapValue)) return NO_SUCH_OVERLOAD;
  const found = collection.find(item);
  return found instanceof Failure ? found : found !== undefined;
}

/** `size` of texts, bytes, lists and maps, as a function and as a member. */
const SIZE: FunctionDeclaration = {
  name: 'size',
  overloads: [BYTES, LIST, MAP, STRING].flatMap((type) => {
    return [overload(`size_${type.kind}`, [type], INT), member(`${type.kind}_size`, [type], INT)];
  }),
  run: (value = null) => {
    const size = isCounted(value) ? sizeOf(value) : undefined;
    return size === undefined ? refuse('size', value) : BigInt(size);
  },
};

function isCounted(value: Value): boolean {
  return typeof value === 'string' || value instanceof Uint8Array || isList(value) || value instanceof MapValue;
}

const SOURCES: Readonly<Record<Target, readonly CelType[]>> = {
  bool: [BOOL, STRING],
  bytes: [BYTES, STRING],
  double: [DOUBLE, INT, STRING, UINT],
  duration: [DURATION, INT, STRING],
  int: [INT, DOUBLE, DURATION, STRING, TIMESTAMP, UINT],
  string: [STRING, BOOL, BYTES, DOUBLE, DURATION, INT, TIMESTAMP, UINT],
  timestamp: [TIMESTAMP, INT, STRING],
  uint: [UINT, DOUBLE, INT, STRING],
};
const RESULTS: Readonly<Record<Target, CelType>> = {
  bool: BOOL,
  bytes: BYTES,
  double: DOUBLE,
  duration: DURATION,
  int: INT,
  string: STRING,
  timestamp: TIMESTAMP,
  uint: UINT,
};

function conversion(target: Target): FunctionDeclaration {
  const overloads = SOURCES[target].map((source): Overload => {
    return overload(`${nameOf(source)}_to_${nameOf(RESULTS[target])}`, [source], RESULTS[target], (value = null) => convert(value, target));
  });
  return { name: target, overloads };
}

const CONVERSIONS: readonly FunctionDeclaration[] = [
  conversion('bool'),
  conversion('bytes'),
  conversion('double'),
  conversion('duration'),
  conversion('int'),
  conversion('string'),
  conversion('timestamp'),
  conversion('uint'),
  { name: 'dyn', overloads: [overload('to_dyn', [A], DYN)], run: (value = null) => value },
  { name: 'type', overloads: [overload('type', [A], typeOf(A))], run: (value = null) => new TypeValue(typeNameOf(value)) },
];

function textual(name: string, id: string, test: (text: string, part: string) => boolean): FunctionDeclaration {
  const run: Implementation = (text, part) => (typeof text === 'string' && typeof part === 'string' ? test(text, part) : NO_SUCH_OVERLOAD);
  return { name, overloads: [member(id, [STRING, STRING], BOOL, run)], isUnguarded: true };
}

function matches(text: Value | undefined, pattern: Value | undefined): Result {
  if (typeof text !== 'string') return refuse('matches', text ?? null);
  if (typeof pattern !== 'string') return NO_SUCH_OVERLOAD;
  const compiled = compilePattern(pattern);
  return compiled instanceof Failure ? compiled : compiled.test(text);
}

const TEXTS: readonly FunctionDeclaration[] = [
  textual('contains', 'contains_string', (text, part) => text.includes(part)),
  textual('endsWith', 'ends_with_string', (text, part) => text.endsWith(part)),
  textual('startsWith', 'starts_with_string', (text, part) => text.startsWith(part)),
  {
    name: 'matches',
    overloads: [overload('matches', [STRING, STRING], BOOL), member('matches_string', [STRING, STRING], BOOL)],
    run: matches,
  },
];

/** The functions and macros of the language itself (cel-go's `common/stdlib`). */
export const STANDARD: Library = {
  functions: [...OPERATORS, SIZE, ...CONVERSIONS, ...TEXTS, ...TIME_FUNCTIONS],
  macros: STANDARD_MACROS,
  types: [BOOL, BYTES, DOUBLE, DURATION, INT, LIST, MAP, NULL, STRING, TIMESTAMP, UINT],
};
