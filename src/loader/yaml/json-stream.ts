import type { Stretch } from './place.ts';

/**
 * The JSON objects that a stream begins with, one after the other, and what comes behind them, to be read as YAML: as kubectl
 * reads it (apimachinery's YAMLOrJSONDecoder). None for a stream that is one object, or does not begin with one.
 */
export function splitObjects(text: string): readonly Stretch[] {
  const parts: Stretch[] = [];
  let end = 0;
  for (let start = skipSpace(text, 0); text.charAt(start) === '{'; start = skipSpace(text, end)) {
    const next = endOfObject(text, start);
    if (next < 0 || !isJsonText(text.slice(start, next))) break;
    parts.push({ start, end: next });
    end = next;
  }
  if (parts.length > 0 && skipSpace(text, end) < text.length) parts.push({ start: end, end: text.length });
  return parts.length > 1 ? parts : [];
}

/** True for JSON as its standard has it: no comments, no trailing commas, no bare keys. */
export function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function endOfObject(text: string, start: number): number {
  let depth = 0;
  let isText = false;
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (isText) {
      if (character === '\\') at++;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at + 1;
  }
  return -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (' \t\r\n\uFEFF'.includes(text.charAt(at)) && at < text.length) at++;
  return at;
}
