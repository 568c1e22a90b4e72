import type { CallExpr, Expr } from './ast.ts';
import type { Checked } from './checker.ts';
import type { Report } from './issue.ts';
import { explainClause, readClauses } from './library/format-clause.ts';
import { isDynamic, nameOfType, type CelType } from './type.ts';

const KINDS: Readonly<Record<string, readonly CelType['kind'][]>> = {
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
  s: ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null'],
};

/** Finds what is wrong with a written format and a written list of its arguments, before they are evaluated. */
export function checkFormat({ at, target, args: [list] }: CallExpr, checked: Checked, report: Report): void {
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || list?.kind !== 'list') return;
  const args = list.elements.map(({ value }) => value);
  let count = 0;
  for (const clause of readClauses(target.value)) {
    if ('text' in clause) continue;
    const arg = args[count];
    if ('error' in clause && clause.error === 'unexpected end of string') return report(clause.error, at);
    if (arg === undefined) return report(`index ${count} out of range`, at);
    if ('error' in clause) return report(clause.error, at);
    const wrong = findUnfit(arg, clause.verb, checked);
    if (wrong !== undefined) {
      const why = explainClause(clause.verb, nameOfType(checked.typeOf(wrong)));
      return report(`error during formatting: ${why}`, wrong.at);
    }
    count++;
  }
  if (args.length > count) report(`too many arguments supplied to string.format (expected ${count}, got ${args.length})`, at);
}

/** The argument, or the part of it, that a clause does not take. */
function findUnfit(expr: Expr, verb: string, checked: Checked): Expr | undefined {
  const type = checked.typeOf(expr);
  if (!isDynamic(type) && KINDS[verb]?.includes(type.kind) !== true) return expr;
  if (verb !== 's') return undefined;
  const parts =
    expr.kind === 'list'
      ? expr.elements.map(({ value }) => value)
      : expr.kind === 'map'
        ? expr.entries.flatMap(({ key, value }) => [key, value])
        : [];
  for (const part of parts) {
    const found = findUnfit(part, verb, checked);
    if (found !== undefined) return found;
  }
  return undefined;
}
