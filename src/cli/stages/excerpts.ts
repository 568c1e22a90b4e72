import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readTexts } from '../../loader/index.ts';
import type { SourceRange } from '../../model/index.ts';
import { toRemarks, type Excerpt, type PlanReport } from '../../report/index.ts';
import type { Arguments } from '../arguments.ts';
import { isOutside } from '../input.ts';
import type { Io } from '../io.ts';
import { loadOptions, type Desired } from './desired.ts';

/** So many places get one, the most important first, each of so few lines. */
const MOST_EXCERPTS = 200;
const MOST_LINES = 8;
const LONGEST_LINE = 160;
const LARGEST_FILE = 4_000_000;
/** What a file says that may hold values of Secrets: of such a file no line is shown. */
const MAY_HOLD_SECRETS = /\bkind["']?\s*:\s*["']?Secret\b|secretGenerator|stringData/;

/** The lines that the effects and findings of a plan stand on, of the working tree or the revision that is planned; none of a file that may hold a Secret. */
export async function readExcerpts(
  { plan }: Pick<PlanReport, 'plan'>,
  { manifests, root, source, path }: Desired,
  args: Arguments,
  io: Io,
): Promise<readonly Excerpt[]> {
  const files = new Set(manifests.filter(({ object }) => object.kind !== 'Secret').map(({ origin }) => origin.file));
  for (const { object, origin } of manifests) if (object.kind === 'Secret') files.delete(origin.file);
  const places = new Map(
    toRemarks(plan.findings, plan.effects).flatMap(({ source: place }) =>
      place === undefined ? [] : [[`${place.file}:${place.line}`, place]],
    ),
  );
  const shown = [...places.values()].slice(0, MOST_EXCERPTS).filter(({ file }) => files.has(file));
  const lines = await readFileLines({ root, source, path }, new Set(shown.map(({ file }) => file)), args, io);
  return shown.flatMap((place) => toExcerpt(place, lines.get(place.file)) ?? []);
}

/** The lines of those of some files of the working tree, or of the revision that is planned, that hold no Secret. */
export async function readFileLines(
  { root, source, path }: Pick<Desired, 'path' | 'root' | 'source'>,
  files: ReadonlySet<string>,
  args: Arguments,
  io: Io,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (source.kind === 'revision' && source.commit !== undefined) return readRevisionLines(source.commit, path, files, args, io);
  if (source.kind !== 'directory') return new Map();
  return new Map(
    [...files].flatMap((file) => {
      const lines = readLines(root, file);
      return lines === undefined ? [] : [[file, lines] as const];
    }),
  );
}

/** The same of the files of a commit. */
export async function readRevisionLines(
  commit: string,
  path: string,
  files: ReadonlySet<string>,
  args: Arguments,
  io: Io,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const texts = await readTexts(loadOptions(args, io, path), commit, files);
  return new Map([...texts].flatMap(([file, text]) => (MAY_HOLD_SECRETS.test(text) ? [] : [[file, text.split(/\r?\n/)] as const])));
}

function readLines(root: string, file: string): readonly string[] | undefined {
  const full = join(root, file);
  if (!existsSync(full) || isOutside(full, root) || !statSync(full).isFile() || statSync(full).size > LARGEST_FILE) return undefined;
  const text = readFileSync(full, 'utf8');
  return MAY_HOLD_SECRETS.test(text) ? undefined : text.split(/\r?\n/);
}

function toExcerpt({ file, line, endLine }: SourceRange, lines: readonly string[] | undefined): Excerpt | undefined {
  if (lines === undefined) return undefined;
  const from = Math.max(1, line - 2);
  const to = Math.min(lines.length, endLine + 1, line + MOST_LINES - 3);
  const shown = lines.slice(from - 1, to).map((text) => text.slice(0, LONGEST_LINE));
  return { file, line, from, lines: shown, marked: Math.min(endLine, to) };
}
