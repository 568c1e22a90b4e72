import type { Waiver } from '../../model/index.ts';
import { endOf, startOf, type YamlEvent } from './events.ts';
import type { Stretch } from './place.ts';
import type { TextSource } from './text-source.ts';

const COMMENT = /^[ \t]*#[ \t]*kplan:[ \t]*ignore[ \t]+([A-Za-z]+\d+)\b[ \t]*([^\r\n]*)/gm;

/**
 * The `# kplan: ignore CODE reason` comments of a document, each speaking of the next line that is not itself a comment.
 * What looks like one within a block of text is text.
 */
export function findWaivers(source: TextSource, part: Stretch, events: () => readonly YamlEvent[]): readonly Waiver[] {
  const text = source.text;
  if (!text.slice(part.start, part.end).includes('kplan:')) return [];
  const waivers: Waiver[] = [];
  const chunk = text.slice(part.start, part.end);
  for (const match of chunk.matchAll(COMMENT)) {
    const hash = match.index + match[0].indexOf('#');
    if (isWithinText(chunk, events(), hash)) continue;
    const line = nextContentLine(source, source.lineOf(part.start + hash));
    waivers.push({ code: (match[1] ?? '').toUpperCase(), reason: (match[2] ?? '').trim(), line });
  }
  return waivers;
}

function isWithinText(chunk: string, events: readonly YamlEvent[], offset: number): boolean {
  return events.some((event) => startOf(event) >= 0 && startOf(event) <= offset && offset < endOf(chunk, event));
}

function nextContentLine(source: TextSource, commentLine: number): number {
  let line = commentLine + 1;
  while (/^[ \t]*#/.test(source.text.slice(source.startOfLine(line), source.startOfLine(line + 1)))) line++;
  return line;
}
