import { Failure, MapValue, UNKNOWN, type Binding, type Result, type Value } from '../../../cel/index.ts';
import type { CompiledBase, PolicyExpression } from './compile.ts';

/** What expressions may look at of a request; what is not known is `UNKNOWN`. */
export type PolicyInput = Readonly<Record<'object' | 'oldObject' | 'request' | 'namespaceObject', Result>> & {
  readonly params?: Result;
  readonly authorizer?: Result;
  readonly 'authorizer.requestResource'?: Result;
};

/** What all expressions of one policy may cost for one request and one parameter (`RuntimeCELCostBudget`), and its conditions. */
export const BUDGET = 10_000_000;
const CONDITIONS_BUDGET = 2_500_000;
export const SPENT = 'validation failed due to running out of cost budget, no further validation rules will be run';

/** A value, an error in the server's words, or neither where it is not known. */
export type Evaluated = { readonly value: Value } | { readonly error: string } | 'unknown';

/** Whether the conditions of a policy let it look at a request (`webhook/matchconditions`). */
export function matchConditions(policy: CompiledBase, input: PolicyInput): 'holds' | 'not' | 'unknown' | { readonly error: string } {
  if (policy.conditions.length === 0) return 'holds';
  const session = new Session(policy, { ...input, namespaceObject: null }, CONDITIONS_BUDGET);
  const results: Evaluated[] = [];
  for (const condition of policy.conditions) {
    const result = session.evaluate(condition);
    if (result === 'spent') return policy.failurePolicy === 'Ignore' ? 'not' : { error: SPENT };
    results.push(result);
  }
  if (results.some((result) => typeof result === 'object' && 'value' in result && result.value === false)) return 'not';
  const errors = [...new Set(results.flatMap((result) => (typeof result === 'object' && 'error' in result ? [result.error] : [])))];
  if (errors.length > 0 && policy.failurePolicy === 'Ignore') return 'not';
  if (results.includes('unknown')) return 'unknown';
  if (errors.length === 0) return 'holds';
  return { error: errors.length === 1 ? errors.join() : `[${errors.join(', ')}]` };
}

/** Expressions evaluated one after the other: variables are worked out once, all pay from one budget. */
export class Session {
  readonly #variables: Readonly<Record<string, Binding>>;
  #remaining: number;
  #spentOnVariables = 0;

  constructor(policy: CompiledBase, input: PolicyInput, budget: number) {
    this.#remaining = budget;
    this.#variables = { ...input, variables: new LazyVariables(policy, (expression) => this.#evaluateVariable(expression)) };
  }

  get budget(): number {
    return this.#remaining;
  }

  evaluate({ expression, program, error }: PolicyExpression): Evaluated | 'spent' {
    if (error !== undefined || program === undefined) return { error: `compilation error: ${error ?? ''}` };
    const result = program.evaluate(this.#variables);
    this.#remaining -= this.#spentOnVariables + result.cost;
    this.#spentOnVariables = 0;
    if (this.#remaining < 0) return 'spent';
    if (result.outcome === 'unknown') return 'unknown';
    return result.outcome === 'value'
      ? { value: result.value }
      : { error: `expression '${expression}' resulted in error: ${result.error}` };
  }

  #evaluateVariable({ program, error, name }: CompiledBase['variables'][number]): Result {
    if (error !== undefined || program === undefined) return new Failure(`composited variable "${name}" fails to compile: ${error ?? ''}`);
    const result = program.evaluate(this.#variables);
    this.#spentOnVariables += result.cost;
    if (result.outcome === 'unknown') return UNKNOWN;
    return result.outcome === 'value' ? result.value : new Failure(`composited variable "${name}" fails to evaluate: ${result.error}`);
  }
}

type Variable = CompiledBase['variables'][number];

/** `variables`: each is worked out when it is first asked for. */
class LazyVariables extends MapValue {
  readonly typeName = 'kubernetes.variables';
  readonly #variables: ReadonlyMap<string, Variable>;
  readonly #evaluate: (variable: Variable) => Result;
  readonly #known = new Map<string, Result>();

  constructor({ variables }: CompiledBase, evaluate: (variable: Variable) => Result) {
    super();
    this.#variables = new Map(variables.map((variable) => [variable.name, variable]));
    this.#evaluate = evaluate;
  }

  get size(): number {
    return this.#variables.size;
  }

  keys(): readonly Value[] {
    return [...this.#variables.keys()];
  }

  find(key: Value): Result | undefined {
    const variable = typeof key === 'string' ? this.#variables.get(key) : undefined;
    if (variable === undefined) return undefined;
    const known = this.#known.get(variable.name);
    if (known !== undefined) return known;
    const result = this.#evaluate(variable);
    this.#known.set(variable.name, result);
    return result;
  }
}
