import { sortedUnique } from '../std/index.ts';

/** One term of a field selector: a field is, or is not, of a value. */
export interface FieldTerm {
  readonly field: string;
  readonly isEqual: boolean;
  readonly value: string;
}

/**
 * Reads a field selector: `metadata.name=web,status.phase!=Running`, with `\` before what would else end a value. The terms are
 * sorted by their text, as there; undefined if it is none (`apimachinery/pkg/fields.ParseSelector`).
 */
export function parseFieldSelector(text: string): readonly FieldTerm[] | undefined {
  const terms: FieldTerm[] = [];
  for (const part of sortedUnique(text.match(/(?:\\[\s\S]|[^,\\]|\\$)+/g) ?? [])) {
    const [, field, operator, rest] = /^([\s\S]*?)(!=|==?)([\s\S]*)$/.exec(part) ?? [];
    const value = rest === undefined ? undefined : unescape(rest);
    if (field === undefined || value === undefined) return undefined;
    terms.push({ field, isEqual: operator !== '!=', value });
  }
  return terms;
}

function unescape(text: string): string | undefined {
  return /^(?:[^\\,=]|\\[\\,=])*$/.test(text) ? text.replaceAll(/\\([\s\S])/g, '$1') : undefined;
}
