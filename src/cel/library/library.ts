import type { CostRule } from '../cost.ts';
import type { FunctionDeclaration } from '../declaration.ts';
import type { Macro } from '../macro.ts';
import type { StructType } from '../struct-type.ts';
import type { CelType } from '../type.ts';
import type { Result, Value } from '../value.ts';

/** A type of which expressions make values: `Object.spec{replicas: 3}`. */
export interface MadeType {
  readonly type: StructType;
  readonly make: (fields: ReadonlyMap<string, Value>) => Result;
}

/** The types of which expressions make values, by their names. */
export type FindMade = (name: string) => MadeType | undefined;

/** What an environment may be given: functions, macros, names of types, and what calls cost. */
export interface Library {
  readonly functions?: readonly FunctionDeclaration[];
  readonly macros?: readonly Macro[];
  readonly types?: readonly CelType[];
  readonly findMade?: FindMade;
  /** What overloads cost that this library rules itself, by their identifiers. */
  readonly costs?: Readonly<Record<string, CostRule>>;
}
