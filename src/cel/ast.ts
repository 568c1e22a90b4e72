import type { Value } from './value.ts';

/** An expression. `at` is the offset, in code points, that an error about it points to. Two nodes are never the same object. */
export type Expr =
  | { readonly kind: 'literal'; readonly at: number; readonly value: Value }
  | IdentExpr
  | SelectExpr
  | CallExpr
  | ListExpr
  | MapExpr
  | StructExpr
  | ComprehensionExpr;

export interface IdentExpr {
  readonly kind: 'ident';
  readonly at: number;
  readonly name: string;
}

export interface SelectExpr {
  readonly kind: 'select';
  readonly at: number;
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)`. */
  readonly isTest: boolean;
}

export interface CallExpr {
  readonly kind: 'call';
  readonly at: number;
  readonly name: string;
  readonly target: Expr | undefined;
  readonly args: readonly Expr[];
}

export interface ListExpr {
  readonly kind: 'list';
  readonly at: number;
  readonly elements: readonly { readonly value: Expr; readonly isOptional: boolean }[];
}

export interface MapExpr {
  readonly kind: 'map';
  readonly at: number;
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly isOptional: boolean }[];
}

export interface StructExpr {
  readonly kind: 'struct';
  readonly at: number;
  readonly name: string;
  readonly fields: readonly { readonly at: number; readonly name: string; readonly value: Expr; readonly isOptional: boolean }[];
}

export interface ComprehensionExpr {
  readonly kind: 'comprehension';
  readonly at: number;
  readonly range: Expr;
  readonly variable: string;
  /** With two variables the first is the index or key, and this the value. */
  readonly second: string | undefined;
  readonly accumulator: string;
  readonly initial: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** The accumulator's name, which no expression can write. */
export const ACCUMULATOR = '@result';

export function literal(at: number, value: Value): Expr {
  return { kind: 'literal', at, value };
}

export function ident(at: number, name: string): Expr {
  return { kind: 'ident', at, name };
}

export function call(at: number, name: string, ...args: readonly Expr[]): CallExpr {
  return { kind: 'call', at, name, target: undefined, args };
}

export function memberCall(at: number, name: string, target: Expr, ...args: readonly Expr[]): CallExpr {
  return { kind: 'call', at, name, target, args };
}

export function list(at: number, ...elements: readonly Expr[]): ListExpr {
  return { kind: 'list', at, elements: elements.map((value) => ({ value, isOptional: false })) };
}

/** The same expression in other objects, for a macro that needs it twice. */
export function copy(expr: Expr): Expr {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return { ...expr };
    case 'select':
      return { ...expr, operand: copy(expr.operand) };
    case 'call':
      return { ...expr, target: expr.target === undefined ? undefined : copy(expr.target), args: expr.args.map(copy) };
    case 'list':
      return { ...expr, elements: expr.elements.map((element) => ({ ...element, value: copy(element.value) })) };
    case 'map':
      return { ...expr, entries: expr.entries.map((entry) => ({ ...entry, key: copy(entry.key), value: copy(entry.value) })) };
    case 'struct':
      return { ...expr, fields: expr.fields.map((field) => ({ ...field, value: copy(field.value) })) };
    case 'comprehension':
      return {
        ...expr,
        range: copy(expr.range),
        initial: copy(expr.initial),
        condition: copy(expr.condition),
        step: copy(expr.step),
        result: copy(expr.result),
      };
  }
}

/** The expressions that an expression is directly made of, in the order in which they are written. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case 'list':
      return expr.elements.map(({ value }) => value);
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'comprehension':
      return [expr.range, expr.initial, expr.condition, expr.step, expr.result];
  }
}

/** The names that an expression such as `a.b.c` spells; undefined for any other. */
export function toQualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.isTest) return undefined;
  const prefix = toQualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
