import type { Waiver } from '../../model/index.ts';
import { endOf, startOf, type YamlEvent } from './events.ts';
import type { Stretch } from './place.ts';
import type { TextSource } from './text-source.ts';

const COMMENT = /^[ \t]*#[ \t]*kplan:[ \t]*ignore[ \t]+([^\s:,]+)[:,]?[ \t]*([^\r\n]*)/gm;

/**
 * The `# kplan: ignore CODE reason` comments of a document, each speaking of the next line that is not itself a comment.
 * What looks like one within a block of text is text.
 */
export function findWaivers(source: TextSource, part: Stretch, events: () => readonly YamlEvent[]): readonly Waiver[] {
  const text = source.text;
  if (!text.slice(part.start, part.end).includes('kplan:')) return [];
  const waivers: Waiver[] = [];
  const chunk = text.slice(part.start, part.end);
  const all = events();
  let line = 0;
  let at = 0;
  for (const match of chunk.matchAll(COMMENT)) {
    const hash = match.index + match[0].indexOf('#');
    at = nextEndingAfter(chunk, all, at, hash);
    const event = all[at];
    if (event !== undefined && startOf(event) <= hash) continue;
    const own = source.lineOf(part.start + hash);
    if (own >= line) line = nextContentLine(source, own);
    waivers.push({ code: (match[1] ?? '').toUpperCase(), reason: (match[2] ?? '').trim(), comment: own, line });
  }
  return waivers;
}

/** The first scalar or alias from `events[at]` on that ends after an offset. */
function nextEndingAfter(chunk: string, events: readonly YamlEvent[], at: number, offset: number): number {
  let next = at;
  for (let event = events[next]; event !== undefined && endOf(chunk, event) <= offset; event = events[next]) next++;
  return next;
}

function nextContentLine(source: TextSource, commentLine: number): number {
  let line = commentLine + 1;
  while (/^[ \t]*#/.test(source.text.slice(source.startOfLine(line), source.startOfLine(line + 1)))) line++;
  return line;
}
