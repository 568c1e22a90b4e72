import { ACCUMULATOR, call, ident, literal, type Expr } from '../ast.ts';
import { overload } from '../declaration.ts';
import { EntryMap } from '../entry-map.ts';
import { formatValue } from '../format-value.ts';
import { collect, loop, quantify, readVariables, type LoopParts, type Macro } from '../macro.ts';
import { mapOf, parameter } from '../type.ts';
import { Failure, MapValue, NO_SUCH_OVERLOAD, type Result, type Value } from '../value.ts';
import type { Library } from './library.ts';

const K = parameter('K');
const V = parameter('V');
const MAP = mapOf(K, V);

/** A macro with two variables, and what its loop does with the arguments after them. */
function macro(
  name: string,
  count: number,
  body: (at: number, names: readonly string[], rest: readonly Expr[]) => LoopParts | undefined,
): Macro {
  return {
    name,
    count,
    isMember: true,
    expand: (found) => {
      const [first, second, ...rest] = found.args;
      if (first === undefined || second === undefined) return undefined;
      const variables = readVariables([first, second], 'argument must be a simple name');
      if ('error' in variables) return variables;
      const [a = '', b = ''] = variables.names;
      if (a === b) return { error: `duplicate variable name: ${a}`, at: second.at };
      const parts = body(found.at, variables.names, rest);
      return parts === undefined ? undefined : loop(found, variables.names, parts);
    },
  };
}

function quantifier(name: string, kind: 'all' | 'exists' | 'exists_one'): Macro {
  return macro(name, 3, (at, _, [test]) => (test === undefined ? undefined : quantify(kind, at, test)));
}

function filtered(at: number, initial: Expr, step: Expr, filter: Expr | undefined): LoopParts {
  const whole = filter === undefined ? step : call(at, '_?_:_', filter, step, ident(at, ACCUMULATOR));
  return { initial, condition: literal(at, true), step: whole };
}

function transformList(count: number): Macro {
  return macro('transformList', count, (at, _, rest) => {
    const element = rest.at(-1);
    return element === undefined ? undefined : collect(at, element, rest.length === 2 ? rest[0] : undefined);
  });
}

function transformMap(name: 'transformMap' | 'transformMapEntry', count: number): Macro {
  return macro(name, count, (at, [key = ''], rest) => {
    const value = rest.at(-1);
    if (value === undefined) return undefined;
    const inserted = name === 'transformMap' ? [ident(at, key), value] : [value];
    const step = call(at, 'cel.@mapInsert', ident(at, ACCUMULATOR), ...inserted);
    return filtered(at, { kind: 'map', at, entries: [] }, step, rest.length === 2 ? rest[0] : undefined);
  });
}

function insert(map: Result, key: Value, value: Value): Result {
  if (!(map instanceof EntryMap)) return NO_SUCH_OVERLOAD;
  return map.find(key) === undefined ? map.with(key, value) : new Failure(`insert failed: key ${formatValue(key)} already exists`);
}

function insertAll(map: Value, entries: Value): Result {
  if (!(entries instanceof MapValue)) return NO_SUCH_OVERLOAD;
  let result: Result = map;
  for (const key of entries.keys()) {
    const value = entries.find(key);
    result = insert(result, key, (value ?? null) as Value);
    if (result instanceof Failure) return result;
  }
  return result;
}

/** The macros with two variables (cel-go's `ext.TwoVarComprehensions`). */
export const COMPREHENSIONS: Library = {
  macros: [
    quantifier('all', 'all'),
    quantifier('exists', 'exists'),
    quantifier('existsOne', 'exists_one'),
    quantifier('exists_one', 'exists_one'),
    transformList(3),
    transformList(4),
    transformMap('transformMap', 3),
    transformMap('transformMap', 4),
    transformMap('transformMapEntry', 3),
    transformMap('transformMapEntry', 4),
  ],
  functions: [
    {
      name: 'cel.@mapInsert',
      overloads: [
        overload('@mapInsert_map_key_value', [MAP, K, V], MAP, (map = null, key = null, value = null) => insert(map, key, value)),
        overload('@mapInsert_map_map', [MAP, MAP], MAP, (map = null, entries = null) => insertAll(map, entries)),
      ],
    },
  ],
};
