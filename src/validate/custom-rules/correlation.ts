import { getObject, isArray, isEqualJson, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import { findPredecessor } from './rule-tree.ts';

/**
 * A value beside the one whose successor it is (`CorrelatedObject` of `k8s.io/apiserver/pkg/cel/common`): a rule that an unchanged
 * value does not keep is no reason to refuse an update.
 */
export class Correlation {
  readonly #value: JsonValue;
  readonly #old: JsonValue;
  readonly #schema: JsonObject;
  readonly #children = new Map<string | number, Correlation | undefined>();
  #isUnchanged: boolean | undefined;

  constructor(value: JsonValue, old: JsonValue, schema: JsonObject) {
    this.#value = value;
    this.#old = old;
    this.#schema = schema;
  }

  /** The value of a field, if there was one before and the schema knows it. */
  key(field: string): Correlation | undefined {
    return this.#child(field, () => {
      if (!isObject(this.#value) || !isObject(this.#old)) return undefined;
      const schema = getObject(this.#schema, 'properties', field) ?? getObject(this.#schema, 'additionalProperties');
      return this.#correlate(this.#value[field], this.#old[field], schema);
    });
  }

  /** An item of a list whose items have keys, if there was one with its keys before. */
  index(index: number): Correlation | undefined {
    return this.#child(index, () => {
      if (!isArray(this.#value)) return undefined;
      const item = this.#value[index];
      return this.#correlate(item, findPredecessor(this.#schema, this.#old, item), getObject(this.#schema, 'items'));
    });
  }

  /** Whether the value is as it was, as far as its parts have predecessors. */
  get isUnchanged(): boolean {
    this.#isUnchanged ??= this.#compare();
    return this.#isUnchanged;
  }

  #correlate(value: JsonValue | undefined, old: JsonValue | undefined, schema: JsonObject | undefined): Correlation | undefined {
    return value === undefined || old === undefined || schema === undefined ? undefined : new Correlation(value, old, schema);
  }

  #child(step: string | number, make: () => Correlation | undefined): Correlation | undefined {
    if (!this.#children.has(step)) this.#children.set(step, make());
    return this.#children.get(step);
  }

  #compare(): boolean {
    const [value, old] = [this.#value, this.#old];
    if (isArray(value) && isArray(old)) {
      if (value.length !== old.length) return false;
      if (this.#schema['x-kubernetes-list-type'] !== 'map' || old.length === 0) return isEqualJson(value, old);
      return value.every((_, index) => this.index(index)?.isUnchanged === true);
    }
    if (isObject(value) && isObject(old)) {
      const keys = Object.keys(value);
      return keys.length === Object.keys(old).length && keys.every((key) => this.key(key)?.isUnchanged === true);
    }
    return isEqualJson(value, old);
  }
}

/** Where a walk stands within two correlated objects (`ratchetingOptions` of apiextensions-apiserver, `schema/cel`). */
export interface Ratchet {
  /** Undefined within what has no predecessor. */
  readonly current: Correlation | undefined;
  /** The nearest value around that has one. */
  readonly around: Correlation | undefined;
}

export const NO_RATCHET: Ratchet = { current: undefined, around: undefined };

/** The field of an object. */
export function keyOfRatchet(ratchet: Ratchet, field: string): Ratchet {
  if (ratchet.current === undefined) return ratchet;
  if (ratchet.around === undefined && (field === 'apiVersion' || field === 'kind')) return NO_RATCHET;
  return { current: ratchet.current.key(field), around: ratchet.current };
}

/** The item of a list. */
export function indexOfRatchet(ratchet: Ratchet, index: number): Ratchet {
  return ratchet.current === undefined ? ratchet : { current: ratchet.current.index(index), around: ratchet.current };
}

/** Whether what is wrong here was so before. */
export function isRatcheted({ current, around }: Ratchet): boolean {
  return (current ?? around)?.isUnchanged === true;
}
