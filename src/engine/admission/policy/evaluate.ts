import { Failure, MapValue, UNKNOWN, type Binding, type Result, type Value } from '../../../cel/index.ts';
import type { CompiledPolicy, PolicyExpression, PolicyValidation } from './compile.ts';

/** What one validation of a policy comes to; `unknown` where it depends on what is not known. */
export type PolicyDecision =
  | { readonly outcome: 'unknown' }
  /** Where an expression could not be evaluated and the failure policy ignores that, the message says why. */
  | { readonly outcome: 'admit'; readonly isError?: true; readonly message?: string }
  | {
      readonly outcome: 'deny';
      /** True where the expression could not be evaluated, and the failure policy decides. */
      readonly isError: boolean;
      readonly message: string;
      readonly reason: string;
      /** The number of the validation; undefined where no single one decides. */
      readonly index?: number;
    };

/** What an audit annotation comes to: its value, an error, or nothing. */
export interface PolicyAnnotation {
  readonly key: string;
  readonly value?: string;
  readonly error?: string;
  /** True of an error that the failure policy ignores; any other denies the request. */
  readonly isIgnored?: true;
}

export interface PolicyResult {
  readonly decisions: readonly PolicyDecision[];
  readonly annotations: readonly PolicyAnnotation[];
}

/** What expressions may look at of a request; what is not known is `UNKNOWN`. */
export type PolicyInput = Readonly<Record<'object' | 'oldObject' | 'request' | 'namespaceObject', Result>> & {
  readonly params?: Result;
  readonly authorizer?: Result;
  readonly 'authorizer.requestResource'?: Result;
};

/** What all expressions of one policy may cost for one request and one parameter (`RuntimeCELCostBudget`), and its conditions. */
const BUDGET = 10_000_000;
const CONDITIONS_BUDGET = 2_500_000;
const SPENT = 'validation failed due to running out of cost budget, no further validation rules will be run';
const LONGEST_MESSAGE = 5 * 1024;

/** What a policy says of a request with one parameter (`policy/validating.validator.Validate`). */
export function evaluatePolicy(policy: CompiledPolicy, input: PolicyInput): PolicyResult {
  const match = matchConditions(policy, input);
  if (match === 'not') return NOTHING;
  if (match === 'unknown') return { decisions: [{ outcome: 'unknown' }], annotations: [] };
  if (typeof match === 'object') return { decisions: [fail(policy, match.error)], annotations: [] };
  const checks = new Session(policy, input, BUDGET);
  const results: Evaluated[] = [];
  for (const { check } of policy.validations) {
    const result = checks.evaluate(check);
    if (result === 'spent') return { decisions: [fail(policy, SPENT)], annotations: [] };
    results.push(result);
  }
  const messages = evaluateMessages(policy, input, checks.budget);
  const decisions = policy.validations.map((validation, index) =>
    decide(policy, validation, results[index] ?? { error: '' }, messages, index),
  );
  const annotations = annotate(policy, input);
  return annotations === 'spent' ? { decisions: [fail(policy, SPENT)], annotations: [] } : { decisions, annotations };
}

const NOTHING: PolicyResult = { decisions: [], annotations: [] };

/** A value, an error in the server's words, or neither where it is not known. */
type Evaluated = { readonly value: Value } | { readonly error: string } | 'unknown';

function fail({ failurePolicy }: CompiledPolicy, message: string): PolicyDecision {
  return failurePolicy === 'Ignore'
    ? { outcome: 'admit', isError: true, message }
    : { outcome: 'deny', isError: true, message, reason: '' };
}

function matchConditions(policy: CompiledPolicy, input: PolicyInput): 'holds' | 'not' | 'unknown' | { readonly error: string } {
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

/** Messages and annotations are evaluated without one, though annotations may name it: then they fail. */
function withoutAuthorizer({ object, oldObject, request, namespaceObject, params }: PolicyInput): PolicyInput {
  return { object, oldObject, request, namespaceObject, ...(params === undefined ? {} : { params }) };
}

type Messages = readonly (Evaluated | undefined)[] | 'spent';

function evaluateMessages(policy: CompiledPolicy, input: PolicyInput, budget: number): Messages {
  const session = new Session(policy, withoutAuthorizer(input), budget);
  const results: (Evaluated | undefined)[] = [];
  for (const { messageExpression } of policy.validations) {
    const result = messageExpression === undefined ? undefined : session.evaluate(messageExpression);
    if (result === 'spent') return 'spent';
    results.push(result);
  }
  return results;
}

function decide(
  policy: CompiledPolicy,
  validation: PolicyValidation,
  result: Evaluated,
  messages: Messages,
  index: number,
): PolicyDecision {
  if (result === 'unknown') return { outcome: 'unknown' };
  if ('error' in result) return withIndex(fail(policy, result.error), index);
  if (messages === 'spent') return withIndex(fail(policy, `failed messageExpression: ${SPENT}`), index);
  if (result.value === true) return { outcome: 'admit' };
  const { check, message, reason } = validation;
  const said = readMessage(messages[index]) || message.trim() || `failed expression: ${check.expression.trim()}`;
  return { outcome: 'deny', isError: false, message: said, reason, index };
}

function withIndex(decision: PolicyDecision, index: number): PolicyDecision {
  return decision.outcome === 'deny' ? { ...decision, index } : decision;
}

/** What a message expression says, unless it is no text, too long or of several lines. */
function readMessage(result: Evaluated | undefined): string {
  if (result === undefined || result === 'unknown' || 'error' in result || typeof result.value !== 'string') return '';
  const text = result.value.trim();
  return new TextEncoder().encode(text).length > LONGEST_MESSAGE || text.includes('\n') ? '' : text;
}

function annotate(policy: CompiledPolicy, input: PolicyInput): readonly PolicyAnnotation[] | 'spent' {
  const session = new Session(policy, withoutAuthorizer(input), BUDGET);
  const made: PolicyAnnotation[] = [];
  for (const annotation of policy.annotations) {
    const { key } = annotation;
    const result = session.evaluate(annotation);
    if (result === 'spent') return 'spent';
    if (result === 'unknown') made.push({ key });
    else if ('error' in result) made.push({ key, error: result.error, ...(policy.failurePolicy === 'Ignore' ? { isIgnored: true } : {}) });
    else made.push(typeof result.value === 'string' && result.value.trim() !== '' ? { key, value: result.value.trim() } : { key });
  }
  return made;
}

/** Expressions evaluated one after the other: variables are worked out once, all pay from one budget. */
class Session {
  readonly #variables: Readonly<Record<string, Binding>>;
  #remaining: number;
  #spentOnVariables = 0;

  constructor(policy: CompiledPolicy, input: PolicyInput, budget: number) {
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

  #evaluateVariable({ program, error, name }: CompiledPolicy['variables'][number]): Result {
    if (error !== undefined || program === undefined) return new Failure(`composited variable "${name}" fails to compile: ${error ?? ''}`);
    const result = program.evaluate(this.#variables);
    this.#spentOnVariables += result.cost;
    if (result.outcome === 'unknown') return UNKNOWN;
    return result.outcome === 'value' ? result.value : new Failure(`composited variable "${name}" fails to evaluate: ${result.error}`);
  }
}

type Variable = CompiledPolicy['variables'][number];

/** `variables`: each is worked out when it is first asked for. */
class LazyVariables extends MapValue {
  readonly typeName = 'kubernetes.variables';
  readonly #variables: ReadonlyMap<string, Variable>;
  readonly #evaluate: (variable: Variable) => Result;
  readonly #known = new Map<string, Result>();

  constructor({ variables }: CompiledPolicy, evaluate: (variable: Variable) => Result) {
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
