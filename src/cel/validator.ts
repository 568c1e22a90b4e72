import { childrenOf, type CallExpr, type Expr } from './ast.ts';
import { checkFormat } from './format-check.ts';
import type { Checked } from './checker.ts';
import { convert } from './convert.ts';
import type { Issue, Report, Source } from './issue.ts';
import { compilePattern } from './regex.ts';
import { formatType, isSameType, unwrapOptional, type CelType } from './type.ts';
import { Failure } from './value.ts';

/** What is wrong with the literals of an expression whose types are right (cel-go's AST validators). */
export function validate(source: Source, root: Expr, checked: Checked): readonly Issue[] {
  const issues: Issue[] = [];
  const report = (message: string, at: number): void => void issues.push(source.toIssue(message, at));
  const visit = (expr: Expr, isExempt: boolean): void => {
    if (expr.kind === 'call') checkCall(expr, report);
    if (expr.kind === 'list' && !isExempt) checkList(expr, checked, report);
    if (expr.kind === 'map' && !isExempt) checkMap(expr, checked, report);
    const isFormat = expr.kind === 'call' && expr.name === 'format';
    if (isFormat) checkFormat(expr, checked, report);
    for (const child of childrenOf(expr)) visit(child, isExempt || isFormat);
  };
  visit(root, false);
  return issues;
}

function checkCall({ name: written, args }: CallExpr, report: Report): void {
  const [literal] = args;
  // A leading dot names the same function.
  const name = written.replace(/^\./, '');
  if (literal?.kind !== 'literal') return;
  const { value } = literal;
  const isWrong = (): boolean => {
    if (name === 'duration' || name === 'timestamp') return convert(value, name) instanceof Failure;
    return name === 'matches' && typeof value === 'string' && compilePattern(value) instanceof Failure;
  };
  if (isWrong()) report(`invalid ${name} argument`, literal.at);
}

function mismatch(report: Report, at: number, expected: CelType, found: CelType): void {
  report(`expected type '${formatType(expected)}' but found '${formatType(found)}'`, at);
}

function checkList(expr: Expr & { readonly kind: 'list' }, checked: Checked, report: Report): void {
  let first: CelType | undefined;
  for (const { value, isOptional } of expr.elements) {
    const type = typeOf(checked, value, isOptional);
    first ??= type;
    if (isSameType(first, type)) continue;
    mismatch(report, value.at, first, type);
    return;
  }
}

function checkMap(expr: Expr & { readonly kind: 'map' }, checked: Checked, report: Report): void {
  let first: { readonly key: CelType; readonly value: CelType } | undefined;
  for (const { key, value, isOptional } of expr.entries) {
    const types = { key: checked.typeOf(key), value: typeOf(checked, value, isOptional) };
    first ??= types;
    if (!isSameType(first.key, types.key)) mismatch(report, key.at, first.key, types.key);
    if (!isSameType(first.value, types.value)) mismatch(report, value.at, first.value, types.value);
  }
}

function typeOf(checked: Checked, value: Expr, isOptional: boolean): CelType {
  const type = checked.typeOf(value);
  return isOptional ? (unwrapOptional(type) ?? type) : type;
}
