import type { JsonValue, Path } from '../../std/index.ts';
import { isReadDifferently, NOT_FINITE_VALUE, resolvePlain } from './scalar.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const HASH = 0x23;
const SINGLE_QUOTE = 0x27;
const COMMA = 0x2c;
const DASH = 0x2d;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;

/** A scalar that YAML versions disagree on. */
export interface Oddity {
  readonly offset: number;
  readonly path: Path;
  readonly text: string;
  readonly value: JsonValue;
}

// By character code: what a key may hold, and what may begin a plain scalar.
const KEY = toTable('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-');
const BLOCK_KEY = toTable('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-{}",[]');
const PLAIN_START = toTable('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./$()+;<=^~\\');

function toTable(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

// Manifests are made of a few hundred keys: plain ones that have been read before, by hash, as the engine keeps its names.
const KNOWN_KEYS = 4096;
const knownKeys: (string | undefined)[] = Array.from({ length: KNOWN_KEYS });

function intern(key: string): string {
  const [name = key] = Object.keys({ [key]: true });
  return name;
}

/** What stands on one line: keys, scalars and flow collections. Gives up for good at the first thing that is not simple. */
export class SimpleFlow {
  readonly text: string;
  readonly end: number;
  at: number;
  hasGivenUp = false;
  #hash = 0;
  /** The path of the value that is read now. */
  readonly path: (string | number)[] = [];
  /** Numbers and booleans that YAML 1.2 reads differently. */
  readonly oddities: Oddity[] = [];

  constructor(text: string, start: number, end: number) {
    this.text = text;
    this.at = start;
    this.end = end;
  }

  giveUp(): null {
    this.hasGivenUp = true;
    this.at = this.end;
    return null;
  }

  /** The offset of the line feed that ends the line, or the end of the document. */
  lineEnd(from: number): number {
    const found = this.text.indexOf('\n', from);
    return found < 0 || found > this.end ? this.end : found;
  }

  skipSpaces(): void {
    while (this.text.charCodeAt(this.at) === SPACE) this.at++;
  }

  /** True if nothing but a comment is left of the line; then stands at its end. */
  endsLine(): boolean {
    const before = this.at;
    this.skipSpaces();
    const code = this.at < this.end ? this.text.charCodeAt(this.at) : NEWLINE;
    if (code !== NEWLINE && (code !== HASH || this.at === before)) return false;
    this.at = this.lineEnd(this.at);
    return true;
  }

  /** True if a key and a colon stand here. */
  startsPair(): boolean {
    const colon = this.#keyEnd(BLOCK_KEY);
    return colon > this.at && this.#isSeparator(colon);
  }

  /** The key that stands here; the empty string, having given up, if it is not a simple one. Then stands after its colon. */
  key(isInFlow = false): string {
    const colon = this.#keyEnd(isInFlow ? KEY : BLOCK_KEY);
    const known = knownKeys[this.#hash];
    if (known?.length === colon - this.at && this.text.startsWith(known, this.at) && this.#isSeparator(colon)) {
      this.at = colon + 1;
      return known;
    }
    const first = this.text.charCodeAt(this.at);
    const key = first === SINGLE_QUOTE ? this.text.slice(this.at + 1, colon - 1) : this.text.slice(this.at, colon);
    const isString =
      first === SINGLE_QUOTE ? !key.includes("'") && !key.includes('\n') : KEY[first] === 1 && first !== DASH && resolvePlain(key) === key;
    if (key === '' || !this.#isSeparator(colon) || !isString) {
      this.giveUp();
      return '';
    }
    this.at = colon + 1;
    if (key === '__proto__') return '';
    if (first !== SINGLE_QUOTE) knownKeys[this.#hash] = intern(key);
    return key;
  }

  // The colon after the key, or where it ends otherwise; then `#hash` is of the key. A colon with more of the key behind it is part of it (`f:metadata`).
  #keyEnd(allowed: Uint8Array): number {
    const { text, end } = this;
    const first = text.charCodeAt(this.at);
    if (first === SINGLE_QUOTE) return Math.max(this.at, this.#singleEnd(end) + 1);
    let at = this.at;
    let hash = 0;
    if (KEY[first] !== 1) return at;
    for (; at < end; at++) {
      const code = text.charCodeAt(at);
      if (allowed[code] !== 1 && (code !== COLON || allowed[text.charCodeAt(at + 1)] !== 1)) break;
      hash = (hash * 31 + code) & (KNOWN_KEYS - 1);
    }
    this.#hash = hash;
    return at;
  }

  #isSeparator(colon: number): boolean {
    if (this.text.charCodeAt(colon) !== COLON || colon >= this.end) return false;
    const next = colon + 1 < this.end ? this.text.charCodeAt(colon + 1) : NEWLINE;
    return next === SPACE || next === NEWLINE;
  }

  /** The value that fills the rest of the line, but for a comment. */
  inline(): JsonValue {
    const code = this.text.charCodeAt(this.at);
    if (code === OPEN_MAP || code === OPEN_LIST || code === DOUBLE_QUOTE || code === SINGLE_QUOTE) {
      const value = this.#flowValue(this.lineEnd(this.at), 0);
      return this.hasGivenUp || !this.endsLine() ? this.giveUp() : value;
    }
    return this.#plainLine();
  }

  #plainLine(): JsonValue {
    const { text } = this;
    const start = this.at;
    if (!this.#startsPlain()) return this.giveUp();
    const stop = this.lineEnd(start);
    let last = start;
    for (let at = start; at < stop; at++) {
      const code = text.charCodeAt(at);
      if (code === SPACE) continue;
      if (code === HASH && text.charCodeAt(at - 1) === SPACE) break;
      if (code === COLON && (at + 1 === stop || text.charCodeAt(at + 1) === SPACE)) return this.giveUp();
      last = at;
    }
    this.at = stop;
    return this.#resolve(start, last + 1);
  }

  #startsPlain(): boolean {
    const code = this.text.charCodeAt(this.at);
    if (code !== DASH) return PLAIN_START[code] === 1;
    const next = this.text.charCodeAt(this.at + 1);
    return next === DASH || PLAIN_START[next] === 1;
  }

  #resolve(start: number, end: number): JsonValue {
    const text = this.text.slice(start, end);
    const value = resolvePlain(text);
    if (value === NOT_FINITE_VALUE) return this.giveUp();
    if (typeof value !== 'string' && isReadDifferently(text, value))
      this.oddities.push({ offset: start, path: [...this.path], text, value });
    return value;
  }

  #flowValue(stop: number, depth: number): JsonValue {
    if (depth > 30) return this.giveUp();
    switch (this.text.charCodeAt(this.at)) {
      case OPEN_MAP:
        return this.#flowMap(stop, depth);
      case OPEN_LIST:
        return this.#flowList(stop, depth);
      case DOUBLE_QUOTE:
      case SINGLE_QUOTE:
        return this.#quoted(stop);
      default:
        return this.#flowPlain(stop);
    }
  }

  #quoted(stop: number): JsonValue {
    const isDouble = this.text.charCodeAt(this.at) === DOUBLE_QUOTE;
    const close = isDouble ? this.#doubleEnd(stop) : this.#singleEnd(stop);
    if (close < 0) return this.giveUp();
    const value = this.text.slice(this.at + 1, close);
    this.at = close + 1;
    if (!isDouble) return value.includes("'") ? value.replaceAll("''", "'") : value;
    if (!value.includes('\\')) return value;
    // A pattern of all of it would overflow its stack on megabytes.
    const isJson = !value.replaceAll(/\\[nrt"\\]/g, '').includes('\\');
    return isJson ? String(JSON.parse(`"${value}"`)) : this.giveUp();
  }

  #singleEnd(stop: number): number {
    let close = this.text.indexOf("'", this.at + 1);
    while (close >= 0 && this.text.charCodeAt(close + 1) === SINGLE_QUOTE) close = this.text.indexOf("'", close + 2);
    return close < stop ? close : -1;
  }

  #doubleEnd(stop: number): number {
    for (let at = this.at + 1; at < stop; at++) {
      const code = this.text.charCodeAt(at);
      if (code === DOUBLE_QUOTE) return at;
      if (code === BACKSLASH) at++;
    }
    return -1;
  }

  #flowPlain(stop: number): JsonValue {
    const start = this.at;
    if (!this.#startsPlain()) return this.giveUp();
    let last = start;
    for (let at = start; at < stop; at++) {
      const code = this.text.charCodeAt(at);
      if (code === COMMA || code === CLOSE_LIST || code === CLOSE_MAP) {
        this.at = at;
        return this.#resolve(start, last + 1);
      }
      if (code === COLON || code === HASH || code === OPEN_LIST || code === OPEN_MAP) return this.giveUp();
      if (code !== SPACE) last = at;
    }
    return this.giveUp();
  }

  #flowList(stop: number, depth: number): JsonValue {
    const items: JsonValue[] = [];
    this.at++;
    this.skipSpaces();
    if (this.#takes(CLOSE_LIST)) return items;
    while (this.at < stop) {
      this.path.push(items.length);
      items.push(this.#flowValue(stop, depth + 1));
      this.path.pop();
      this.skipSpaces();
      if (this.#takes(CLOSE_LIST)) return items;
      if (!this.#takes(COMMA)) return this.giveUp();
      this.skipSpaces();
    }
    return this.giveUp();
  }

  #flowMap(stop: number, depth: number): JsonValue {
    const object: Record<string, JsonValue> = {};
    this.at++;
    this.skipSpaces();
    if (this.#takes(CLOSE_MAP)) return object;
    while (this.at < stop) {
      const key = this.key(true);
      if (key === '' || (key in object && Object.hasOwn(object, key))) return this.giveUp();
      this.skipSpaces();
      this.path.push(key);
      object[key] = this.#flowValue(stop, depth + 1);
      this.path.pop();
      this.skipSpaces();
      if (this.#takes(CLOSE_MAP)) return object;
      if (!this.#takes(COMMA)) return this.giveUp();
      this.skipSpaces();
    }
    return this.giveUp();
  }

  #takes(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false;
    this.at++;
    return true;
  }
}
