import { bind } from '../macro.ts';
import type { Library } from './library.ts';

/** `cel.bind(name, value, result)`, which only some uses of CEL have, such as device selectors (cel-go's `ext.Bindings`). */
export const BINDINGS: Library = {
  macros: [
    {
      name: 'bind',
      count: 3,
      isMember: true,
      expand: ({ at, target, args: [variable, value, result] }) => {
        if (target?.kind !== 'ident' || target.name !== 'cel') return undefined;
        if (variable === undefined || value === undefined || result === undefined) return undefined;
        if (variable.kind !== 'ident') return { error: 'cel.bind() variable names must be simple identifiers', at: variable.at };
        return bind(at, variable.name, value, result);
      },
    },
  ],
};
