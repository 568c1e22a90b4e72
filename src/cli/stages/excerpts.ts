import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { holdsSecret, readTexts } from '../../loader/index.ts';
import type { Excerpt, KubernetesObject, Manifest, Plan, SourceChanges, SourceRange, WorldSource } from '../../model/index.ts';
import { toRemarks, type Remark } from '../../report/index.ts';
import type { Arguments } from '../arguments.ts';
import { isOutside } from '../input.ts';
import type { Io } from '../io.ts';
import { loadOptions, type Desired } from './desired.ts';
import { maskEnvironment, maskManifest } from './mask-lines.ts';

/** So many places get one, the most important first, each of so few lines. */
const MOST_EXCERPTS = 200;
const MOST_LINES = 8;
const LONGEST_LINE = 160;
const LARGEST_FILE = 4_000_000;
/**
 * What a text says that may hold values of Secrets, also in what could not be read: a kind, whatever its case, anchor or tag, what is
 * made of one, or escapes that may spell it. No line of it is shown.
 */
const MAY_HOLD_SECRETS = /\bkind["']?\s*:\s*(?:[&!]\S*\s+)*["']?secret|secretGenerator|stringData|\\[ux]/i;
/** What a patch within a kustomization says that may be one of a Secret. */
const MAY_PATCH_SECRETS = /\bdata\b/i;
const KUSTOMIZATION = /(?:^|\/)kustomization(?:\.ya?ml)?$/i;

/** The manifests of a plan, after and before, and the revisions that they are of. */
export interface Sides {
  readonly desired: Desired;
  readonly before: { readonly source: WorldSource; readonly manifests: readonly Manifest[] };
  /** What differs in the files, where that is known. */
  readonly changes?: SourceChanges | undefined;
}

/**
 * The lines that the effects and findings of a plan stand on, of the working tree or the revision that is planned, with those that they
 * have taken the place of, and of what is gone those of the revision before; of a document that may hold a Secret no value.
 */
export async function readExcerpts(
  { findings, effects }: Pick<Plan, 'effects' | 'findings'>,
  { desired, before, changes }: Sides,
  args: Arguments,
  io: Io,
): Promise<readonly Excerpt[]> {
  const remarks = toRemarks(findings, effects);
  const places = listPlaces(remarks, 'source');
  const lines = await readFileLines(desired, filesOf(places), args, io);
  const shown = places.flatMap((place) => {
    const excerpt = toExcerpt(place, linesOf(place, lines, desired.manifests));
    return excerpt === undefined ? [] : [withGone(excerpt, changes, before.manifests)];
  });
  const { commit } = before.source;
  if (commit === undefined) return shown;
  const gone = listPlaces(remarks, 'gone');
  const former = await readRevisionLines(commit, desired.path, filesOf(gone), args, io);
  return [...shown, ...gone.flatMap((place) => toFormer(place, linesOf(place, former, before.manifests)) ?? [])];
}

function listPlaces(remarks: readonly Remark[], of: 'gone' | 'source'): readonly SourceRange[] {
  const places = new Map<string, SourceRange>();
  for (const { [of]: place } of remarks) if (place !== undefined) places.set(`${place.file}:${place.line}`, place);
  return [...places.values()].slice(0, MOST_EXCERPTS);
}

function filesOf(places: readonly SourceRange[]): ReadonlySet<string> {
  return new Set(places.map(({ file }) => file));
}

/** Lines of a file, all or some. */
interface ShownLines {
  /** The number of the first. */
  readonly first: number;
  readonly lines: readonly string[];
}

/**
 * The lines of a file that may be shown of a place: all, if none is a Secret's, else those of its document, if that is a manifest and no
 * Secret; a Secret's with its values hidden. Where there are Secrets, what is no manifest may be what one is made of or patched with, as the files that a generator takes:
 * a kustomization that patches none is shown then, of all else the keys that a Secret has.
 */
function linesOf(
  { file, line }: Pick<SourceRange, 'file' | 'line'>,
  texts: ReadonlyMap<string, readonly string[]>,
  manifests: readonly Manifest[],
): ShownLines | undefined {
  const own = texts.get(file);
  if (own === undefined) return undefined;
  const secrets = manifests.filter(({ object }) => holdsSecret(object));
  const holdsNone = !secrets.some(({ origin }) => origin.file === file) && !mayHoldSecrets(own);
  const isManifest = manifests.some(({ origin }) => origin.file === file);
  if (holdsNone && (secrets.length === 0 || isManifest || isPlainKustomization(file, own))) return { first: 1, lines: own };
  if (!isManifest)
    return masked({ first: 1, lines: own }, (lines) =>
      maskEnvironment(
        lines,
        secrets.map(({ object }) => object),
      ),
    );
  const document = documentAt(own, line);
  const within = manifests.filter(({ origin }) => origin.file === file && isWithin(origin.line, document));
  const [only, ...others] = within;
  if (only !== undefined && others.length === 0 && isPlainSecret(only.object))
    return masked(document, (lines) => maskManifest(lines, only.object));
  return within.length === 0 || within.some(({ object }) => holdsSecret(object)) || mayHoldSecrets(document.lines) ? undefined : document;
}

function isPlainSecret({ apiVersion, kind }: KubernetesObject): boolean {
  return apiVersion === 'v1' && kind === 'Secret';
}

function masked({ first, lines }: ShownLines, mask: (lines: readonly string[]) => readonly string[] | undefined): ShownLines | undefined {
  const shown = mask(lines);
  return shown === undefined ? undefined : { first, lines: shown };
}

function isPlainKustomization(file: string, lines: readonly string[]): boolean {
  return KUSTOMIZATION.test(file) && !lines.some((line) => MAY_PATCH_SECRETS.test(line));
}

function mayHoldSecrets(lines: readonly string[]): boolean {
  return MAY_HOLD_SECRETS.test(lines.join('\n'));
}

function isWithin(line: number, { first, lines }: ShownLines): boolean {
  return line >= first && line < first + lines.length;
}

/** The lines of the YAML document that a line is of: no scalar goes on past a line that begins with a marker. */
function documentAt(lines: readonly string[], line: number): ShownLines {
  const isMarker = (text: string | undefined): boolean => text?.startsWith('---') === true || text?.startsWith('...') === true;
  let [from, to] = [line - 1, line];
  while (from > 0 && !isMarker(lines[from])) from--;
  while (to < lines.length && !isMarker(lines[to])) to++;
  return { first: from + 1, lines: lines.slice(from, to) };
}

/** An excerpt with what its lines have taken the place of, as far as that may be shown. */
function withGone(excerpt: Excerpt, changes: SourceChanges | undefined, manifests: readonly Manifest[]): Excerpt {
  const { file, from, lines } = excerpt;
  const former = changes?.formerOf(file);
  if (changes === undefined || former === undefined) return excerpt;
  const texts = new Map([[former.path, former.lines]]);
  const gone = changes.goneAround(file, [from, from + lines.length - 1]).flatMap(({ ahead, from: start, lines: all }) => {
    const shown = linesOf({ file: former.path, line: start }, texts, manifests);
    if (shown === undefined || !isWithin(start + all.length - 1, shown)) return [];
    const own = shown.lines.slice(start - shown.first).slice(0, Math.min(all.length, MOST_LINES));
    return [{ ahead, from: start, lines: own.map((text) => text.slice(0, LONGEST_LINE)) }];
  });
  return gone.length === 0 ? excerpt : { ...excerpt, gone };
}

/** The lines of some files of the working tree, or of the revision that is planned. */
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
  return new Map([...texts].map(([file, text]) => [file, text.split(/\r?\n/)] as const));
}

function readLines(root: string, file: string): readonly string[] | undefined {
  const full = join(root, file);
  if (!existsSync(full) || isOutside(full, root) || !statSync(full).isFile() || statSync(full).size > LARGEST_FILE) return undefined;
  return readFileSync(full, 'utf8').split(/\r?\n/);
}

function toExcerpt({ file, line, endLine }: SourceRange, shown: ShownLines | undefined): Excerpt | undefined {
  if (shown === undefined) return undefined;
  const { first, lines } = shown;
  const from = Math.max(first, line - 2);
  const to = Math.min(first + lines.length - 1, endLine + 1, line + MOST_LINES - 3);
  const own = lines.slice(from - first, to - first + 1).map((text) => text.slice(0, LONGEST_LINE));
  return { file, line, from, lines: own, marked: Math.min(endLine, to) };
}

/** The first lines of what is gone: of a manifest its place is where it began. */
function toFormer({ file, line }: SourceRange, shown: ShownLines | undefined): Excerpt | undefined {
  if (shown === undefined) return undefined;
  const own = shown.lines.slice(line - shown.first, line - shown.first + MOST_LINES);
  const end = own.findIndex((text) => text.startsWith('---'));
  const lines = (end > 0 ? own.slice(0, end) : own).map((text) => text.slice(0, LONGEST_LINE));
  return { file, line, from: line, lines, marked: line + lines.length - 1, isOfBefore: true };
}
