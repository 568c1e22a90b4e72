import { isValue, Optional, toValue, type Evaluation, type Result } from '../../cel/index.ts';
import { isArray, isObject, quoteGo, type JsonArray, type JsonObject, type JsonValue } from '../../std/index.ts';
import { duplicate, forbidden, invalid, required, type Fail } from '../native/field-error.ts';
import { Correlation, indexOfRatchet, isRatcheted, keyOfRatchet, NO_RATCHET, type Ratchet } from './correlation.ts';
import type { CompiledRule } from './compile-rules.ts';
import type { RulePath } from './field-path.ts';
import { findPredecessor, type RuleNode } from './rule-tree.ts';

/** What all rules of one object may cost together (`RuntimeCELCostBudget` of `k8s.io/apiserver/pkg/apis/cel`). */
const OBJECT_BUDGET = 10_000_000;
const LONGEST_MESSAGE = 5 * 1024;
const NO_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';
const LIMIT_EXCEEDED = 'operation cancelled: actual cost limit exceeded';

/** Where what is judged stands. The field is empty at the root, for which the server writes something else. */
type Place = RulePath;

/**
 * What the rules of a custom resource say of it in its stored form: pruned, and with its defaults. `old` is what it takes the place
 * of. Rules about both are only asked where both have the value (`Validate` of apiextensions-apiserver, `schema/cel`).
 */
export function judgeRules(tree: RuleNode, object: JsonObject, old: JsonObject | undefined, fail: Fail): void {
  const current = old === undefined ? undefined : new Correlation(object, old, tree.schema);
  new Walk(fail).judge(tree, object, old, { path: [], field: '' }, { current, around: undefined });
}

/** What the rules of a default say of it, as an update to itself and as something new. */
export function judgeDefault(tree: RuleNode, value: JsonValue, place: RulePath, fail: Fail): void {
  let isSound = true;
  const tell: Fail = (...problem) => {
    isSound = false;
    fail(...problem);
  };
  new Walk(tell).judge(tree, value, value, place, NO_RATCHET);
  if (isSound) new Walk(fail).judge(tree, value, undefined, place, NO_RATCHET);
}

/** The field of an error at a place. */
export function writeField({ field }: Pick<Place, 'field'>): string {
  return field === '' ? '<nil>' : field;
}

class Walk {
  readonly #fail: Fail;
  #budget = OBJECT_BUDGET;

  constructor(fail: Fail) {
    this.#fail = fail;
  }

  judge(node: RuleNode, value: JsonValue, given: JsonValue | undefined, place: Place, ratchet: Ratchet): void {
    if (value === null || this.#isSpent) return;
    const old = given === null ? undefined : given;
    if (node.rules.length > 0) this.#judgeHere(node, value, old, place, ratchet);
    for (const inner of node.allOf) this.judge(inner, value, old, place, { ...NO_RATCHET, around: ratchet.around });
    if (this.#isSpent) return;
    if (isArray(value)) this.#judgeItems(node, value, old, place, ratchet);
    else if (isObject(value)) this.#judgeFields(node, value, old, place, ratchet);
  }

  get #isSpent(): boolean {
    return this.#budget < 0;
  }

  #judgeItems({ schema, items }: RuleNode, list: JsonArray, old: JsonValue | undefined, { path, field }: Place, ratchet: Ratchet): void {
    if (items === undefined) return;
    for (const [index, item] of list.entries()) {
      const place = { path: [...path, index], field: `${field}[${index}]` };
      this.judge(items, item, findPredecessor(schema, old, item), place, indexOfRatchet(ratchet, index));
    }
  }

  #judgeFields(node: RuleNode, object: JsonObject, old: JsonValue | undefined, { path, field }: Place, ratchet: Ratchet): void {
    const before = isObject(old) ? old : undefined;
    const { additional } = node;
    const step = (inner: RuleNode, key: string, value: JsonValue, name: string): void =>
      this.judge(inner, value, before?.[key], { path: [...path, key], field: name }, keyOfRatchet(ratchet, key));
    if (additional !== undefined) {
      for (const [key, value] of Object.entries(object)) step(additional, key, value, `${field}[${key}]`);
    }
    for (const [key, inner] of node.properties) {
      const value = object[key];
      if (value !== undefined) step(inner, key, value, join(field, key));
    }
  }

  #judgeHere(node: RuleNode, value: JsonValue, old: JsonValue | undefined, place: Place, ratchet: Ratchet): void {
    if (this.#budget === 0) return this.#stop(node, place, NO_BUDGET);
    const self = toValue(value, node.type);
    const oldSelf = old === undefined ? undefined : toValue(old, node.type);
    for (const rule of node.rules) {
      if (this.#isSpent) return;
      if (rule.error !== undefined) this.#invalid(node, place, `rule compile error: ${rule.error}`);
      if (rule.program === undefined || (rule.usesOldSelf && old === undefined && !rule.isOldOptional)) continue;
      const variables = { self, ...(rule.usesOldSelf ? oldVariable(rule, oldSelf) : {}) };
      this.#judgeRule({ rule, node, value, place, ratchet, variables }, rule.program.evaluate(variables));
    }
  }

  #judgeRule(asked: Asked, result: Evaluation): void {
    const { rule, node, place } = asked;
    if (result.cost > this.#budget) return this.#stop(node, place, NO_BUDGET);
    this.#budget -= result.cost;
    if (result.outcome === 'error') return this.#tellError(asked, result.error);
    if (result.outcome === 'value' && result.value === true) return undefined;
    const at = rule.fieldPath === undefined ? place : below(place, rule.fieldPath);
    const detail = this.#messageOf(asked, at);
    if (detail !== undefined) this.#tell(asked, at, toProblem(asked, detail));
    return undefined;
  }

  #tellError({ rule, node, place }: Asked, error: string): void {
    const name = nameOf(rule);
    if (error.startsWith('no such overload')) {
      const reason = 'call arguments did not match a supported operator, function or macro signature for rule';
      return this.#invalid(node, place, `'${error}': ${reason}: ${name}`);
    }
    if (error.startsWith(LIMIT_EXCEEDED)) {
      return this.#stop(
        node,
        place,
        `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`,
      );
    }
    return this.#invalid(node, place, `${error} evaluating rule: ${name}`);
  }

  /** What the message expression says, or else the message; undefined once no more rules are asked. */
  #messageOf(asked: Asked, at: Place): string | undefined {
    const { rule, node, variables } = asked;
    const result = rule.messageProgram?.evaluate(variables);
    if (result === undefined) return defaultMessageOf(rule);
    const isOver = result.cost > this.#budget;
    if (isOver || (result.outcome === 'error' && result.error.startsWith(LIMIT_EXCEEDED))) {
      const reason = isOver
        ? 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run'
        : `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${quoteGo(rule.messageText)}`;
      this.#tell(asked, at, invalid(node.typeName, reason));
      this.#budget = -1;
      return undefined;
    }
    this.#budget -= result.cost;
    const text = result.outcome === 'value' && typeof result.value === 'string' ? result.value.trim() : '';
    const isFit = text !== '' && !text.includes('\n') && new TextEncoder().encode(text).length <= LONGEST_MESSAGE;
    return isFit ? text : defaultMessageOf(rule);
  }

  /** What an unchanged value did not keep before is not held against an update. */
  #tell({ rule, ratchet }: Asked, place: Place, problem: string): void {
    if (rule.usesOldSelf || !isRatcheted(ratchet)) this.#fail(place.path, problem, writeField(place));
  }

  #invalid({ typeName }: RuleNode, place: Place, reason: string): void {
    this.#fail(place.path, invalid(typeName, reason), writeField(place));
  }

  #stop(node: RuleNode, place: Place, reason: string): void {
    this.#invalid(node, place, reason);
    this.#budget = -1;
  }
}

/** A rule that is asked about a value. */
interface Asked {
  readonly rule: CompiledRule;
  readonly node: RuleNode;
  readonly value: JsonValue;
  readonly place: Place;
  readonly ratchet: Ratchet;
  readonly variables: Readonly<Record<string, Result>>;
}

function oldVariable({ isOldOptional }: CompiledRule, oldSelf: Result | undefined): Readonly<Record<string, Result>> {
  if (!isOldOptional) return oldSelf === undefined ? {} : { oldSelf };
  return { oldSelf: oldSelf === undefined ? Optional.none : toOptional(oldSelf) };
}

function toOptional(value: Result): Result {
  return isValue(value) ? new Optional(value) : value;
}

function toProblem({ rule, node, value }: Asked, detail: string): string {
  const isShown = node.typeName !== 'object' && node.typeName !== 'array';
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbidden(detail);
    case 'FieldValueRequired':
      return required(detail);
    case 'FieldValueDuplicate':
      return isShown ? duplicate(value) : 'Duplicate value';
    default:
      return isShown ? invalid(value, detail) : `Invalid value: ${detail}`;
  }
}

function below({ path, field }: Place, inner: Place): Place {
  return { path: [...path, ...inner.path], field: join(field, inner.field) };
}

function join(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}

function defaultMessageOf(rule: CompiledRule): string {
  return rule.message === '' ? `failed rule: ${nameOf(rule)}` : rule.message.trim();
}

function nameOf({ message, text }: CompiledRule): string {
  return (message === '' ? text : message).trim();
}
