import type { JsonValue } from '../../std/index.ts';
import { NOT_FINITE_VALUE, resolvePlain } from './scalar.ts';

const STANDARD = 'tag:yaml.org,2002:';

/** The value of a scalar with an explicit tag, as kubectl reads it; undefined if tag and text do not fit. Unknown tags leave the text. */
export function resolveTagged(tag: string, text: string): JsonValue | undefined {
  switch (shortNameOf(tag)) {
    case 'int':
      return keep(text, (value) => typeof value === 'bigint' || Number.isInteger(value));
    case 'float':
      return keep(text, (value) => typeof value === 'number' || typeof value === 'bigint');
    case 'bool':
      return keep(text, (value) => typeof value === 'boolean');
    case 'null':
      return keep(text, (value) => value === null);
    case 'binary':
      return decodeBase64(text);
    default:
      return text;
  }
}

function shortNameOf(tag: string): string {
  if (tag.startsWith('!!')) return tag.slice(2);
  return tag.startsWith(`!<${STANDARD}`) ? tag.slice(2 + STANDARD.length, -1) : '';
}

function keep(text: string, fits: (value: JsonValue) => boolean): JsonValue | undefined {
  const value = resolvePlain(text);
  return value !== NOT_FINITE_VALUE && fits(value) ? value : undefined;
}

function decodeBase64(text: string): string | undefined {
  const compact = text.replaceAll(/[\r\n]/g, '');
  return /^[A-Za-z0-9+/]*={0,2}$/.test(compact) && compact.length % 4 === 0 ? Buffer.from(compact, 'base64').toString() : undefined;
}
