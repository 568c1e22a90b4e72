import {
  ConfigurationValue,
  Failure,
  isList,
  JsonPatchValue,
  toConfiguration,
  toPatchJson,
  type Result,
  type Value,
} from '../../../cel/index.ts';
import type { KubernetesObject } from '../../../model/index.ts';
import { applyJsonPatch, type JsonObject, type JsonPatchOperation, type JsonValue } from '../../../std/index.ts';
import type { CompiledMutatingPolicy } from './compile.ts';
import { BUDGET, matchConditions, Session, SPENT, type PolicyInput } from './session.ts';

/** Lays what policies write over objects by the rules of their kinds; undefined for a kind that is not known. */
export interface Patcher {
  /** A configuration over an object, and its defaults. */
  merge(
    object: KubernetesObject,
    configuration: JsonObject,
  ): { readonly object: KubernetesObject } | { readonly error: string } | undefined;
  /** What a JSON patch has made of an object, with its defaults. */
  complete(patched: JsonValue, object: KubernetesObject): { readonly object: KubernetesObject } | { readonly error: string } | undefined;
}

/** A MutatingAdmissionPolicy with a binding and one of its parameters that is asked about a write. */
export interface Invocation {
  /** Tells it from all others of the same write. */
  readonly key: string;
  readonly policy: string;
  readonly binding: string;
  readonly compiled: CompiledMutatingPolicy;
  readonly params: Result;
}

/** What one invocation has done. */
export interface Mutation {
  readonly invocation: Invocation;
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
}

/** What the policies make of an object; `object` is undefined where that depends on what is not known. */
export interface Mutated {
  readonly object: KubernetesObject | undefined;
  readonly mutations: readonly Mutation[];
  /** Why the write is refused, the first reason first. */
  readonly refusals: readonly MutationRefusal[];
}

/** Why a write is refused, and by whom. */
export interface MutationRefusal {
  readonly policy: string;
  readonly binding: string;
  readonly message: string;
  /** The number of the mutation; undefined where none was tried. */
  readonly index?: number;
  /** The server itself fails: it names no policy. */
  readonly isFatal?: true;
}

/** Who is asked about an object, in their order, and those that cannot be asked. */
export interface Asked {
  readonly invocations: readonly Invocation[];
  readonly refusals: readonly MutationRefusal[];
}

export interface MutationQuestion {
  readonly object: KubernetesObject;
  readonly find: (object: KubernetesObject) => Asked;
  readonly toInput: (object: KubernetesObject) => PolicyInput;
  readonly patcher: Patcher | undefined;
}

/**
 * What MutatingAdmissionPolicies make of an object that is written (`policy/mutating/dispatcher.go`): one after the other, and those
 * that wish it once more where any has done anything.
 */
export function mutateObject(question: MutationQuestion): Mutated {
  const first = pass(question, question.object, undefined);
  if (first.object === undefined || first.refusals.length > 0 || !first.isDirty) return first;
  const second = pass(question, first.object, first.reinvoked);
  return { ...second, mutations: [...first.mutations, ...second.mutations] };
}

interface Passed extends Mutated {
  readonly isDirty: boolean;
  readonly reinvoked: ReadonlySet<string>;
}

function pass(question: MutationQuestion, start: KubernetesObject, only: ReadonlySet<string> | undefined): Passed {
  const mutations: Mutation[] = [];
  const reinvoked = new Set<string>();
  const asked = question.find(start);
  const refusals: MutationRefusal[] = [...asked.refusals];
  let object = start;
  let isDirty = false;
  for (const invocation of asked.invocations) {
    const { compiled, key, policy, binding } = invocation;
    const match = matchConditions(compiled, { ...question.toInput(object), params: invocation.params });
    if (match === 'unknown') return { object: undefined, mutations, refusals, isDirty, reinvoked };
    if (typeof match === 'object') refusals.push({ policy, binding, message: match.error });
    if (match !== 'holds' || only?.has(key) === false) continue;
    const before = object;
    for (const [index, mutation] of compiled.mutations.entries()) {
      const outcome = patch(compiled, mutation, object, { ...question, params: invocation.params });
      if (outcome === 'unknown') return { object: undefined, mutations, refusals, isDirty, reinvoked };
      if ('object' in outcome) {
        object = outcome.object;
        isDirty = true;
      } else if (outcome.isFatal) {
        return { object, mutations, refusals: [{ policy, binding, message: outcome.error, index, isFatal: true }], isDirty, reinvoked };
      } else if (compiled.failurePolicy === 'Fail') refusals.push({ policy, binding, message: outcome.error, index });
    }
    if (object !== before) mutations.push({ invocation, before, after: object });
    if (compiled.isReinvoked) reinvoked.add(key);
  }
  return { object, mutations, refusals, isDirty, reinvoked };
}

/** What one mutation comes to; a fatal error refuses the write whatever the failure policy is. */
type Outcome = { readonly object: KubernetesObject } | { readonly error: string; readonly isFatal: boolean } | 'unknown';

interface PatchQuestion extends MutationQuestion {
  readonly params: Result;
}

function patch(
  compiled: CompiledMutatingPolicy,
  mutation: CompiledMutatingPolicy['mutations'][number],
  object: KubernetesObject,
  { toInput, patcher, params }: PatchQuestion,
): Outcome {
  const fail = (error: string): Outcome => ({ error, isFatal: false });
  if (mutation.error !== undefined) return fail(mutation.error);
  const result = new Session(compiled, { ...toInput(object), params }, BUDGET).evaluate(mutation);
  if (result === 'unknown') return 'unknown';
  if (result === 'spent') return fail(SPENT);
  if ('error' in result) return fail(result.error);
  const { value } = result;
  if (value instanceof ConfigurationValue) return configure(value, object, patcher);
  return isList(value) ? patchByJson(value, object, patcher) : fail(`unsupported return type from ${mutation.patchType} expression`);
}

const NOT_TYPED = 'error applying patch: failed to convert patch object to typed object: ';

function configure(value: ConfigurationValue, object: KubernetesObject, patcher: Patcher | undefined): Outcome {
  const configuration = toConfiguration(value);
  if (configuration === undefined || patcher === undefined) return 'unknown';
  if (configuration instanceof Failure) {
    const { message } = configuration;
    return { error: message.startsWith('type mismatch: ') ? message : `${NOT_TYPED}${message}`, isFatal: false };
  }
  const merged = patcher.merge(object, configuration);
  if (merged === undefined) return 'unknown';
  return 'object' in merged ? merged : { error: `error applying patch: ${merged.error}`, isFatal: false };
}

function patchByJson(values: readonly Value[], object: KubernetesObject, patcher: Patcher | undefined): Outcome {
  const operations: JsonPatchOperation[] = [];
  for (const value of values) {
    if (!(value instanceof JsonPatchValue))
      return { error: 'type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch', isFatal: false };
    const { op, path, from } = value;
    if (value.value === undefined) {
      operations.push({ op, path, from });
      continue;
    }
    const written = toPatchJson(value.value);
    if (written === undefined) return 'unknown';
    if (written instanceof Failure) return { error: describeUnwritten(written), isFatal: false };
    operations.push({ op, path, from, value: written });
  }
  const patched = applyJsonPatch(object, operations);
  if ('isUntrue' in patched) return { object };
  if ('error' in patched) return { error: `JSON Patch: ${patched.error}`, isFatal: false };
  const completed = patcher?.complete(patched.value, object);
  if (completed === undefined) return 'unknown';
  return 'object' in completed ? completed : { error: `Internal error occurred: ${completed.error}`, isFatal: true };
}

function describeUnwritten({ message }: Failure): string {
  if (message.startsWith('type mismatch: ')) return message;
  return `JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${message}`;
}
