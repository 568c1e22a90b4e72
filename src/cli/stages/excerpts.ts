import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { holdsSecret, readTexts } from '../../loader/index.ts';
import type { Excerpt, Manifest, Plan, SourceRange, WorldSource } from '../../model/index.ts';
import { toRemarks, type Remark } from '../../report/index.ts';
import type { Arguments } from '../arguments.ts';
import { isOutside } from '../input.ts';
import type { Io } from '../io.ts';
import { loadOptions, type Desired } from './desired.ts';

/** So many places get one, the most important first, each of so few lines. */
const MOST_EXCERPTS = 200;
const MOST_LINES = 8;
const LONGEST_LINE = 160;
const LARGEST_FILE = 4_000_000;
/**
 * What a file says that may hold values of Secrets, also in what could not be read: a kind, whatever its case, anchor or tag, what is
 * made of one, or escapes that may spell it. Of such a file no line is shown.
 */
const MAY_HOLD_SECRETS = /\bkind["']?\s*:\s*(?:[&!]\S*\s+)*["']?secret|secretGenerator|stringData|\\[ux]/i;
/** What a patch within a kustomization says that may be one of a Secret. */
const MAY_PATCH_SECRETS = /\bdata\b/i;
const KUSTOMIZATION = /(?:^|\/)kustomization(?:\.ya?ml)?$/i;

/** The manifests of a plan, after and before, and the revisions that they are of. */
export interface Sides {
  readonly desired: Desired;
  readonly before: { readonly source: WorldSource; readonly manifests: readonly Manifest[] };
}

/**
 * The lines that the effects and findings of a plan stand on, of the working tree or the revision that is planned, and of what is gone
 * those of the revision before; none of a file that may hold a Secret.
 */
export async function readExcerpts(
  { findings, effects }: Pick<Plan, 'effects' | 'findings'>,
  { desired, before }: Sides,
  args: Arguments,
  io: Io,
): Promise<readonly Excerpt[]> {
  const remarks = toRemarks(findings, effects);
  const places = listPlaces(remarks, 'source');
  const lines = await readFileLines(desired, filesOf(places), args, io);
  const shown = places.flatMap((place) => toExcerpt(place, linesOf(place.file, lines, desired.manifests)) ?? []);
  const { commit } = before.source;
  if (commit === undefined) return shown;
  const gone = listPlaces(remarks, 'gone');
  const former = await readRevisionLines(commit, desired.path, filesOf(gone), args, io);
  return [...shown, ...gone.flatMap((place) => toFormer(place, linesOf(place.file, former, before.manifests)) ?? [])];
}

function listPlaces(remarks: readonly Remark[], of: 'gone' | 'source'): readonly SourceRange[] {
  const places = new Map<string, SourceRange>();
  for (const { [of]: place } of remarks) if (place !== undefined) places.set(`${place.file}:${place.line}`, place);
  return [...places.values()].slice(0, MOST_EXCERPTS);
}

function filesOf(places: readonly SourceRange[]): ReadonlySet<string> {
  return new Set(places.map(({ file }) => file));
}

/**
 * The lines of a file that may be shown: of one with manifests, if none is a Secret's. Where there are Secrets, what is no manifest may
 * be what one is made of or patched with, as the files that a generator takes: only a kustomization that patches none is shown then.
 */
function linesOf(
  file: string,
  lines: ReadonlyMap<string, readonly string[]>,
  manifests: readonly Manifest[],
): readonly string[] | undefined {
  const own = lines.get(file);
  const secrets = manifests.filter(({ object }) => holdsSecret(object));
  if (own === undefined || secrets.some(({ origin }) => origin.file === file)) return undefined;
  if (secrets.length === 0 || manifests.some(({ origin }) => origin.file === file)) return own;
  return KUSTOMIZATION.test(file) && !own.some((line) => MAY_PATCH_SECRETS.test(line)) ? own : undefined;
}

/** The lines of those of some files of the working tree, or of the revision that is planned, that hold no Secret. */
async function readFileLines(
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
async function readRevisionLines(
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

/** The first lines of what is gone: of a manifest its place is where it began. */
function toFormer({ file, line }: SourceRange, lines: readonly string[] | undefined): Excerpt | undefined {
  if (lines === undefined) return undefined;
  const own = lines.slice(line - 1, line - 1 + MOST_LINES);
  const end = own.findIndex((text) => text.startsWith('---'));
  const shown = (end > 0 ? own.slice(0, end) : own).map((text) => text.slice(0, LONGEST_LINE));
  return { file, line, from: line, lines: shown, marked: line + shown.length - 1, isOfBefore: true };
}
