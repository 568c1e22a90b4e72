import { getArray, getAt, getNumber, getString, isArray, isObject, type JsonObject, type JsonValue, type Path } from '../../std/index.ts';
import type { Judgement } from '../object/names.ts';
import { toDottedPath } from '../structural/cursor.ts';
import { duplicate, failAs, forbidden, invalid, notFound, required, unsupported, type Fail } from './field-error.ts';
import type { Report } from '../problem.ts';

interface Step {
  readonly parent: Place;
  readonly key: string | number;
  /** What the server writes for the step, with its dot or brackets, where that is something else. */
  readonly written?: string | undefined;
  /** The place whose field it is to the server, where that is another. */
  readonly owner?: Place;
}

/**
 * A value within an object, and where it stands: rules walk from place to place and find fault with each. What is wrong is
 * said under the code of the place, of the field as the server names it. A value of a wrong type counts as none.
 */
export class Place {
  readonly value: JsonValue | undefined;
  readonly #step: Step | undefined;
  readonly #start: Path;
  readonly #fail: Fail;

  private constructor(value: JsonValue | undefined, step: Step | undefined, start: Path, fail: Fail) {
    this.value = value;
    this.#step = step;
    this.#start = start;
    this.#fail = fail;
  }

  /** The place of a value that stands at a path, whose faults are said under a code. */
  static of(value: JsonValue | undefined, path: Path, code: string, report: Report): Place {
    return new Place(value, undefined, path, failAs(code, report));
  }

  /** A field of this object; `written` is its name in messages where that is another. */
  at(key: string, written?: string): Place {
    return this.#child(key, written === undefined ? undefined : `.${written}`);
  }

  /** This value under the name that the server has for it: that of another place, and what follows. */
  as(owner: Place, written: string): Place {
    return this.#step === undefined ? this : new Place(this.value, { ...this.#step, owner, written }, this.#start, this.#fail);
  }

  /** Another value in this place: what the server makes of it. */
  holding(value: JsonValue): Place {
    return new Place(value, this.#step, this.#start, this.#fail);
  }

  /** This value, and all below it, with somebody told of each fault that is said. */
  watched(tell: () => void): Place {
    return new Place(this.value, this.#step, this.#start, (...fault) => {
      tell();
      this.#fail(...fault);
    });
  }

  /** An entry of this map, which messages write in brackets. */
  entry(key: string): Place {
    return this.#child(key, `[${key}]`);
  }

  /** The last step to here. */
  get key(): string {
    return String(this.#step?.key ?? this.#start.at(-1) ?? '');
  }

  /** The items of this list. */
  items(): readonly Place[] {
    return isArray(this.value) ? this.value.map((_, index) => this.#child(index, undefined)) : NONE;
  }

  /** The fields of this object that are set, of those named, in their order. */
  given(names: readonly string[]): readonly string[] {
    return isObject(this.value) ? names.filter((name) => this.at(name).isSet) : [];
  }

  /** The keys of this map. */
  keys(): readonly string[] {
    return isObject(this.value) ? Object.keys(this.value) : [];
  }

  /** Whether this map has a key, be its value nothing. */
  has(key: string): boolean {
    return isObject(this.value) && Object.hasOwn(this.value, key);
  }

  /** Whether there is a value here, be it empty. */
  get isSet(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** The text here; empty where there is none. */
  get text(): string {
    return typeof this.value === 'string' ? this.value : '';
  }

  /** The number here. */
  get number(): number | undefined {
    return getNumber(this.value);
  }

  /** Whether this is true. */
  get isTrue(): boolean {
    return this.value === true;
  }

  /** The texts of this list. */
  get texts(): readonly string[] {
    return getArray(this.value).map((item) => getString(item) ?? '');
  }

  /** The object here; empty where there is none. */
  get object(): JsonObject {
    return isObject(this.value) ? this.value : {};
  }

  /** Where it stands in the object. */
  get path(): Path {
    return this.#step === undefined ? this.#start : [...this.#step.parent.path, this.#step.key];
  }

  /** What the server calls it. */
  get field(): string {
    if (this.#step === undefined) return toDottedPath(this.#start);
    const { parent, owner, key, written } = this.#step;
    const outer = (owner ?? parent).field;
    const own = written ?? (typeof key === 'number' ? `[${key}]` : `.${key}`);
    return outer === '' && own.startsWith('.') ? own.slice(1) : `${outer}${own}`;
  }

  /** The value at a path below. */
  below(...path: Path): JsonValue | undefined {
    return getAt(this.value, ...path);
  }

  fail(problem: string): void {
    const { path, field } = this;
    this.#fail(path, problem, field === toDottedPath(path) ? undefined : field);
  }

  /** Says what is wrong with something below; `field` is its name from here on, or its whole name. */
  failBelow(path: Path, problem: string, field: string, isWhole = false): void {
    const whole = field === '' ? this.field : field.startsWith('[') ? `${this.field}${field}` : `${this.field}.${field}`;
    this.#fail([...this.path, ...path], problem, isWhole ? field : whole);
  }

  invalid(reason: string, shown: JsonValue = this.value ?? ''): void {
    this.fail(invalid(shown, reason));
  }

  required(reason?: string): void {
    this.fail(required(reason));
  }

  forbidden(reason: string): void {
    this.fail(forbidden(reason));
  }

  duplicate(shown: JsonValue = this.value ?? ''): void {
    this.fail(duplicate(shown));
  }

  notFound(): void {
    this.fail(notFound(this.text));
  }

  unsupported(supported: readonly string[], shown: JsonValue = this.value ?? ''): void {
    this.fail(unsupported(shown, supported));
  }

  tooLong(limit: number): void {
    this.fail(`Too long: may not be more than ${limit} bytes`);
  }

  /** Judges the text here, if there is one; true where nothing is wrong with it. */
  judged(judge: (text: string) => Judgement): boolean {
    const { text } = this;
    return text === '' || this.judgedEvenEmpty(judge);
  }

  /** Judges the text here, be it empty. */
  judgedEvenEmpty(judge: (text: string) => Judgement): boolean {
    const found = this.#isWrongType() ? [] : judge(this.text);
    for (const reason of found) this.invalid(reason, this.text);
    return found.length === 0;
  }

  /** Asks for a text that is not empty; true where there is one. */
  wanted(reason?: string): boolean {
    if (this.text !== '' || this.#isWrongType()) return true;
    this.required(reason);
    return false;
  }

  /** Asks for one of a few texts, where one is given. */
  oneOf(supported: readonly string[]): void {
    if (typeof this.value === 'string' && !supported.includes(this.value)) this.unsupported(supported);
  }

  /** Asks for one of a few texts, where one is given that is not empty. */
  oneOfIfAny(supported: readonly string[]): void {
    if (this.value !== '') this.oneOf(supported);
  }

  /** Asks for a number within bounds, where one is given. */
  between(minimum: number, maximum: number, reason = `must be between ${minimum} and ${maximum}, inclusive`): void {
    const { number } = this;
    if (number !== undefined && (number < minimum || number > maximum)) this.invalid(reason);
  }

  /** Asks for a number of at least some, where one is given. */
  atLeast(minimum: number, reason = `must be greater than or equal to ${minimum}`): void {
    const { number } = this;
    if (number !== undefined && number < minimum) this.invalid(reason);
  }

  #isWrongType(): boolean {
    return this.isSet && typeof this.value !== 'string';
  }

  #child(key: string | number, written: string | undefined): Place {
    const value = getAt(this.value, key);
    return new Place(value, { parent: this, key, written }, this.#start, this.#fail);
  }
}

const NONE: readonly Place[] = [];
