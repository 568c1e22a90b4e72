import { stringifyJson, type JsonValue } from '../../../std/index.ts';

/** A value as text: numbers as they are written, what is no text in JSON. */
export function toText(value: JsonValue): string {
  return typeof value === 'string' ? value : stringifyJson(value);
}
