import type { Kind, KubernetesObject, Schema } from '../../../model/index.ts';
import { getArray, getNumber, getString, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';
import type { Report } from '../../problem.ts';
import { invalid } from '../field-error.ts';
import { Place } from '../place.ts';
import { fieldOf, isLike, listUnlike } from './likeness.ts';

export const IMMUTABLE = 'field is immutable';
const CODE = 'KV0126';

/** One place of an object before an update and after it: rules walk down both at once, and find fault with what has changed. */
export class Pair {
  readonly was: JsonValue | undefined;
  readonly is: Place;
  readonly #schema: Schema | undefined;

  private constructor(was: JsonValue | undefined, is: Place, schema: Schema | undefined) {
    this.was = was;
    this.is = is;
    this.#schema = schema;
  }

  /** Two whole objects. */
  static of(before: KubernetesObject, after: KubernetesObject, kind: Kind, report: Report): Pair {
    return new Pair(before, Place.of(after, [], CODE, report), kind.schema);
  }

  /** A field of both. */
  at(name: string, ...below: readonly string[]): Pair {
    const was = isObject(this.was) ? this.was[name] : undefined;
    const field = new Pair(was, this.is.at(name), fieldOf(this.#schema, name));
    const [next, ...rest] = below;
    return next === undefined ? field : field.at(next, ...rest);
  }

  /** The same place with other values in it, to be compared. */
  holding(was: JsonValue | undefined, is: JsonValue | undefined): Pair {
    return new Pair(was, is === undefined ? this.is.holding(null) : this.is.holding(is), this.#schema);
  }

  /** Whether the server sees no difference. */
  get isSame(): boolean {
    return isLike(this.was, this.is.value, this.#schema);
  }

  /** The fields that differ, of two objects. */
  listChanged(): readonly string[] {
    return listUnlike(this.before, this.is.object, this.#schema);
  }

  /** The object before; empty where there was none. */
  get before(): JsonObject {
    return isObject(this.was) ? this.was : {};
  }

  /** The list before. */
  get itemsBefore(): readonly JsonValue[] {
    return getArray(this.was);
  }

  /** The text before. */
  get textBefore(): string {
    return getString(this.was) ?? '';
  }

  /** The number before. */
  get numberBefore(): number | undefined {
    return getNumber(this.was);
  }

  /** Whether there was a value before. */
  get wasSet(): boolean {
    return this.was !== undefined && this.was !== null;
  }

  /** Finds fault with any change; `shown` is the value as the server prints it. */
  fixed(shown: JsonValue = this.is.value ?? null, why: string = IMMUTABLE): void {
    if (!this.isSame) this.is.fail(invalid(shown, why));
  }

  /** As `fixed`, of a text that is empty to the server where it is not set; `isNamed` if it has a type of its own there. */
  fixedText(isNamed = false): void {
    const { text } = this.is;
    if (!this.isSame) this.is.fail(isNamed ? `Invalid value: ${JSON.stringify(text)}: ${IMMUTABLE}` : invalid(text, IMMUTABLE));
  }

  /** As `fixed`, of what the server prints as it holds it in memory: here that is left out. */
  fixedStruct(): void {
    if (!this.isSame) this.is.fail(this.is.isSet ? `Invalid value: ${IMMUTABLE}` : invalid(null, IMMUTABLE));
  }

  /** As `fixed`, in other words. */
  forbidden(why: string): void {
    if (!this.isSame) this.is.forbidden(why);
  }

  /** Finds fault with this whole place, and shows what has changed in it. */
  blame(problem: string): void {
    this.is.failBelow(this.listChanged().slice(0, 1), problem, '');
  }
}
