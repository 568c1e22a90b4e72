import { member, overload, type Implementation } from '../declaration.ts';
import { INT, listOf, DYN, STRING } from '../type.ts';
import { Failure, isList, NO_SUCH_OVERLOAD, type Result, type Value } from '../value.ts';
import { formatValue } from '../format-value.ts';
import { formatText } from './format-text.ts';
import type { Library } from './library.ts';

const TEXTS = listOf(STRING);

function outOfRange(index: bigint): Failure {
  return new Failure(`index out of range: ${index}`);
}

function charAt(letters: readonly string[], index: bigint): Result {
  return index < 0n || index > letters.length ? outOfRange(index) : (letters[Number(index)] ?? '');
}

function indexOf(letters: readonly string[], part: readonly string[], from: bigint): Result {
  if (part.length === 0) return from;
  if (from < 0n) return outOfRange(from);
  for (let at = Number(from); at <= letters.length - part.length; at++) if (isAt(letters, part, at)) return BigInt(at);
  return -1n;
}

function lastIndexOf(letters: readonly string[], part: readonly string[], from: bigint): Result {
  if (part.length === 0) return from;
  if (from < 0n) return outOfRange(from);
  if (from >= letters.length) return -1n;
  for (let at = Math.min(Number(from), letters.length - part.length); at >= 0; at--) if (isAt(letters, part, at)) return BigInt(at);
  return -1n;
}

function isAt(letters: readonly string[], part: readonly string[], at: number): boolean {
  return part.every((letter, offset) => letters[at + offset] === letter);
}

function substring(letters: readonly string[], start: bigint, end: bigint | undefined): Result {
  const last = end ?? BigInt(letters.length);
  if (end !== undefined && start > end) return new Failure(`invalid substring range. start: ${start}, end: ${end}`);
  for (const index of [start, last]) if (index < 0n || index > letters.length) return outOfRange(index);
  return letters.slice(Number(start), Number(last)).join('');
}

/** Go's `strings.Replace`: at most so many times, all if less than 0; an empty text is found before each character and at the end. */
function replace(text: string, old: string, by: string, most: bigint): string {
  if (most < 0n) return old === '' ? [...Array.from(text, (letter) => by + letter), by].join('') : text.split(old).join(by);
  if (old === '')
    return Array.from(text, (letter, index) => (index < most ? by + letter : letter)).join('') + (most > Array.from(text).length ? by : '');
  const parts = text.split(old);
  const count = Math.min(Number(most), parts.length - 1);
  return (
    parts.slice(0, count + 1).join(by) +
    parts
      .slice(count + 1)
      .map((part) => old + part)
      .join('')
  );
}

/** Go's `strings.SplitN`. */
function split(text: string, separator: string, most: bigint): readonly string[] {
  if (most === 0n) return [];
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (most < 0n || parts.length <= most) return parts;
  const count = Number(most) - 1;
  return [...parts.slice(0, count), parts.slice(count).join(separator)];
}

function join(list: readonly Value[], separator: string): Result {
  const texts = list.filter((item) => typeof item === 'string');
  const other = list.find((item) => typeof item !== 'string');
  return other === undefined ? texts.join(separator) : new Failure(`join: invalid input: ${formatValue(other)}`);
}

const BLANK = String.raw`[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+`;
const MARGINS = new RegExp(`^${BLANK}|${BLANK}$`, 'gu');

const QUOTED: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function quote(text: string): string {
  return `"${text.replace(/[\u0007\b\f\n\r\t\v\\"]/g, (letter) => QUOTED[letter] ?? letter)}"`;
}

const text =
  (run: (text: string, ...rest: readonly Value[]) => Result): Implementation =>
  (first, ...rest) =>
    typeof first === 'string' ? run(first, ...rest) : NO_SUCH_OVERLOAD;
const toInt = (value: Value | undefined): bigint => (typeof value === 'bigint' ? value : 0n);
const toText = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
const ascii = (pattern: RegExp, change: 'toLowerCase' | 'toUpperCase'): Implementation =>
  text((value) => value.replace(pattern, (letters) => letters[change]()));

/** The functions on texts (cel-go's `ext.Strings`, version 2). */
export const STRINGS: Library = {
  functions: [
    {
      name: 'charAt',
      overloads: [
        member(
          'string_char_at_int',
          [STRING, INT],
          STRING,
          text((value, at) => charAt(Array.from(value), toInt(at))),
        ),
      ],
    },
    {
      name: 'indexOf',
      overloads: [
        member(
          'string_index_of_string',
          [STRING, STRING],
          INT,
          text((value, part) => indexOf(Array.from(value), Array.from(toText(part)), 0n)),
        ),
        member(
          'string_index_of_string_int',
          [STRING, STRING, INT],
          INT,
          text((value, part, from) => indexOf(Array.from(value), Array.from(toText(part)), toInt(from))),
        ),
      ],
    },
    {
      name: 'lastIndexOf',
      overloads: [
        member(
          'string_last_index_of_string',
          [STRING, STRING],
          INT,
          text((value, part) => {
            const letters = Array.from(value);
            if (part === '') return BigInt(letters.length);
            return letters.length === 0 ? -1n : lastIndexOf(letters, Array.from(toText(part)), BigInt(letters.length - 1));
          }),
        ),
        member(
          'string_last_index_of_string_int',
          [STRING, STRING, INT],
          INT,
          text((value, part, from) => lastIndexOf(Array.from(value), Array.from(toText(part)), toInt(from))),
        ),
      ],
    },
    { name: 'lowerAscii', overloads: [member('string_lower_ascii', [STRING], STRING, ascii(/[A-Z]+/g, 'toLowerCase'))] },
    { name: 'upperAscii', overloads: [member('string_upper_ascii', [STRING], STRING, ascii(/[a-z]+/g, 'toUpperCase'))] },
    {
      name: 'trim',
      overloads: [
        member(
          'string_trim',
          [STRING],
          STRING,
          text((value) => value.replace(MARGINS, '')),
        ),
      ],
    },
    {
      name: 'replace',
      overloads: [
        member(
          'string_replace_string_string',
          [STRING, STRING, STRING],
          STRING,
          text((value, old, by) => replace(value, toText(old), toText(by), -1n)),
        ),
        member(
          'string_replace_string_string_int',
          [STRING, STRING, STRING, INT],
          STRING,
          text((value, old, by, most) => replace(value, toText(old), toText(by), toInt(most))),
        ),
      ],
    },
    {
      name: 'split',
      overloads: [
        member(
          'string_split_string',
          [STRING, STRING],
          TEXTS,
          text((value, separator) => split(value, toText(separator), -1n)),
        ),
        member(
          'string_split_string_int',
          [STRING, STRING, INT],
          TEXTS,
          text((value, separator, most) => split(value, toText(separator), toInt(most))),
        ),
      ],
    },
    {
      name: 'substring',
      overloads: [
        member(
          'string_substring_int',
          [STRING, INT],
          STRING,
          text((value, start) => substring(Array.from(value), toInt(start), undefined)),
        ),
        member(
          'string_substring_int_int',
          [STRING, INT, INT],
          STRING,
          text((value, start, end) => substring(Array.from(value), toInt(start), toInt(end))),
        ),
      ],
    },
    {
      name: 'format',
      overloads: [
        {
          ...member(
            'string_format',
            [STRING, listOf(DYN)],
            STRING,
            text((value, args) => (args !== undefined && isList(args) ? formatText(value, args) : NO_SUCH_OVERLOAD)),
          ),
          isVariadic: true,
        },
      ],
    },
    { name: 'strings.quote', overloads: [overload('strings_quote', [STRING], STRING, text(quote))] },
    {
      name: 'join',
      overloads: [
        member('list_join', [TEXTS], STRING, (list = null) => (isList(list) ? join(list, '') : NO_SUCH_OVERLOAD)),
        member('list_join_string', [TEXTS, STRING], STRING, (list = null, separator) =>
          isList(list) ? join(list, toText(separator)) : NO_SUCH_OVERLOAD,
        ),
      ],
    },
  ],
};
