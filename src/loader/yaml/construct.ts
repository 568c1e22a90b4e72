import { EVENT_ID } from 'js-yaml';
import type { JsonObject, JsonValue } from '../../std/index.ts';
import { isDouble, isPlain, startOf, textOf, type MappingEvent, type ScalarEvent, type SequenceEvent, type YamlEvent } from './events.ts';
import { isReadDifferently, NOT_FINITE_VALUE, resolvePlain, toKey } from './scalar.ts';
import { resolveTagged } from './tag.ts';

/** Something to say about a document that could be read all the same, or (thrown) the reason why it could not. */
export interface Issue {
  readonly kind:
    | 'bad-escape'
    | 'duplicate-key'
    | 'merge-overrides'
    | 'read-differently'
    | 'odd-key'
    | 'bad-value'
    | 'bad-key'
    | 'bad-alias'
    | 'aliasing';
  readonly offset: number;
  readonly data: Readonly<Record<string, JsonValue>>;
}

/** What a document means, and what is odd about it. `failure` tells why it means nothing. */
export interface Construction {
  readonly value: JsonValue;
  readonly issues: readonly Issue[];
  readonly failure?: Issue;
  /** The index after the document's last event. */
  readonly next: number;
}

interface Anchor {
  value: JsonValue;
  isComplete: boolean;
  nodes: number;
  characters: number;
  readonly isMapping: boolean;
}

/**
 * Makes the value of the document that begins at `events[start]`, as kubectl would (goyaml.v2): a repeated key takes its
 * last value, `<<` overrides what stands before it, keys become strings, an excess of aliases is refused.
 */
export function construct(source: string, events: readonly YamlEvent[], start: number, aliasedCharacters: number): Construction {
  const constructor = new Constructor(source, events, start + 1, aliasedCharacters);
  try {
    const value = constructor.node();
    return { value, issues: constructor.issues, next: constructor.index + 1 };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { value: null, issues: constructor.issues, failure: error.issue, next: endOfDocument(events, start) };
  }
}

class Refusal extends Error {
  readonly issue: Issue;
  constructor(issue: Issue) {
    super(issue.kind);
    this.issue = issue;
  }
}

class Constructor {
  readonly issues: Issue[] = [];
  index: number;
  readonly #source: string;
  readonly #events: readonly YamlEvent[];
  readonly #aliasedCharacters: number;
  readonly #anchors = new Map<string, Anchor>();
  #nodes = 0;
  #aliasNodes = 0;
  #characters = 0;
  #aliasCharacters = 0;

  constructor(source: string, events: readonly YamlEvent[], index: number, aliasedCharacters: number) {
    this.#source = source;
    this.#events = events;
    this.index = index;
    this.#aliasedCharacters = aliasedCharacters;
  }

  node(): JsonValue {
    const event = this.#events[this.index++];
    this.#nodes++;
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#scalar(event);
      case EVENT_ID.MAPPING:
        return this.#anchored(event, true, () => this.#mapping());
      case EVENT_ID.SEQUENCE:
        return this.#anchored(event, false, () => this.#sequence());
      case EVENT_ID.ALIAS:
        return this.#alias(event.anchorStart, event.anchorEnd).value;
      case EVENT_ID.DOCUMENT:
      case EVENT_ID.POP:
      case undefined:
        return null;
    }
  }

  #scalar(event: ScalarEvent): JsonValue {
    this.#characters += event.valueEnd - event.valueStart;
    const text = textOf(this.#source, event);
    if (isDouble(event) && !event.fast) this.#noteBadEscape(event);
    let value: JsonValue = text;
    if (event.tagStart >= 0) value = this.#tagged(event, text);
    else if (isPlain(event)) value = this.#plain(event, text);
    if (event.anchorStart >= 0) this.#define(event, false, value);
    return value;
  }

  // goyaml.v2 scannerc.go has no escaped slash; JSON has.
  #noteBadEscape({ valueStart, valueEnd }: ScalarEvent): void {
    for (let at = this.#source.indexOf('\\', valueStart); at >= 0 && at < valueEnd; at = this.#source.indexOf('\\', at + 2)) {
      if (this.#source.charAt(at + 1) === '/') return void this.issues.push({ kind: 'bad-escape', offset: at, data: {} });
    }
  }

  #plain(event: ScalarEvent, text: string): JsonValue {
    const value = resolvePlain(text);
    if (value === NOT_FINITE_VALUE) return this.#refuse('bad-value', event, { value: text, reason: 'has no JSON form' });
    if (typeof value !== 'string' && isReadDifferently(text, value)) {
      this.issues.push({ kind: 'read-differently', offset: event.valueStart, data: { text, value } });
    }
    return value;
  }

  #tagged(event: ScalarEvent, text: string): JsonValue {
    const tag = this.#source.slice(event.tagStart, event.tagEnd);
    const value = resolveTagged(tag, text);
    if (value === undefined)
      return this.#refuse('bad-value', event, { value: tag, reason: 'does not fit the value that it stands before' });
    return value;
  }

  #anchored(event: MappingEvent | SequenceEvent, isMapping: boolean, read: () => JsonValue): JsonValue {
    if (event.anchorStart < 0) return read();
    const anchor: Anchor = { value: null, isComplete: false, nodes: 0, characters: 0, isMapping };
    this.#anchors.set(this.#source.slice(event.anchorStart, event.anchorEnd), anchor);
    const [nodes, characters] = [this.#nodes, this.#characters];
    anchor.value = read();
    anchor.isComplete = true;
    anchor.nodes = this.#nodes - nodes + 1;
    anchor.characters = this.#characters - characters;
    return anchor.value;
  }

  #define(event: ScalarEvent, isMapping: boolean, value: JsonValue): void {
    const characters = event.valueEnd - event.valueStart;
    const name = this.#source.slice(event.anchorStart, event.anchorEnd);
    this.#anchors.set(name, { value, isComplete: true, nodes: 1, characters, isMapping });
  }

  #alias(start: number, end: number): Anchor {
    const name = this.#source.slice(start, end);
    const anchor = this.#anchors.get(name);
    if (anchor === undefined) return this.#refuseAt('bad-alias', start - 1, { anchor: name, reason: 'is not defined before it is used' });
    if (!anchor.isComplete) return this.#refuseAt('bad-alias', start - 1, { anchor: name, reason: 'contains itself' });
    this.#nodes += anchor.nodes;
    this.#aliasNodes += anchor.nodes;
    this.#characters += anchor.characters;
    this.#aliasCharacters += anchor.characters;
    if (this.#isExcessive()) return this.#refuseAt('aliasing', start - 1, {});
    return anchor;
  }

  // goyaml.v2 decode.go: the share of nodes that may come from aliases falls from 99 % to 10 % as a document grows.
  #isExcessive(): boolean {
    if (this.#aliasCharacters > this.#aliasedCharacters) return true;
    if (this.#aliasNodes <= 100 || this.#nodes <= 1000) return false;
    const growth = Math.min(1, Math.max(0, (this.#nodes - 400_000) / 3_600_000));
    return this.#aliasNodes / this.#nodes > 0.99 - 0.89 * growth;
  }

  #sequence(): JsonValue {
    const items: JsonValue[] = [];
    while (!this.#atEnd()) items.push(this.node());
    this.index++;
    return items;
  }

  #mapping(): JsonValue {
    const object: Record<string, JsonValue> = {};
    let overridable: Set<string> | undefined;
    while (!this.#atEnd()) {
      const event = this.#events[this.index];
      if (this.#isMerge(event)) {
        overridable ??= new Set();
        this.#merge(object, overridable);
        continue;
      }
      const key = this.#key();
      if (key in object && Object.hasOwn(object, key) && !overridable?.delete(key)) {
        this.issues.push({ kind: 'duplicate-key', offset: event === undefined ? 0 : startOf(event), data: { key } });
      }
      setKey(object, key, this.node());
    }
    this.index++;
    return object;
  }

  #key(): string {
    const event = this.#events[this.index];
    if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) {
      return this.#refuse('bad-key', event, { reason: 'a key must be a scalar, not a map or a list' });
    }
    const value = this.node();
    const key = toKey(value);
    if (event === undefined || key === undefined) return this.#refuse('bad-key', event, { reason: 'a key must not be null' });
    if (typeof value === 'boolean' && event.type === EVENT_ID.SCALAR) this.#noteOddKey(event, key);
    return key;
  }

  #noteOddKey(event: ScalarEvent, key: string): void {
    const last = this.issues.at(-1);
    if (last?.kind === 'read-differently' && last.offset === event.valueStart) this.issues.pop();
    const text = textOf(this.#source, event);
    if (text !== key) this.issues.push({ kind: 'odd-key', offset: event.valueStart, data: { text, key } });
  }

  #isMerge(event: YamlEvent | undefined): boolean {
    if (event?.type !== EVENT_ID.SCALAR || event.valueEnd - event.valueStart !== 2) return false;
    if (!this.#source.startsWith('<<', event.valueStart)) return false;
    if (event.tagStart < 0) return isPlain(event);
    return this.#source.slice(event.tagStart, event.tagEnd) === '!!merge';
  }

  #merge(object: Record<string, JsonValue>, overridable: Set<string>): void {
    const keyEvent = this.#events[this.index++];
    const event = this.#events[this.index];
    const sources = this.#mergeSources(event);
    const overridden = new Set<string>();
    for (const source of sources.toReversed()) {
      for (const [key, value] of Object.entries(source)) {
        if (Object.hasOwn(object, key) && !overridable.has(key) && object[key] !== value) overridden.add(key);
        else overridable.add(key);
        setKey(object, key, value);
      }
    }
    if (overridden.size > 0 && keyEvent !== undefined) {
      this.issues.push({ kind: 'merge-overrides', offset: startOf(keyEvent), data: { keys: [...overridden] } });
    }
  }

  #mergeSources(event: YamlEvent | undefined): readonly JsonObject[] {
    const value = this.node();
    const list: readonly JsonValue[] = Array.isArray(value) && event?.type === EVENT_ID.SEQUENCE ? value : [value];
    return list.map((item) => {
      if (typeof item === 'object' && item !== null && !Array.isArray(item)) return asObject(item);
      return this.#refuse('bad-value', event, { value: '<<', reason: 'map merge requires map or sequence of maps as the value' });
    });
  }

  #atEnd(): boolean {
    const event = this.#events[this.index];
    return event === undefined || event.type === EVENT_ID.POP;
  }

  #refuse(kind: Issue['kind'], event: YamlEvent | undefined, data: Issue['data']): never {
    return this.#refuseAt(kind, event === undefined ? 0 : startOf(event), data);
  }

  #refuseAt(kind: Issue['kind'], offset: number, data: Issue['data']): never {
    throw new Refusal({ kind, offset: Math.max(0, offset), data });
  }
}

function asObject(value: JsonObject | readonly JsonValue[]): JsonObject {
  return Array.isArray(value) ? {} : (value as JsonObject);
}

function setKey(object: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

function endOfDocument(events: readonly YamlEvent[], start: number): number {
  let at = start + 1;
  while (at < events.length && events[at]?.type !== EVENT_ID.DOCUMENT) at++;
  return at;
}
