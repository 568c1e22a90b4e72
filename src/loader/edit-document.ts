import type { Origin, SourceRange } from '../model/index.ts';
import { isArray, isEqualJson, isObject, stringifyJson, type JsonObject, type JsonValue, type Path } from '../std/index.ts';

/** A part of a text that is replaced. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The splices that turn one document of a YAML text into another value, comments, order and style of all else kept; undefined
 * where a change is of a kind that is not made in place. `origin` is that of the document in this very text. Whoever applies
 * them reads the result again: what was not meant to be must not be written.
 */
export function editDocument(text: string, origin: Origin, before: JsonValue, after: JsonValue): readonly Splice[] | undefined {
  const edit = new DocumentEdit(text, origin);
  return edit.change(before, after, []) ? edit.splices : undefined;
}

/** The text with the splices made. Of several at one place the first given stands first. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let at = 0;
  let made = '';
  for (const { start, end, text: part } of splices.toSorted((a, b) => a.start - b.start)) {
    made += text.slice(at, start) + part;
    at = end;
  }
  return made + text.slice(at);
}

class DocumentEdit {
  readonly splices: Splice[] = [];
  readonly #text: string;
  readonly #origin: Origin;
  readonly #lines: readonly number[];

  constructor(text: string, origin: Origin) {
    this.#text = text;
    this.#origin = origin;
    this.#lines = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map(({ 0: end, index }) => index + end.length)];
  }

  /** Adds what makes one value of the other; false where it cannot. Inner values come first: what is added after them stands below. */
  change(before: JsonValue, after: JsonValue, path: Path): boolean {
    if (isEqualJson(before, after)) return true;
    if (isObject(before) && isObject(after)) return this.#changeObject(before, after, path);
    const isList = isArray(before) && isArray(after) && before.length === after.length;
    if (isList) return before.every((item, index) => this.change(item, after[index] ?? null, [...path, index]));
    return this.#replace(after, path);
  }

  #changeObject(before: JsonObject, after: JsonObject, path: Path): boolean {
    const kept = Object.keys(before).filter((key) => after[key] !== undefined);
    const added = Object.keys(after).filter((key) => before[key] === undefined);
    const gone = Object.keys(before).filter((key) => after[key] === undefined);
    const [old] = gone;
    const [fresh] = added;
    const isRenamed = gone.length === 1 && added.length === 1 && old !== undefined && fresh !== undefined;
    if (isRenamed && isEqualJson(before[old], after[fresh])) {
      return this.#rename(old, fresh, path) && kept.every((key) => this.change(before[key] ?? null, after[key] ?? null, [...path, key]));
    }
    if (!kept.every((key) => this.change(before[key] ?? null, after[key] ?? null, [...path, key]))) return false;
    if (!gone.every((key) => this.#remove([...path, key]))) return false;
    return added.length === 0 || this.#add(before, Object.fromEntries(added.map((key) => [key, after[key] ?? null])), path);
  }

  #rename(old: string, fresh: string, path: Path): boolean {
    const { start } = this.#stretch([...path, old]);
    if (!this.#text.startsWith(old, start)) return false;
    this.splices.push({ start, end: start + old.length, text: fresh });
    return true;
  }

  #replace(value: JsonValue, path: Path): boolean {
    const key = path.at(-1);
    const { start, end } = this.#stretch(path);
    if (typeof key !== 'string' || !this.#text.startsWith(`${key}:`, start)) return false;
    this.splices.push({ start, end: end - trailing(this.#text.slice(start, end)), text: `${key}: ${toFlow(value)}` });
    return true;
  }

  /** Takes away a field that has its lines for itself. */
  #remove(path: Path): boolean {
    const { start, end } = this.#stretch(path);
    const from = this.#text.lastIndexOf('\n', start - 1) + 1;
    const next = this.#text.indexOf('\n', end - 1);
    const to = next === -1 ? this.#text.length : next + 1;
    const isAlone = this.#text.slice(from, start).trim() === '' && /^(?:#.*)?$/.test(this.#text.slice(end, to).trim());
    if (isAlone) this.splices.push({ start: from, end: to, text: '' });
    return isAlone;
  }

  #add(within: JsonObject, fields: JsonObject, path: Path): boolean {
    const [first] = Object.keys(within);
    const whole = this.#stretch(path);
    const last = whole.end - trailing(this.#text.slice(whole.start, whole.end));
    const brace = this.#findBrace(whole.start, path);
    if (brace !== undefined) return this.#addToFlow(within, fields, brace, last);
    if (first === undefined) return false;
    const entry = this.#range([...path, first]);
    const indent = ' '.repeat(entry.column - 1);
    const next = this.#text.indexOf('\n', last);
    const at = next === -1 ? this.#text.length : next;
    const rest = this.#text.slice(last, at);
    if (!/^[\s\]}]*(?:#.*)?$/.test(rest)) return false;
    const isCarriage = this.#text[at - 1] === '\r';
    const line = isCarriage ? '\r\n' : '\n';
    const text = toBlock(fields, indent)
      .map((part) => line + part)
      .join('');
    const start = isCarriage ? at - 1 : at;
    this.splices.push({ start, end: start, text });
    return true;
  }

  /** Where a mapping in braces begins; undefined for one in lines of its own. */
  #findBrace(start: number, path: Path): number | undefined {
    const key = path.at(-1);
    const at = typeof key === 'string' && this.#text.startsWith(`${key}:`, start) ? start + key.length + 1 : start;
    const spaces = /^\s*/.exec(this.#text.slice(at, at + 200))?.[0].length ?? 0;
    return this.#text[at + spaces] === '{' ? at + spaces : undefined;
  }

  /** Adds at the end where that is certain: after a scalar; else at the front. */
  #addToFlow(within: JsonObject, fields: JsonObject, brace: number, last: number): boolean {
    const text = Object.entries(fields)
      .map(([key, value]) => `${key}: ${toFlow(value)}`)
      .join(', ');
    const values = Object.values(within);
    const final = values.at(-1);
    const [at, made] =
      final !== undefined && !isObject(final) && !isArray(final)
        ? [last, `, ${text}`]
        : [brace + 1, values.length === 0 ? text : ` ${text},`];
    this.splices.push({ start: at, end: at, text: made });
    return true;
  }

  #range(path: Path): SourceRange {
    return this.#origin.locate(path);
  }

  #stretch(path: Path): { readonly start: number; readonly end: number } {
    const { line, column, endLine, endColumn } = this.#range(path);
    return { start: (this.#lines[line - 1] ?? 0) + column - 1, end: (this.#lines[endLine - 1] ?? 0) + endColumn - 1 };
  }
}

function trailing(text: string): number {
  return text.length - text.trimEnd().length;
}

function toBlock(fields: JsonObject, indent: string): readonly string[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    isObject(value) && Object.keys(value).length > 0
      ? [`${indent}${key}:`, ...toBlock(value, `${indent}  `)]
      : [`${indent}${key}: ${toFlow(value)}`],
  );
}

function toFlow(value: JsonValue): string {
  if (isArray(value)) return `[${value.map(toFlow).join(', ')}]`;
  if (isObject(value))
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${key}: ${toFlow(item)}`)
      .join(', ')} }`;
  return typeof value === 'string' && isPlain(value) ? value : stringifyJson(value);
}

function isPlain(text: string): boolean {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text);
}
