import { applySplices, type Splice } from '../../loader/index.ts';
import type { MendedFile } from './mend-files.ts';

const CONTEXT = 3;

/** Lines of a text that splices touch: from the first to the one after the last, 0-based. */
interface Touched {
  readonly from: number;
  readonly to: number;
  readonly splices: readonly Splice[];
}

/** The change of a file as `git apply` and `patch` read it. */
export function toPatch({ file, before, splices }: Pick<MendedFile, 'file' | 'before' | 'splices'>): string {
  const starts = [0, ...[...before.matchAll(/\n/g)].map(({ index }) => index + 1)].filter((start) => start < before.length);
  const hunks = group(touch(splices, starts));
  let shift = 0;
  const parts = hunks.map((hunk) => {
    const [from, to] = [Math.max(0, (hunk[0]?.from ?? 0) - CONTEXT), Math.min(starts.length, (hunk.at(-1)?.to ?? 0) + CONTEXT)];
    const lines = toLines(before, starts, from, to, hunk);
    const [old, fresh] = [lines.filter((line) => !line.startsWith('+')).length, lines.filter((line) => !line.startsWith('-')).length];
    const head = `@@ -${from + 1},${old} +${from + 1 + shift},${fresh} @@`;
    shift += fresh - old;
    return [head, ...lines].join('\n');
  });
  return [`--- a/${file}`, `+++ b/${file}`, ...parts, ''].join('\n');
}

function touch(splices: readonly Splice[], starts: readonly number[]): readonly Touched[] {
  const touched: Touched[] = [];
  let line = 0;
  for (const splice of splices.toSorted((a, b) => a.start - b.start)) {
    while ((starts[line + 1] ?? Infinity) <= splice.start) line++;
    let to = line + 1;
    while ((starts[to] ?? Infinity) < splice.end) to++;
    const last = touched.at(-1);
    if (last === undefined || line >= last.to) touched.push({ from: line, to, splices: [splice] });
    else touched[touched.length - 1] = { from: last.from, to: Math.max(to, last.to), splices: [...last.splices, splice] };
  }
  return touched;
}

function group(touched: readonly Touched[]): readonly (readonly Touched[])[] {
  const groups: Touched[][] = [];
  for (const item of touched) {
    const last = groups.at(-1);
    const end = last?.at(-1)?.to;
    if (last === undefined || end === undefined || item.from > end + 2 * CONTEXT) groups.push([item]);
    else last.push(item);
  }
  return groups;
}

function toLines(before: string, starts: readonly number[], from: number, to: number, hunk: readonly Touched[]): readonly string[] {
  const cut = (first: number, end: number): string => before.slice(starts[first] ?? before.length, starts[end] ?? before.length);
  const lines: string[] = [];
  let at = from;
  for (const item of hunk) {
    lines.push(...mark(' ', cut(at, item.from)));
    const base = starts[item.from] ?? 0;
    const own = item.splices.map(({ start, end, text }) => ({ start: start - base, end: end - base, text }));
    lines.push(...compare(mark('-', cut(item.from, item.to)), mark('+', applySplices(cut(item.from, item.to), own))));
    at = item.to;
  }
  lines.push(...mark(' ', cut(at, to)));
  return lines;
}

/** Lines that stay the same at the start of both are context. */
function compare(old: readonly string[], fresh: readonly string[]): readonly string[] {
  let same = 0;
  while (same < old.length && old[same]?.slice(1) === fresh[same]?.slice(1)) same++;
  return [...old.slice(0, same).map((line) => ` ${line.slice(1)}`), ...old.slice(same), ...fresh.slice(same)];
}

function mark(sign: string, text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n').map((line) => sign + line);
}
