import type { CostRule } from '../cost.ts';
import type { FunctionDeclaration } from '../declaration.ts';
import type { Macro } from '../macro.ts';
import type { CelType } from '../type.ts';

/** What an environment may be given: functions, macros, names of types, and what calls cost. */
export interface Library {
  readonly functions?: readonly FunctionDeclaration[];
  readonly macros?: readonly Macro[];
  readonly types?: readonly CelType[];
  /** What overloads cost that this library rules itself, by their identifiers. */
  readonly costs?: Readonly<Record<string, CostRule>>;
}
