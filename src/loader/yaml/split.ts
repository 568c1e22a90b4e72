import type { Stretch } from './place.ts';

/**
 * The documents of a YAML stream, split at lines that begin with `---` before anything is parsed, as kubectl does
 * (apimachinery's YAMLReader): a fault in one document leaves the others. YAML forbids such a line within a document.
 */
export function splitDocuments(text: string): readonly Stretch[] {
  const parts: Stretch[] = [];
  let start = 0;
  for (let at = nextMarker(text, 1); at >= 0; at = nextMarker(text, at + 3)) {
    parts.push({ start, end: at });
    start = at;
  }
  parts.push({ start, end: text.length });
  return parts;
}

function nextMarker(text: string, from: number): number {
  for (let at = text.indexOf('\n---', from - 1); at >= 0; at = text.indexOf('\n---', at + 1)) {
    if (isMarkerEnd(text.charCodeAt(at + 4))) return at + 1;
  }
  return -1;
}

function isMarkerEnd(code: number): boolean {
  return Number.isNaN(code) || code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
