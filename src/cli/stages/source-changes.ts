import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readTexts } from '../../loader/index.ts';
import { SourceChanges, type ChangedFile, type FileLines } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import { isOutside } from '../input.ts';
import type { Io } from '../io.ts';
import type { Before } from './before.ts';
import { loadOptions, type Desired } from './desired.ts';

/** Of a change of more files than these no lines are read. */
const MOST_FILES = 2000;
/** So many files that go and come are looked at for those that were renamed. */
const MOST_PAIRS = 2500;
const LARGEST_FILE = 4_000_000;
/** The share of lines that a renamed file has kept. */
const LEAST_ALIKE = 0.5;

/**
 * The files in which a plan's two revisions differ, with their lines, those of Secrets too: they are compared, never shown. Undefined where
 * the plan is against no revision, or so much differs that it is not read.
 */
export async function readSourceChanges(
  desired: Pick<Desired, 'fileIds' | 'path' | 'root' | 'source'>,
  { source, fileIds = [] }: Before,
  args: Arguments,
  io: Io,
): Promise<SourceChanges | undefined> {
  if (source.kind !== 'revision' || source.commit === undefined) return undefined;
  const [were, are] = [new Set(fileIds), new Set(desired.fileIds)];
  const [gone, come] = [pathsOf(fileIds.filter((id) => !are.has(id))), pathsOf(desired.fileIds.filter((id) => !were.has(id)))];
  if (gone.size + come.size > MOST_FILES) return undefined;
  const [before, after] = [await readRevision(source.commit, gone, desired, args, io), await readDesiredFiles(come, desired, args, io)];
  return new SourceChanges(pairUp(before, after));
}

function pathsOf(ids: readonly string[]): ReadonlySet<string> {
  return new Set(ids.map((id) => id.slice(0, id.indexOf('\0'))));
}

type Texts = ReadonlyMap<string, FileLines>;

async function readDesiredFiles(
  files: ReadonlySet<string>,
  desired: Pick<Desired, 'path' | 'root' | 'source'>,
  args: Arguments,
  io: Io,
): Promise<Texts> {
  const { source, root } = desired;
  if (source.kind === 'revision' && source.commit !== undefined) return readRevision(source.commit, files, desired, args, io);
  if (source.kind !== 'directory') return new Map();
  return new Map(
    [...files].flatMap((path) => {
      const full = join(root, path);
      if (!existsSync(full) || isOutside(full, root) || !statSync(full).isFile() || statSync(full).size > LARGEST_FILE) return [];
      return [[path, toLines(path, readFileSync(full, 'utf8'))]];
    }),
  );
}

async function readRevision(
  commit: string,
  files: ReadonlySet<string>,
  { path }: Pick<Desired, 'path'>,
  args: Arguments,
  io: Io,
): Promise<Texts> {
  const texts = await readTexts(loadOptions(args, io, path), commit, files);
  return new Map([...texts].map(([file, text]) => [file, toLines(file, text)]));
}

function toLines(path: string, text: string): FileLines {
  const lines = text.split(/\r?\n/);
  return { path, lines: lines.at(-1) === '' ? lines.slice(0, -1) : lines };
}

function pairUp(before: Texts, after: Texts): readonly ChangedFile[] {
  const [gone, come] = [
    [...before.values()].filter(({ path }) => !after.has(path)),
    [...after.values()].filter(({ path }) => !before.has(path)),
  ];
  const formerly = gone.length * come.length > MOST_PAIRS ? new Map<FileLines, FileLines>() : findRenamed(gone, come);
  const renamed = new Set(formerly.values());
  return [
    ...[...after.values()].map((file) => ({ after: file, before: before.get(file.path) ?? formerly.get(file) })),
    ...gone.filter((file) => !renamed.has(file)).map((file) => ({ before: file, after: undefined })),
  ];
}

/** What files that come were called before; each that goes is taken once. */
function findRenamed(gone: readonly FileLines[], come: readonly FileLines[]): ReadonlyMap<FileLines, FileLines> {
  const taken = new Set<FileLines>();
  const renamed = new Map<FileLines, FileLines>();
  for (const file of come) {
    let [most, best]: [number, FileLines | undefined] = [LEAST_ALIKE, undefined];
    for (const former of gone) {
      const share = taken.has(former) ? 0 : likeness(former.lines, file.lines);
      if (share > most) [most, best] = [share, former];
    }
    if (best === undefined) continue;
    taken.add(best);
    renamed.set(file, best);
  }
  return renamed;
}

/** The share of the lines of the longer text that the other has too. */
function likeness(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const line of a) left.set(line, (left.get(line) ?? 0) + 1);
  let both = 0;
  for (const line of b) {
    const count = left.get(line) ?? 0;
    if (count === 0) continue;
    both++;
    left.set(line, count - 1);
  }
  return both / Math.max(1, a.length, b.length);
}
