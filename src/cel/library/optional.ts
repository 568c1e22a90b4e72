import { call, copy, memberCall, type Expr } from '../ast.ts';
import { member, overload, type Implementation } from '../declaration.ts';
import { bind, type Macro } from '../macro.ts';
import { SchemaList } from '../schema-list.ts';
import { BOOL, DYN, INT, listOf, mapOf, opaque, optionalOf, parameter, STRING } from '../type.ts';
import { Duration, Failure, isList, MapValue, NO_SUCH_OVERLOAD, Optional, takeOut, Timestamp, Uint, type Value } from '../value.ts';
import { formatValue } from '../format-value.ts';
import type { Library } from './library.ts';

const K = parameter('K');
const V = parameter('V');
const OPTIONAL = optionalOf(V);
const LIST = listOf(V);
const MAP = mapOf(K, V);

function mapMacro(name: 'optMap' | 'optFlatMap'): Macro {
  return {
    name,
    count: 2,
    isMember: true,
    expand: ({ at, target, args: [variable, result] }) => {
      if (target === undefined || variable === undefined || result === undefined) return undefined;
      if (variable.kind !== 'ident') return { error: `${name}() variable name must be a simple identifier`, at: variable.at };
      const bound = bind(at, variable.name, memberCall(at, 'value', copy(target)), result);
      const present: Expr = name === 'optMap' ? call(at, 'optional.of', bound) : bound;
      return call(at, '_?_:_', memberCall(at, 'hasValue', target), present, call(at, 'optional.none'));
    },
  };
}

function isZero(value: Value): boolean {
  // Lists and objects with a schema do not tell that they are empty.
  if (value instanceof SchemaList || (value instanceof MapValue && (value.withoutType?.() ?? value) !== value)) return false;
  if (typeof value === 'string' || isList(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof MapValue) return value.size === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Timestamp) return value.nanos === -62_135_596_800_000_000_000n;
  return value === null || value === false || value === 0n || value === 0;
}

const unwrapAll: Implementation = (list) => {
  if (list === undefined || !isList(list)) return NO_SUCH_OVERLOAD;
  const values: Value[] = [];
  for (const item of list) {
    if (!(item instanceof Optional)) return new Failure(`value ${formatValue(item)} is not optional`);
    if (item.value !== undefined) values.push(item.value);
  }
  return values;
};

const end =
  (index: 0 | -1): Implementation =>
  (list) =>
    list !== undefined && isList(list) ? new Optional(list.at(index)) : NO_SUCH_OVERLOAD;

/** Optional values and the ways to select them (cel-go's `cel.OptionalTypes`). */
export const OPTIONAL_TYPES: Library = {
  types: [opaque('optional_type')],
  macros: [mapMacro('optMap'), mapMacro('optFlatMap')],
  functions: [
    { name: 'optional.of', overloads: [overload('optional_of', [V], OPTIONAL, (value) => new Optional(value))] },
    {
      name: 'optional.ofNonZeroValue',
      overloads: [
        overload('optional_ofNonZeroValue', [V], OPTIONAL, (value = null) => (isZero(value) ? Optional.none : new Optional(value))),
      ],
    },
    { name: 'optional.none', overloads: [overload('optional_none', [], OPTIONAL, () => Optional.none)] },
    {
      name: 'value',
      overloads: [
        member('optional_value', [OPTIONAL], V, (value) => {
          if (!(value instanceof Optional)) return NO_SUCH_OVERLOAD;
          return value.value === undefined ? new Failure('optional.none() dereference') : takeOut(value.value);
        }),
      ],
    },
    {
      name: 'hasValue',
      overloads: [
        member('optional_hasValue', [OPTIONAL], BOOL, (value) =>
          value instanceof Optional ? value.value !== undefined : NO_SUCH_OVERLOAD,
        ),
      ],
    },
    { name: 'or', overloads: [member('optional_or_optional', [OPTIONAL, OPTIONAL], OPTIONAL)] },
    { name: 'orValue', overloads: [member('optional_orValue_value', [OPTIONAL, V], V)] },
    { name: '_?._', overloads: [overload('select_optional_field', [DYN, STRING], OPTIONAL)] },
    {
      name: '_[?_]',
      overloads: [
        overload('list_optindex_optional_int', [LIST, INT], OPTIONAL),
        overload('optional_list_optindex_optional_int', [optionalOf(LIST), INT], OPTIONAL),
        overload('map_optindex_optional_value', [MAP, K], OPTIONAL),
        overload('optional_map_optindex_optional_value', [optionalOf(MAP), K], OPTIONAL),
      ],
    },
    {
      name: '_[_]',
      overloads: [
        overload('optional_list_index_int', [optionalOf(LIST), INT], OPTIONAL),
        overload('optional_map_index_value', [optionalOf(MAP), K], OPTIONAL),
      ],
    },
    { name: 'last', overloads: [member('list_last', [LIST], OPTIONAL, end(-1))] },
    { name: 'first', overloads: [member('list_first', [LIST], OPTIONAL, end(0))] },
    { name: 'optional.unwrap', overloads: [overload('optional_unwrap', [listOf(OPTIONAL)], LIST, unwrapAll)] },
    { name: 'unwrapOpt', overloads: [member('optional_unwrapOpt', [listOf(OPTIONAL)], LIST, unwrapAll)] },
  ],
};
