import { compileCel, createEnvironment, DYN, formatType, type Environment, type Program } from '../../cel/index.ts';
import type { KubernetesObject } from '../../model/index.ts';
import { isObject } from '../../std/index.ts';
import { toCurrent, toFailed, toInProgress, type Health } from './health.ts';

/** What tells the health of a kind in CEL, as Flux's `healthCheckExprs` do. */
export interface HealthExpressions {
  readonly apiVersion: string;
  readonly kind: string;
  /** True once nothing more is awaited. */
  readonly current: string;
  readonly inProgress?: string;
  readonly failed?: string;
}

export type HealthField = 'current' | 'failed' | 'inProgress';

/** Rules by `apiVersion/Kind`, in place of those that the kind would have. */
export type HealthRules = ReadonlyMap<string, (object: KubernetesObject) => Health>;

/** What is wrong with an expression: in which rule, in which of its fields, and where in that. */
export interface HealthFault {
  readonly rule: number;
  readonly field: HealthField;
  readonly message: string;
  /** From 1; of the expression. */
  readonly line: number;
  readonly column: number;
}

/** The libraries that the expressions may use, whatever the version of the cluster is: it has no part in them. */
const VERSION = '1.36';
const PARTS = ['apiVersion', 'data', 'kind', 'metadata', 'spec', 'status'];
/** The order in which they are asked (Flux's RFC 0009): what is true first decides. */
const ORDER: readonly HealthField[] = ['inProgress', 'failed', 'current'];

/** Compiles expressions to rules, or says what is wrong with the first that is none. */
export function compileHealthRules(
  expressions: readonly HealthExpressions[],
): { readonly rules: HealthRules } | { readonly fault: HealthFault } {
  const variables = Object.fromEntries([...PARTS, 'object'].map((name) => [name, DYN]));
  const environment = createEnvironment({ version: VERSION, variables });
  const rules = new Map<string, (object: KubernetesObject) => Health>();
  for (const [index, rule] of expressions.entries()) {
    const programs: (readonly [HealthField, Program])[] = [];
    for (const field of ORDER) {
      const text = rule[field];
      if (text === undefined) continue;
      const compiled = compile(text, environment);
      if ('message' in compiled) return { fault: { rule: index, field, ...compiled } };
      programs.push([field, compiled.program]);
    }
    rules.set(`${rule.apiVersion}/${rule.kind}`, (object) => assess(object, programs));
  }
  return { rules };
}

function compile(text: string, environment: Environment): { readonly program: Program } | Pick<HealthFault, 'message' | 'line' | 'column'> {
  const compiled = compileCel(text, environment);
  if (!compiled.ok) {
    const [{ message, line, column } = { message: compiled.message, line: 1, column: 1 }] = compiled.issues;
    return { message, line, column };
  }
  const { type } = compiled.program;
  if (type.kind === 'bool' || type.kind === 'dyn') return { program: compiled.program };
  return { message: `must be true or false, and is of type ${formatType(type)}`, line: 1, column: 1 };
}

function assess(object: KubernetesObject, programs: readonly (readonly [HealthField, Program])[]): Health {
  const parts = Object.fromEntries(PARTS.map((name) => [name, object[name] ?? {}]));
  const problems: string[] = [];
  for (const [field, program] of programs) {
    const result = program.evaluate({ ...parts, object: isObject(object) ? object : {} });
    if (result.outcome === 'error') problems.push(`${field}: ${result.error}`);
    if (result.outcome !== 'value' || result.value !== true) continue;
    return field === 'current'
      ? toCurrent('Resource is current')
      : field === 'failed'
        ? toFailed('HealthExpression', 'the expression for failed is true')
        : toInProgress('HealthExpression', 'the expression for inProgress is true');
  }
  // A status that is not written yet is what most errors come from.
  const [problem] = problems;
  return problem === undefined
    ? toInProgress('HealthExpression', 'the expression for current is not true')
    : toInProgress('HealthExpressionFailed', `an expression cannot be evaluated: ${problem}`);
}
