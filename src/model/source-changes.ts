import { findLinesAfter, getOrAdd, listChangedLines, listHunks, type Hunk } from '../std/index.ts';
import type { GoneLines } from './illustration.ts';
import type { SourceRange } from './source-range.ts';

/** A file that differs between two revisions; one side is undefined where there was none, or is none any more. */
export interface ChangedFile {
  readonly before: FileLines | undefined;
  readonly after: FileLines | undefined;
}

/** A file's path from the repository's root, and its lines without their ends. */
export interface FileLines {
  readonly path: string;
  readonly lines: readonly string[];
}

/** So many stretches of changed lines are told apart within one place. */
const MOST_STRETCHES = 8;
/** The words of a line of YAML. */
const WORD = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,{}[\]]+/g;

/** What may be the name of an object. */
const NAME = /[\w.-]+/g;

interface Compared {
  readonly file: ChangedFile;
  readonly hunks: readonly Hunk[];
}

/** Which lines of the files two revisions differ in; files that are as they were are not known here. Pure. */
export class SourceChanges {
  readonly #after = new Map<string, ChangedFile>();
  readonly #before = new Map<string, ChangedFile>();
  readonly #hunks = new Map<ChangedFile, readonly Hunk[]>();
  readonly #names = new Map<string, ReadonlySet<string>>();

  constructor(files: readonly ChangedFile[]) {
    for (const file of files) {
      if (file.after !== undefined) this.#after.set(file.after.path, file);
      if (file.before !== undefined) this.#before.set(file.before.path, file);
    }
  }

  /** Of a place in the files as they are after, the stretches that are new or were other; none where nothing of it changed. */
  narrow(range: SourceRange): readonly SourceRange[] {
    const compared = this.#compare(this.#after.get(range.file));
    if (compared === undefined) return [];
    if (compared.file.before === undefined) return [range];
    return compared.hunks.flatMap((hunk) => narrowTo(hunk, range, compared.file) ?? []).slice(0, MOST_STRETCHES);
  }

  /**
   * Of a place in the files as they were before, what stands there now instead of what is gone or was changed: other lines, or the line
   * that those which are gone stood behind. None where nothing of it changed, or the file is gone.
   */
  follow(range: SourceRange): readonly SourceRange[] {
    const compared = this.#compare(this.#before.get(range.file));
    if (compared === undefined) return [];
    return compared.hunks.flatMap((hunk) => followThrough(hunk, range, compared.file) ?? []).slice(0, MOST_STRETCHES);
  }

  /** The lines of a file as it is after that differ, from 1; where lines are gone the ones around the gap. None of a file that is new. */
  linesOf(path: string): readonly number[] {
    const { before, after } = this.#after.get(path) ?? {};
    return before === undefined || after === undefined ? [] : listChangedLines(before.lines, after.lines);
  }

  /** A file as it was, by its path as it is after; undefined where it is as it was, or new. */
  formerOf(path: string): FileLines | undefined {
    return this.#after.get(path)?.before;
  }

  /** What is gone from lines of a file as it is after, both included, or stood right behind them; other lines may have come in its place. */
  goneAround(path: string, [first, last]: readonly [number, number]): readonly GoneLines[] {
    const { file, hunks } = this.#compare(this.#after.get(path)) ?? { hunks: [] };
    return hunks.flatMap(({ before, after }) => {
      const isNear = after.from + 1 >= first && after.from <= last && before.from < before.to;
      return isNear
        ? [{ ahead: after.from + 1, from: before.from + 1, lines: file?.before?.lines.slice(before.from, before.to) ?? [] }]
        : [];
    });
  }

  /** Where what stood at a place before is missed: the next line that differs, from 1. Undefined where the file is gone, or as it was. */
  missedAt({ file, line }: SourceRange): number | undefined {
    const { before, after } = this.#before.get(file) ?? {};
    if (before === undefined || after === undefined) return undefined;
    const at = findLinesAfter(before.lines, after.lines, [line]).get(line) ?? 1;
    return listChangedLines(before.lines, after.lines).find((changed) => changed >= at) ?? at;
  }

  /** Whether a file that differs has a name in its text as it is after, as a word. */
  mentions(path: string, name: string): boolean {
    const listNames = (): ReadonlySet<string> => new Set(this.#after.get(path)?.after?.lines.flatMap((line) => line.match(NAME) ?? []));
    return getOrAdd(this.#names, path, listNames).has(name);
  }

  /** Where a name, as a word, is no longer written: what stands there now. None where the file is gone. */
  lost(name: string): readonly SourceRange[] {
    const has = (lines: readonly string[], { from, to }: Hunk['after']): boolean =>
      lines.slice(from, to).some((line) => line.match(NAME)?.includes(name) === true);
    return [...this.#before.values()].flatMap(({ before, after }) => {
      if (before === undefined || after === undefined) return [];
      const file = { before, after };
      const { hunks = [] } = this.#compare(this.#before.get(before.path)) ?? {};
      return hunks
        .filter((hunk) => has(before.lines, hunk.before) && !has(after.lines, hunk.after))
        .map((hunk) => lineRange(file, Math.max(0, Math.min(hunk.after.from, after.lines.length - 1))));
    });
  }

  #compare(file: ChangedFile | undefined): Compared | undefined {
    if (file === undefined) return undefined;
    const hunks = this.#hunks.get(file) ?? listHunks(file.before?.lines ?? [], file.after?.lines ?? []);
    this.#hunks.set(file, hunks);
    return { file, hunks };
  }
}

function narrowTo({ before, after }: Hunk, range: SourceRange, file: ChangedFile): SourceRange | undefined {
  const [first, last] = [range.line - 1, range.endColumn === 1 && range.endLine > range.line ? range.endLine - 1 : range.endLine];
  // Lines that are gone were of this place if it goes on behind them.
  if (after.from === after.to) return after.from > first && after.from < last ? lineRange(file, after.from - 1) : undefined;
  const [from, to] = [Math.max(first, after.from), Math.min(last, after.to)];
  if (from >= to) return undefined;
  const isPaired = before.to - before.from === after.to - after.from;
  if (from === first && to === last && (last - first > 1 || !isPaired)) return range;
  if (to - from > 1 || !isPaired) return clip(stretchRange(file, from, to), range);
  return narrowWords(file, from, from - after.from + before.from, range);
}

/** Of a line that has taken the place of another, the words that differ; as much of the place as is on the line where it names none of them. */
function narrowWords(file: ChangedFile, index: number, former: number, range: SourceRange): SourceRange {
  const own = clip(lineRange(file, index), range);
  const [was, is] = [file.before?.lines[former] ?? '', file.after?.lines[index] ?? ''];
  const { from, to } = differingWords(was, is);
  const [column, endColumn] = [Math.max(own.column, from + 1), Math.min(own.endColumn, to + 1)];
  return column < endColumn ? { ...own, column, endColumn } : own;
}

/** Where two lines differ, in whole words of the second. */
function differingWords(was: string, is: string): { readonly from: number; readonly to: number } {
  const shortest = Math.min(was.length, is.length);
  let from = 0;
  while (from < shortest && was[from] === is[from]) from++;
  let back = 0;
  while (back < shortest - from && was[was.length - 1 - back] === is[is.length - 1 - back]) back++;
  const to = is.length - back;
  const touched = [...is.matchAll(WORD)].filter(({ index, 0: word }) => index <= to && index + word.length >= from);
  const [first, last] = [touched[0], touched.at(-1)];
  return first === undefined || last === undefined ? { from: 0, to: 0 } : { from: first.index, to: last.index + last[0].length };
}

function followThrough({ before, after }: Hunk, range: SourceRange, file: ChangedFile): SourceRange | undefined {
  const [from, to] = [Math.max(range.line - 1, before.from), Math.min(range.endLine, before.to)];
  if (file.after === undefined || file.after.lines.length === 0 || from >= to) return undefined;
  if (after.from === after.to) return lineRange(file, Math.max(0, after.from - 1));
  const isPaired = before.to - before.from === after.to - after.from;
  if (!isPaired) return stretchRange(file, after.from, after.to);
  const [first, last] = [from - before.from + after.from, to - before.from + after.from];
  const stretch = stretchRange(file, first, last);
  return last - first > 1 ? stretch : narrowWords(file, first, from, stretch);
}

/** A line of the file as it is after, by its index: what is written on it. */
function lineRange(file: ChangedFile, index: number): SourceRange {
  return stretchRange(file, index, index + 1);
}

function stretchRange({ after }: ChangedFile, from: number, to: number): SourceRange {
  const [first, last] = [after?.lines[from] ?? '', after?.lines[to - 1] ?? ''];
  const column = first.length - first.trimStart().length + 1;
  return { file: after?.path ?? '', line: from + 1, column, endLine: to, endColumn: Math.max(column, last.trimEnd().length + 1) };
}

/** What two places of a file have in common. */
function clip(stretch: SourceRange, range: SourceRange): SourceRange {
  const column = stretch.line === range.line ? Math.max(stretch.column, range.column) : stretch.column;
  const endColumn = stretch.endLine === range.endLine ? Math.min(stretch.endColumn, range.endColumn) : stretch.endColumn;
  return { ...stretch, column, endColumn: stretch.line === stretch.endLine ? Math.max(column, endColumn) : endColumn };
}
