import { ACCUMULATOR, call, ident, list, literal, type ComprehensionExpr, type Expr } from './ast.ts';

/** A call that the parser may replace. `at` is the place of its parenthesis. */
export interface MacroCall {
  readonly at: number;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
}

/** What a call is replaced by; undefined if it is an ordinary call after all. */
export type Expansion = Expr | { readonly error: string; readonly at: number } | undefined;

/** A form of call that stands for another expression. */
export interface Macro {
  readonly name: string;
  readonly count: number;
  readonly isMember: boolean;
  expand(call: MacroCall): Expansion;
}

/** Macros by what a call must look like. */
export class MacroTable {
  readonly #macros: ReadonlyMap<string, Macro>;

  constructor(macros: readonly Macro[]) {
    this.#macros = new Map(macros.map((macro) => [toKey(macro.name, macro.count, macro.isMember), macro]));
  }

  find(name: string, count: number, isMember: boolean): Macro | undefined {
    return this.#macros.get(toKey(name, count, isMember));
  }
}

function toKey(name: string, count: number, isMember: boolean): string {
  return `${name}:${count}:${isMember ? 'member' : 'global'}`;
}

/** The names of a loop, or what is wrong with them. */
export type Variables = { readonly names: readonly string[] } | { readonly error: string; readonly at: number };

/** Takes the names of a loop's variables from its first arguments. */
export function readVariables(args: readonly Expr[], complaint: string): Variables {
  const names: string[] = [];
  for (const arg of args) {
    if (arg.kind !== 'ident') return { error: complaint, at: arg.at };
    names.push(arg.name);
  }
  for (const arg of args)
    if (arg.kind === 'ident' && (arg.name === ACCUMULATOR || arg.name === '__result__'))
      return { error: 'iteration variable overwrites accumulator variable', at: arg.at };
  return { names };
}

/** The loop of a macro, before it is told what to do. */
export interface LoopParts {
  readonly initial: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result?: Expr;
}

/** A loop over the call's target. */
export function loop({ at, target }: MacroCall, names: readonly string[], parts: LoopParts): ComprehensionExpr | undefined {
  const [variable = '', second] = names;
  if (target === undefined) return undefined;
  return {
    kind: 'comprehension',
    at,
    range: target,
    variable,
    second,
    accumulator: ACCUMULATOR,
    initial: parts.initial,
    condition: parts.condition,
    step: parts.step,
    result: parts.result ?? ident(at, ACCUMULATOR),
  };
}

/** An expression with a name given to a value, which is only computed where the name is used. */
export function bind(at: number, name: string, value: Expr, result: Expr): Expr {
  return {
    kind: 'comprehension',
    at,
    range: list(at),
    variable: '#unused',
    second: undefined,
    accumulator: name,
    initial: value,
    condition: literal(at, false),
    step: ident(at, name),
    result,
  };
}

/** The loop that asks of all elements, of any, or of exactly one, whether something holds. */
export function quantify(kind: 'all' | 'exists' | 'exists_one', at: number, test: Expr): LoopParts {
  const found = ident(at, ACCUMULATOR);
  switch (kind) {
    case 'all':
      return {
        initial: literal(at, true),
        condition: call(at, '@not_strictly_false', ident(at, ACCUMULATOR)),
        step: call(at, '_&&_', found, test),
      };
    case 'exists':
      return {
        initial: literal(at, false),
        condition: call(at, '@not_strictly_false', call(at, '!_', ident(at, ACCUMULATOR))),
        step: call(at, '_||_', found, test),
      };
    case 'exists_one':
      return {
        initial: literal(at, 0n),
        condition: literal(at, true),
        step: call(at, '_?_:_', test, call(at, '_+_', found, literal(at, 1n)), ident(at, ACCUMULATOR)),
        result: call(at, '_==_', ident(at, ACCUMULATOR), literal(at, 1n)),
      };
  }
}

/** The loop that adds an element for each, or for each that a filter lets pass. */
export function collect(at: number, element: Expr, filter: Expr | undefined): LoopParts {
  const step = call(at, '_+_', ident(at, ACCUMULATOR), list(at, element));
  return {
    initial: list(at),
    condition: literal(at, true),
    step: filter === undefined ? step : call(at, '_?_:_', filter, step, ident(at, ACCUMULATOR)),
  };
}
