import type { JsonValue } from '../../std/index.ts';
import { SimpleFlow, type Oddity } from './simple-flow.ts';

/** What the reader of simple YAML made of a document; `start` is the offset of its first key. */
export interface SimpleDocument {
  readonly value: JsonValue;
  readonly start: number;
  readonly oddities: readonly Oddity[];
}

const NEWLINE = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const DASH = 0x2d;
const GREATER = 0x3e;
const PIPE = 0x7c;

/**
 * Reads the YAML that most manifests are written in: block maps and lists, one-line scalars and flow collections, literal
 * and folded blocks, printable ASCII, nothing repeated and nothing that YAML versions disagree on. Whatever else it meets, it gives
 * up and js-yaml reads the document; where it does not, both agree (a fuzz test compares them). It is three times as fast.
 */
export function readSimple(text: string, start: number, end: number): SimpleDocument | undefined {
  const reader = new SimpleBlock(text, start, end);
  const value = reader.document();
  return reader.hasGivenUp ? undefined : { value, start: reader.first, oddities: reader.oddities };
}

/** True for a text whose documents may be simple: printable ASCII and line feeds, and no waiver in a comment. */
export function mayBeSimple(text: string): boolean {
  return !/[^\n\x20-\x7e]/.test(text) && !text.includes('kplan:');
}

class SimpleBlock extends SimpleFlow {
  first = 0;
  /** The column of the next content; -1 at the end. */
  #indent = 0;
  #depth = 0;

  document(): JsonValue {
    if (this.text.startsWith('---', this.at) && this.at + 3 <= this.end) {
      this.at += 3;
      if (!this.endsLine()) return this.giveUp();
    }
    this.#nextLine();
    this.first = this.at;
    if (this.#indent < 0) return null;
    if (this.#indent > 0 || this.#isDash()) return this.giveUp();
    const value = this.#mapping(0);
    return this.#indent >= 0 ? this.giveUp() : value;
  }

  // From the end of a line to the next that has content.
  #nextLine(): void {
    const { text, end } = this;
    let at = this.at;
    while (at < end) {
      if (text.charCodeAt(at) === NEWLINE) at++;
      const lineStart = at;
      while (text.charCodeAt(at) === SPACE) at++;
      const code = at < end ? text.charCodeAt(at) : -1;
      if (code === HASH) at = this.lineEnd(at);
      else if (code !== NEWLINE && code !== -1) {
        this.at = at;
        this.#indent = at - lineStart;
        return;
      }
    }
    this.at = end;
    this.#indent = -1;
  }

  #isDash(): boolean {
    const next = this.text.charCodeAt(this.at + 1);
    return this.text.charCodeAt(this.at) === DASH && (next === SPACE || next === NEWLINE || this.at + 1 >= this.end);
  }

  #mapping(indent: number): JsonValue {
    if (++this.#depth > 60) return this.giveUp();
    const object: Record<string, JsonValue> = {};
    while (this.#indent === indent && !this.hasGivenUp) {
      const key = this.key();
      if (key === '' || (key in object && Object.hasOwn(object, key))) return this.giveUp();
      this.path.push(key);
      object[key] = this.#value(indent, true);
      this.path.pop();
    }
    this.#depth--;
    return this.#indent > indent ? this.giveUp() : object;
  }

  #sequence(indent: number): JsonValue {
    if (++this.#depth > 60) return this.giveUp();
    const items: JsonValue[] = [];
    while (this.#indent === indent && this.#isDash() && !this.hasGivenUp) {
      this.path.push(items.length);
      items.push(this.#item(indent));
      this.path.pop();
    }
    this.#depth--;
    return this.#indent > indent ? this.giveUp() : items;
  }

  #item(indent: number): JsonValue {
    const dash = this.at++;
    this.skipSpaces();
    if (this.#isDash()) return this.giveUp();
    if (!this.startsPair()) return this.#value(indent, false);
    this.#indent = indent + this.at - dash;
    return this.#mapping(this.#indent);
  }

  /** The value after `key:` or `-`; then stands at the next line's content. */
  #value(indent: number, isInMapping: boolean): JsonValue {
    this.skipSpaces();
    const code = this.at < this.end ? this.text.charCodeAt(this.at) : NEWLINE;
    if (code === NEWLINE || code === HASH) return this.#nested(indent, isInMapping);
    if (code === PIPE || code === GREATER) return this.#block(indent);
    const value = this.inline();
    this.#nextLine();
    return this.#indent > indent ? this.giveUp() : value;
  }

  #nested(indent: number, isInMapping: boolean): JsonValue {
    this.at = this.lineEnd(this.at);
    this.#nextLine();
    if (this.#indent > indent) return this.#isDash() ? this.#sequence(this.#indent) : this.#mapping(this.#indent);
    return isInMapping && this.#indent === indent && this.#isDash() ? this.#sequence(indent) : null;
  }

  #block(indent: number): JsonValue {
    const headerEnd = this.lineEnd(this.at);
    const header = this.text.slice(this.at, headerEnd);
    const lines = BLOCK_HEADERS.has(header) ? this.#blockLines(indent, headerEnd + 1) : undefined;
    const text = lines === undefined ? undefined : header.startsWith('>') ? fold(lines) : lines.join('\n');
    if (text === undefined) return this.giveUp();
    return header.endsWith('-') ? text : `${text}\n`;
  }

  /** The lines of a block without their indentation and what is blank at its end; then stands at the next line's content. */
  #blockLines(indent: number, start: number): readonly string[] | undefined {
    const { text, end } = this;
    const lines: string[] = [];
    let width = 0;
    let at = start;
    while (at < end) {
      const stop = this.lineEnd(at);
      let content = at;
      while (content < stop && text.charCodeAt(content) === SPACE) content++;
      if (content === stop) {
        if (content - at > width) return undefined;
        lines.push('');
      } else {
        if (width === 0) width = content - at;
        if (width <= indent) return undefined;
        if (content - at < width) {
          if (content - at > indent) return undefined;
          break;
        }
        lines.push(text.slice(at + width, stop));
      }
      at = stop + 1;
    }
    if (width === 0 || (at >= end && text.charCodeAt(end - 1) !== NEWLINE)) return undefined;
    this.at = Math.min(at, end);
    this.#nextLineFromStart();
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  // As `#nextLine`, standing at the start of a line already.
  #nextLineFromStart(): void {
    if (this.at > 0) this.at--;
    this.#nextLine();
  }
}

const BLOCK_HEADERS = new Set(['|', '|-', '>', '>-']);

// A line break between two lines is a space, one that empty lines follow goes; lines that begin with a space are js-yaml's to fold.
function fold(lines: readonly string[]): string | undefined {
  let text = lines[0] ?? '';
  let blank = 0;
  if (text === '') return undefined;
  for (const line of lines.slice(1)) {
    if (line === '') blank++;
    else {
      if (line.startsWith(' ')) return undefined;
      text += (blank === 0 ? ' ' : '\n'.repeat(blank)) + line;
      blank = 0;
    }
  }
  return text;
}
