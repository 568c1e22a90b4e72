import { stringifyJsonInOrder, type JsonValue } from './json.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
};

/** A text between quotes as Go's `%q` prints it, which is how the server prints the texts that it refuses. */
export function quoteGo(text: string): string {
  return `"${text.replace(/["\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, escape)}"`;
}

/**
 * A value as `field.Error` prints the one that it refuses: a text by `%q`, anything else as Go writes JSON. `write` says in which order
 * the fields stand: that of the struct, or of a map's keys.
 */
export function printGo(value: JsonValue, write: (value: JsonValue) => string = stringifyJsonInOrder): string {
  return typeof value === 'string' ? quoteGo(value) : write(value).replace(/[<>&\u2028\u2029]/g, escapeUnicode);
}

function escapeUnicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function escape(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
