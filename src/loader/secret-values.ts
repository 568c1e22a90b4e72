import type { Finding } from '../model/index.ts';
import { isArray, isObject, type JsonValue } from '../std/index.ts';

/** Kinds that hold secret values, or are meant to: whatever their case and group; misspelt lists may have Secrets in them. */
const KIND = /^\s*(secrets?(list)?|list)\s*$/i;

/** What a Secret says somewhere that could not be read, unless it is spelt with escapes. */
const MENTION = /secret|\\[ux]/i;

/** What findings quote of a value, and what they say in its place. */
const QUOTES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  KL0003: { anchor: '(secret)' },
  KL0007: { value: '(secret)' },
  KL0009: { text: 'this value', value: 'a number or a boolean of YAML 1.1' },
};

/** Whether objects of this kind may hold secret values. */
export function isSecretKind(kind: string): boolean {
  return KIND.test(kind);
}

/** Whether the value is a Secret, misspelt or not, or has one somewhere in it. */
export function holdsSecret(value: JsonValue): boolean {
  if (isArray(value)) return value.some(holdsSecret);
  if (!isObject(value)) return false;
  const kind = value['kind'];
  return (typeof kind === 'string' && isSecretKind(kind)) || Object.values(value).some((item) => item !== undefined && holdsSecret(item));
}

/** Whether a text that could not be read may be of a Secret. */
export function mayHoldSecret(text: string): boolean {
  return MENTION.test(text);
}

/** The finding without what it quotes of a value. */
export function withoutQuotes(finding: Finding): Finding {
  const quotes = QUOTES[finding.code];
  if (quotes === undefined) return finding;
  return { ...finding, data: { ...finding.data, ...quotes } };
}
