import type { CompiledPolicy, PolicyValidation } from './compile.ts';
import { BUDGET, matchConditions, Session, SPENT, type Evaluated, type PolicyInput } from './session.ts';

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

function fail({ failurePolicy }: CompiledPolicy, message: string): PolicyDecision {
  return failurePolicy === 'Ignore'
    ? { outcome: 'admit', isError: true, message }
    : { outcome: 'deny', isError: true, message, reason: '' };
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
