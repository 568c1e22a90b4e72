import type { Expr } from './ast.ts';
import { exactly, type Range } from './estimate-range.ts';
import { parametersOf, unwrapOptional, type CelType } from './type.ts';
import { sizeOf, type Value } from './value.ts';

/** What an estimate knows of a part of an expression. */
export interface Sized {
  /** The way to it from a variable: names of fields, `@items`, `@keys`, `@values`; empty where there is none. */
  readonly path: readonly string[];
  readonly type: CelType;
  readonly size: Range | undefined;
  readonly expr?: Expr;
}

/** How large the value at the end of a path may be, which begins at the root type whatever its first name is. */
export function sizeAt(root: CelType, path: readonly string[]): Range | undefined {
  if (path.length === 0) return undefined;
  let at: CelType | undefined = root;
  for (const name of path.slice(1)) {
    at = stepInto(at, name);
    if (at === undefined) return undefined;
  }
  return { min: 0n, max: BigInt(at.facts?.mostElements ?? 0) };
}

function stepInto(type: CelType, name: string): CelType | undefined {
  if (name === '@items' || name === '@values') return type.kind === 'list' ? type.element : type.kind === 'map' ? type.value : undefined;
  if (name === '@keys') return type.kind === 'map' ? type.key : undefined;
  return type.kind === 'struct' ? type.fields?.get(name)?.type : undefined;
}

/** The size that an expression itself shows; undefined where it shows none. */
export function sizeOfLiteral(expr: Expr): Range | undefined {
  if (expr.kind === 'literal') return exactly(sizeOf(expr.value) ?? 1);
  if (expr.kind === 'list') return exactly(expr.elements.length);
  return expr.kind === 'map' ? exactly(expr.entries.length) : undefined;
}

/** Whether all values of a type are of the same size. */
export function isScalar(type: CelType): boolean {
  const inner = unwrapOptional(type);
  return inner === undefined ? ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(type.kind) : isScalar(inner);
}

/** The elements of a list; undefined for what has none. */
export function elementOf({ path, type }: Sized): Sized | undefined {
  const [element] = parametersOf(type);
  if (element === undefined) return undefined;
  return { path: path.length === 0 ? [] : [...path, '@items'], type: element, size: undefined };
}

/** The whole number that an expression spells, if it does. */
export function literalOf(sized: Sized | undefined): Value | undefined {
  return sized?.expr?.kind === 'literal' ? sized.expr.value : undefined;
}
