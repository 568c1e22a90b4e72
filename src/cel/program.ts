import { check, type Checked } from './checker.ts';
import type { Expr } from './ast.ts';
import { BudgetSpent, Meter } from './cost.ts';
import type { Environment } from './environment.ts';
import { estimateCost } from './estimate.ts';
import type { Range } from './estimate-range.ts';
import { showIssues, sortIssues, Source, type Issue } from './issue.ts';
import { toValue, type Binding } from './json-value.ts';
import { parse } from './parser.ts';
import { plan, PlanProblem } from './plan.ts';
import { Variables } from './scope.ts';
import type { Step } from './step.ts';
import type { CelType } from './type.ts';
import { validate } from './validator.ts';
import { Failure, Unknown, type Value } from './value.ts';

/** What an expression may cost when it is evaluated once (`PerCallLimit` of `k8s.io/apiserver/pkg/apis/cel`). */
export const CALL_LIMIT = 1_000_000;

/** What an evaluation came to, and what it cost. An unknown one depends on variables that are not known. */
export type Evaluation =
  | { readonly outcome: 'value'; readonly value: Value; readonly cost: number }
  | { readonly outcome: 'error'; readonly error: string; readonly cost: number }
  | { readonly outcome: 'unknown'; readonly cost: number };

export interface EvaluateOptions {
  /** What it may cost at most; `CALL_LIMIT` unless told. */
  readonly budget?: number;
}

/** An expression that can be evaluated. */
export interface Program {
  readonly type: CelType;
  /** The overloads that its calls were found to mean, by their identifiers in cel-go. */
  readonly overloads: readonly string[];
  /** Whether the expression names a variable of the environment. */
  uses(variable: string): boolean;
  /** What an evaluation may cost, from the least to the most, where `self` and `oldSelf` are of this type. */
  estimateCost(root: CelType): Range;
  /** Evaluates the expression. A variable that is not given is an error for the expression that uses it. */
  evaluate(variables: Readonly<Record<string, Binding>>, options?: EvaluateOptions): Evaluation;
}

/**
 * A program, or all that is wrong: each issue by itself, and together as the API server shows them. `type` is known of what is
 * well typed and cannot be made ready all the same.
 */
export type Compilation =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly message: string; readonly type?: CelType };

/** Compiles an expression as the API server would: parses it, finds its types, checks its literals and makes it ready. */
export function compileCel(expression: string, environment: Environment): Compilation {
  const source = new Source(expression);
  const fail = (issues: readonly Issue[]): Compilation => ({ ok: false, issues: sortIssues(issues), message: showIssues(source, issues) });
  const parsed = parse(source, environment.macros);
  if ('issues' in parsed) return fail(parsed.issues);
  const { checked, issues } = check(source, parsed.expr, environment.declarations);
  if (issues.length > 0) return fail(issues);
  const found = validate(source, parsed.expr, checked);
  if (found.length > 0) return fail(found);
  try {
    const step = plan(parsed.expr, checked, environment);
    return { ok: true, program: toProgram(parsed.expr, step, checked, environment) };
  } catch (problem) {
    if (!(problem instanceof PlanProblem)) throw problem;
    const message = `program instantiation failed: ${problem.message}`;
    return { ok: false, issues: [{ message, line: 1, column: 1 }], message, type: checked.type };
  }
}

function toProgram(expr: Expr, step: Step, checked: Checked, { declarations }: Environment): Program {
  return {
    type: checked.type,
    overloads: checked.overloads,
    uses: (variable) => checked.references.has(variable),
    estimateCost: (root) => estimateCost(expr, checked, root),
    evaluate: (variables, { budget = CALL_LIMIT } = {}) => {
      const values = new Map(Object.entries(variables).map(([name, given]) => [name, toValue(given, declarations.variables.get(name))]));
      const meter = new Meter(budget);
      try {
        const result = step.evaluate(new Variables(meter, values));
        if (result instanceof Failure) return { outcome: 'error', error: result.message, cost: meter.cost };
        if (result instanceof Unknown) return { outcome: 'unknown', cost: meter.cost };
        return { outcome: 'value', value: result, cost: meter.cost };
      } catch (problem) {
        if (!(problem instanceof BudgetSpent)) throw problem;
        return { outcome: 'error', error: 'operation cancelled: actual cost limit exceeded', cost: meter.cost };
      }
    },
  };
}
