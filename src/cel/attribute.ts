import { isNumeric } from './equality.ts';
import { formatValue } from './format-value.ts';
import { passOn } from './native.ts';
import type { Scope } from './scope.ts';
import type { Step } from './step.ts';
import { SchemaList } from './schema-list.ts';
import { Broken, Failure, isList, isValue, MapValue, Optional, takeOut, typeNameOf, Uint, type Result, type Value } from './value.ts';

/** One step from a value to a part of it. */
export interface Qualifier {
  readonly isOptional: boolean;
  /** `has()`: whether the part is there, not what it is. */
  readonly isTest: boolean;
  /** The key or index; evaluated anew each time where it is no constant. */
  key(scope: Scope): Result;
}

/** A variable or value and a way into it: `a.b[c]`. All of it is one thing to the cost, and to optionals. */
export interface Attribute {
  /** False for a choice between attributes, which costs nothing itself. */
  readonly isCharged: boolean;
  qualify(qualifier: Qualifier): void;
  resolve(scope: Scope): Result;
}

/** An attribute that begins with a variable or with the value of an expression. */
export class Path implements Attribute {
  readonly isCharged = true;
  readonly #root: (scope: Scope) => Result;
  readonly #qualifiers: Qualifier[] = [];

  constructor(root: (scope: Scope) => Result) {
    this.#root = root;
  }

  qualify(qualifier: Qualifier): void {
    this.#qualifiers.push(qualifier);
  }

  resolve(scope: Scope): Result {
    const root = this.#root(scope);
    if (root instanceof Optional) return root.value === undefined ? root : this.#follow(scope, passOn(root.value), true);
    if (!isValue(root) || this.#qualifiers.length === 0) return root;
    return this.#follow(scope, root, false);
  }

  #follow(scope: Scope, from: Value, isWithin: boolean): Result {
    let at: Result = from;
    let isOptional = isWithin;
    for (const qualifier of this.#qualifiers) {
      isOptional ||= qualifier.isOptional;
      const next: Result | undefined = step(scope, at, qualifier, isOptional);
      if (next === undefined) return Optional.none;
      if (next instanceof Failure) return next;
      at = next;
    }
    return isValue(at) ? (isOptional ? new Optional(at) : takeOut(at)) : at;
  }
}

/** `condition ? truthy : falsy` of attributes. */
export class Choice implements Attribute {
  readonly isCharged = false;
  readonly #condition: Step;
  readonly #truthy: Attribute;
  readonly #falsy: Attribute;

  constructor(condition: Step, truthy: Attribute, falsy: Attribute) {
    this.#condition = condition;
    this.#truthy = truthy;
    this.#falsy = falsy;
  }

  qualify(qualifier: Qualifier): void {
    this.#truthy.qualify(qualifier);
    this.#falsy.qualify(qualifier);
  }

  resolve(scope: Scope): Result {
    const chosen = this.#condition.evaluate(scope);
    if (chosen === true) return this.#truthy.resolve(scope);
    if (chosen === false) return this.#falsy.resolve(scope);
    return isValue(chosen) ? new Failure('no such overload') : chosen;
  }
}

function step(scope: Scope, part: Result, qualifier: Qualifier, isOptional: boolean): Result | undefined {
  const key = qualifier.key(scope);
  const from = takeOut(part);
  const found = isValue(key) && isValue(from) ? pick(from, key, isOptional || qualifier.isTest) : isValue(key) ? from : key;
  if (!isOptional || (found !== undefined && !(found instanceof Failure))) scope.meter.charge(1);
  if (!qualifier.isTest) return found;
  if (found === undefined) return isOptional ? undefined : false;
  return isValue(found) ? true : found;
}

/** A part of a value. If it may be absent and is, undefined; else an error says so. */
function pick(from: Value, key: Value, mayBeAbsent: boolean): Result | undefined {
  if (from instanceof MapValue) {
    const found = from.find(key);
    return found !== undefined || mayBeAbsent ? found : missing(key);
  }
  if (!isList(from)) return mayBeAbsent ? undefined : missing(key);
  const index = toIndex(key);
  if (index instanceof Failure) return index;
  const found = from[index];
  if (found !== undefined && from instanceof SchemaList && typeof key !== 'bigint') {
    return new Broken(new Failure(`unsupported index: ${formatValue(key)}`));
  }
  return found !== undefined || mayBeAbsent ? found : new Failure(`index out of bounds: ${formatValue(key)}`);
}

function missing(key: Value): Failure {
  return new Failure(`no such key: ${formatValue(key)}`);
}

/** A number as an index of a list; a failure for what can be none. */
export function toIndex(key: Value): number | Failure {
  if (!isNumeric(key)) return new Failure(`unsupported index type '${typeNameOf(key)}' in list`);
  const index = Number(key instanceof Uint ? key.value : key);
  const isExact = typeof key === 'bigint' || (Number.isInteger(index) && Math.abs(index) < 2 ** 63);
  return isExact ? index : new Failure(`unsupported index value ${formatValue(key)} in list`);
}
