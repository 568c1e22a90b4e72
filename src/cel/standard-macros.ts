import { copy } from './ast.ts';
import { collect, loop, quantify, readVariables, type Expansion, type Macro, type MacroCall } from './macro.ts';

function quantifier(name: string, kind: 'all' | 'exists' | 'exists_one'): Macro {
  return {
    name,
    count: 2,
    isMember: true,
    expand: (call) => {
      const [variable, test] = call.args;
      if (variable === undefined || test === undefined) return undefined;
      const variables = readVariables([variable], 'argument must be a simple name');
      return 'error' in variables ? variables : loop(call, variables.names, quantify(kind, call.at, test));
    },
  };
}

function expandMap(call: MacroCall): Expansion {
  const [variable, ...rest] = call.args;
  const element = rest.at(-1);
  if (variable === undefined || element === undefined) return undefined;
  const variables = readVariables([variable], 'argument is not an identifier');
  if ('error' in variables) return variables;
  return loop(call, variables.names, collect(call.at, element, rest.length === 2 ? rest[0] : undefined));
}

function expandFilter(call: MacroCall): Expansion {
  const [variable, test] = call.args;
  if (variable === undefined || test === undefined) return undefined;
  const variables = readVariables([variable], 'argument is not an identifier');
  return 'error' in variables ? variables : loop(call, variables.names, collect(call.at, copy(variable), test));
}

function expandHas({ at, args }: MacroCall): Expansion {
  const [field] = args;
  if (field === undefined) return undefined;
  return field.kind === 'select' ? { ...field, at, isTest: true } : { error: 'invalid argument to has() macro', at: field.at };
}

/** The macros of the language itself (cel-go's `parser/macro.go`). */
export const STANDARD_MACROS: readonly Macro[] = [
  quantifier('all', 'all'),
  quantifier('exists', 'exists'),
  quantifier('exists_one', 'exists_one'),
  { name: 'filter', count: 2, isMember: true, expand: expandFilter },
  { name: 'has', count: 1, isMember: false, expand: expandHas },
  { name: 'map', count: 2, isMember: true, expand: expandMap },
  { name: 'map', count: 3, isMember: true, expand: expandMap },
];
