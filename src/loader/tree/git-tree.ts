import { posix } from 'node:path';
import { KplanError, toFinding, type Finding } from '../../model/index.ts';
import type { GitEntry, GitSource } from '../git/git-source.ts';
import { isPartial, ObjectFault, toFaultError } from '../git/object-fault.ts';
import type { Limits } from '../limits.ts';
import { beginningOf } from './disk-fault.ts';
import { IGNORE_FILE, IgnoreRules, isSkippedDirectory, listUnusableRules } from './ignore-rules.ts';
import { resolveLink } from './resolve-link.ts';
import { OUTSIDE, toLinkFinding, type FileContent, type SourceTree, type TreeFile } from './tree.ts';

const LINK = '120000';
const SUBMODULE = '160000';
const MOST_FAULTS = 10;

/** The tree of a commit. Throws `NOT_FOUND` if the path is not in it. */
export async function openGitTree(git: GitSource, commit: string, prefix: string, limits: Limits): Promise<SourceTree> {
  const entries = await git.listTree(commit, '');
  const wanted = entries.filter((entry) => isWithin(entry.path, prefix));
  if (wanted.length === 0 && prefix !== '') {
    throw new KplanError('NOT_FOUND', `${prefix} is not in the commit ${commit.slice(0, 12)}`, {
      hint: 'give a PATH that the revision has, or another revision',
    });
  }
  const ignoreFiles = await readTexts(
    git,
    entries.filter((entry) => posix.basename(entry.path) === IGNORE_FILE),
    limits,
  );
  const rules = new TreeRules(ignoreFiles);
  const unusable = [...ignoreFiles].flatMap(([file, text]) => listUnusableRules(file, text));
  const kept = wanted.filter((entry) => entry.path === prefix || !rules.ignores(entry.path));
  const files: TreeFile[] = kept.filter(isFile).map(({ path, oid }) => ({ path, oid }));
  const links = new Links(
    entries,
    await readTexts(
      git,
      entries.filter((entry) => entry.mode === LINK),
      limits,
    ),
    prefix,
  );
  const followed = kept.filter((entry) => entry.mode === LINK).flatMap((entry) => links.follow(entry.path));
  const submodules = kept
    .filter((entry) => entry.mode === SUBMODULE)
    .map((entry) => toFinding('KL0019', { source: beginningOf(entry.path), data: {} }));
  const all = [...files, ...followed.filter((file) => !rules.ignores(file.path))].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const byPath = new Map(entries.filter(isFile).map(({ path, oid }) => [path, { path, oid }]));
  const surplus = all.slice(limits.files, limits.files + 1);
  return {
    root: git.repository.root,
    isOnDisk: false,
    prefix,
    files: all.slice(0, limits.files),
    ignored: wanted.length - kept.length,
    findings: [...unusable, ...links.findings, ...submodules, ...surplus.map((file) => tooMany(file, limits))],
    escapes: links.escapes,
    read: (list) => readFiles(git, list, limits),
    find: (path) => byPath.get(path),
  };
}

function tooMany(file: TreeFile, limits: Limits): Finding {
  return toFinding('KL0014', { source: beginningOf(file.path), data: { what: 'files', limit: limits.files } });
}

function isFile(entry: GitEntry): boolean {
  return entry.mode !== LINK && entry.mode !== SUBMODULE;
}

function isWithin(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

async function* readFiles(git: GitSource, files: readonly TreeFile[], limits: Limits): AsyncIterable<FileContent> {
  let at = 0;
  let faults = 0;
  for await (const { oid, size, bytes, fault } of git.readBlobs(
    files.map((file) => file.oid ?? ''),
    limits.fileBytes,
  )) {
    const file = files[at++];
    if (file === undefined) return;
    if (fault !== undefined) {
      // One broken file is a finding; a broken clone is none.
      if (++faults > MOST_FAULTS || isPartial(git.repository)) throw toFaultError(file.path, new ObjectFault(oid, fault), git.repository);
      const state = fault === 'missing' ? 'not in the repository' : 'damaged';
      yield { file, finding: toFinding('KL0042', { source: beginningOf(file.path), data: { oid, state } }) };
    } else if (bytes === undefined) {
      yield { file, finding: toFinding('KL0013', { source: beginningOf(file.path), data: { bytes: size, limit: limits.fileBytes } }) };
    } else yield { file, bytes };
  }
}

/** What decides which files there are: without it nothing is known. */
async function readTexts(git: GitSource, entries: readonly GitEntry[], limits: Limits): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  let at = 0;
  for await (const { oid, bytes, fault } of git.readBlobs(
    entries.map((entry) => entry.oid),
    limits.fileBytes,
  )) {
    const { path = '' } = entries[at++] ?? {};
    if (fault !== undefined) throw toFaultError(path, new ObjectFault(oid, fault), git.repository);
    if (bytes !== undefined) texts.set(path, Buffer.from(bytes).toString());
  }
  return texts;
}

/** The ignore rules of every directory, made when first asked for. */
class TreeRules {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #byDirectory = new Map<string, IgnoreRules | 'all'>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  ignores(path: string): boolean {
    const rules = this.#rulesIn(directoryOf(path));
    return rules === 'all' || rules.ignores(path);
  }

  #rulesIn(directory: string): IgnoreRules | 'all' {
    const known = this.#byDirectory.get(directory);
    if (known !== undefined) return known;
    const above = directory === '' ? new IgnoreRules() : this.#rulesIn(directoryOf(directory));
    const rules = this.#below(directory, above);
    this.#byDirectory.set(directory, rules);
    return rules;
  }

  #below(directory: string, above: IgnoreRules | 'all'): IgnoreRules | 'all' {
    if (above === 'all' || isSkippedDirectory(posix.basename(directory))) return 'all';
    if (directory !== '' && above.ignores(`${directory}/`)) return 'all';
    const own = this.#texts.get(directory === '' ? IGNORE_FILE : `${directory}/${IGNORE_FILE}`);
    return own === undefined ? above : above.with(directory, own);
  }
}

function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Links of a commit, followed within it. */
class Links {
  readonly findings: Finding[] = [];
  readonly escapes: string[] = [];
  readonly #entries: readonly GitEntry[];
  readonly #targets: ReadonlyMap<string, string>;
  readonly #prefix: string;
  readonly #visited = new Set<string>();

  constructor(entries: readonly GitEntry[], targets: ReadonlyMap<string, string>, prefix: string) {
    this.#entries = entries;
    this.#targets = targets;
    this.#prefix = prefix;
  }

  /** The files that a link adds: none where they are read at their own place. */
  follow(path: string): readonly TreeFile[] {
    const target = resolveLink(path, this.#targets);
    if (target.kind === 'outside') return this.#say('KL0017', path, OUTSIDE);
    if (target.kind === 'loop') return this.#say('KL0018', path, 'leads back to itself');
    if (isWithin(path, target.path)) return this.#say('KL0018', path, 'leads to a directory that it stands in');
    const reached = this.#entries.filter((entry) => isFile(entry) && isWithin(entry.path, target.path));
    if (reached.length === 0) return this.#say('KL0018', path, 'leads nowhere');
    if (isWithin(target.path, this.#prefix) || this.#visited.has(target.path)) return [];
    this.#visited.add(target.path);
    return reached.map((entry) => ({ path: path + entry.path.slice(target.path.length), oid: entry.oid }));
  }

  #say(code: 'KL0017' | 'KL0018', path: string, reason: string): readonly TreeFile[] {
    if (code === 'KL0017') this.escapes.push(path);
    const finding = toLinkFinding(path, code, reason);
    if (finding !== undefined) this.findings.push(finding);
    return [];
  }
}
