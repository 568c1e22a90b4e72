import type { Digester, Finding, KubernetesObject, Manifest, ObjectRef, WorldSource } from '../model/index.ts';
import { compareSourceRanges, KplanError } from '../model/index.ts';
import { compareStrings, type Clock } from '../std/index.ts';
import { DocumentCache } from './cache/document-cache.ts';
import { StatIndex } from './cache/stat-index.ts';
import { decode } from './decode.ts';
import { listOutlines } from './encrypted.ts';
import { listIncomplete, type IncompletePlace } from './incomplete.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { explainEmptiness, refuseBareRepository } from './emptiness.ts';
import { Gathering, type LoadedFile, type LoadNotes, type Memory } from './load-files.ts';
import type { FileMemo } from './file-memo.ts';
import type { GitSource } from './git/git-source.ts';
import { openGit } from './git/open-git.ts';
import { renderUnits } from './render/render-units.ts';
import { findRenderers } from './render/renderer.ts';
import { SourceFiles } from './render/source-files.ts';
import { openDiskTree } from './tree/disk-tree.ts';
import { openGitTree } from './tree/git-tree.ts';
import type { SourceTree } from './tree/tree.ts';
import { PARSER_VERSION } from './yaml/parse-file.ts';

/** What to read and how. */
export interface LoadOptions {
  /** A directory or file; `-` for standard input. */
  readonly path: string;
  /** The folder of the disk that the path is a part of: what it refers to must stand in it. Its repository's, else the path itself, by default. */
  readonly root?: string;
  /** A Git revision to read the path from, without a checkout; `merge-base:REV` takes the merge base; absent for the working tree. */
  readonly ref?: string;
  /** What `merge-base:REV` as the revision is the merge base with; HEAD by default. */
  readonly head?: string;
  /** Which Git adapter reads revisions: `auto` takes the git program where there is one. */
  readonly git: 'auto' | 'js' | 'native';
  /** Where parsed documents are kept between runs; absent for nowhere. */
  readonly cacheDirectory?: string;
  /** The version of kplan: what another version has kept is not read. */
  readonly cacheVersion?: string;
  /** `none` reads kustomizations and charts as if no program were there to render them. */
  readonly renderers?: 'auto' | 'none';
  readonly signal?: AbortSignal;
  /** Called where a program is run in a folder that must be removed in the end; what it answers is called then. */
  readonly hold?: () => () => void;
  readonly stdin?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** What the standard input is called in findings, where it stands for something else: a pipe that was named. `-` by default. */
  readonly streamName?: string;
  readonly limits?: Partial<Limits>;
  /** Bounds the time that reading may take; without it time is not bounded. */
  readonly clock?: Clock;
  /** Makes, for the root of what is read, a judge of every object that stands in a file; the manifests then hold what it leaves of them. */
  readonly digester?: (root: string) => Promise<Digester>;
  /** What earlier readings of a directory in this process gave: unchanged files give the very same manifests. */
  readonly files?: FileMemo;
}

/** What a repository holds. */
export interface LoadResult {
  /** By file and document. */
  readonly manifests: readonly Manifest[];
  /** What stands between the files and their objects; each with its place. */
  readonly findings: readonly Finding[];
  /** Objects that are there but encrypted: names without values. */
  readonly encrypted: readonly ObjectRef[];
  /** Of these, what stands there to be read: names and keys, with empty values. */
  readonly outlines: readonly KubernetesObject[];
  /** Where objects may stand that are not known, not even by name: what is missing here may not be gone. */
  readonly incomplete: readonly IncompletePlace[];
  readonly notes: LoadNotes;
  readonly source: WorldSource;
  /** The repository's root, or the directory; paths in findings are relative to it. */
  readonly root: string;
  readonly files: readonly LoadedFile[];
}

/**
 * Reads the manifests of a directory, a file, a Git revision or standard input. What is wrong with a file is a finding;
 * what leaves nothing to read (no such path, no such revision) throws `KplanError`.
 */
export async function readRepository(options: LoadOptions): Promise<LoadResult> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  if (options.path === '-') return readStream(options, limits);
  if (options.ref === undefined) {
    refuseBareRepository(options.path);
    const tree = openDiskTree(options.path, limits, options.root);
    const source: WorldSource = { kind: 'directory', description: options.path, path: options.path, kubernetesVersions: [] };
    return finish(await gather(tree, options, limits), tree.root, source, tree);
  }
  return readRevision(options, options.ref, limits);
}

async function readRevision(options: LoadOptions, ref: string, limits: Limits): Promise<LoadResult> {
  const { git, prefix } = await openGit(options.path, options.git, options.signal);
  try {
    const commit = await resolveRevision(git, ref, options.head ?? 'HEAD');
    const tree = await openGitTree(git, commit, prefix, limits);
    const description = ref === commit ? commit.slice(0, 7) : `${ref} (${commit.slice(0, 7)})`;
    const source: WorldSource = { kind: 'revision', description, path: options.path, commit, kubernetesVersions: [] };
    return finish(await gather(tree, options, limits), tree.root, source, tree);
  } finally {
    await git.close();
  }
}

const MERGE_BASE = 'merge-base:';

async function resolveRevision(git: GitSource, ref: string, head: string): Promise<string> {
  if (!ref.startsWith(MERGE_BASE)) return git.resolve(ref);
  const ours = await git.resolve(head);
  return git.mergeBase(ours, await git.resolve(ref.slice(MERGE_BASE.length)));
}

async function gather(tree: SourceTree, options: LoadOptions, limits: Limits): Promise<Gathering> {
  const digester = await options.digester?.(tree.root);
  const memory = openMemory(tree, options, limits, digester);
  try {
    return await gatherWith(memory, digester, tree, options, limits);
  } finally {
    memory?.documents.close();
  }
}

async function gatherWith(
  memory: Memory | undefined,
  digester: Digester | undefined,
  tree: SourceTree,
  options: LoadOptions,
  limits: Limits,
): Promise<Gathering> {
  const { clock } = options;
  const gathering = new Gathering(limits, {
    ...(memory === undefined ? {} : { memory }),
    ...(clock === undefined ? {} : { clock }),
    ...(digester === undefined ? {} : { digester }),
    ...(options.files === undefined || !tree.isOnDisk ? {} : { files: options.files }),
  });
  const context = {
    tree,
    sources: new SourceFiles(tree, limits),
    limits,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.hold === undefined ? {} : { hold: options.hold }),
  };
  const rendered = await renderUnits(options.renderers === 'none' ? {} : findRenderers(limits), context);
  gathering.add(rendered.manifests, [...tree.findings, ...rendered.findings], rendered.sources);
  await gathering.readAll(tree, rendered.plainFiles, options.signal);
  return gathering;
}

function openMemory(tree: SourceTree, options: LoadOptions, limits: Limits, digester: Digester | undefined): Memory | undefined {
  if (options.cacheDirectory === undefined) return undefined;
  const { reread } = tree;
  const version = [PARSER_VERSION, options.cacheVersion, limits.depth, limits.aliasedCharacters, digester?.version, reread === undefined];
  const keeping = { keepsBytes: reread === undefined, keepsValues: digester?.isWhole !== false };
  const documents = new DocumentCache(options.cacheDirectory, version.join('\0'), keeping);
  return {
    documents,
    ...(reread === undefined ? {} : { reread }),
    ...(tree.isOnDisk ? { stats: new StatIndex(documents.directory, tree) } : {}),
  };
}

async function readStream(options: LoadOptions, limits: Limits): Promise<LoadResult> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of options.stdin ?? []) {
    size += chunk.length;
    if (size > limits.totalBytes) {
      throw new KplanError('UNREADABLE', `standard input has more than ${limits.totalBytes} bytes`, { hint: 'give a directory as PATH' });
    }
    chunks.push(chunk);
  }
  const gathering = new Gathering(limits);
  const { streamName: path = '-' } = options;
  const description = path === '-' ? 'standard input' : path;
  const bytes = Buffer.concat(chunks);
  const decoded = decode(bytes);
  if (decoded.kind !== 'text') {
    throw new KplanError('UNREADABLE', `${description} is not text`, { hint: 'give YAML or JSON in UTF-8' });
  }
  gathering.add([], [], [{ path, bytes }]);
  gathering.addText(path, decoded.text);
  return finish(gathering, '', { kind: 'stdin', description, kubernetesVersions: [] }, { prefix: path, files: [{ path }], ignored: 0 });
}

type Asked = Pick<SourceTree, 'prefix' | 'files' | 'ignored'>;

function finish(gathering: Gathering, root: string, source: WorldSource, tree: Asked): LoadResult {
  const gathered = gathering.result();
  const loaded = { ...gathered, findings: [...gathered.findings, ...explainEmptiness(tree, gathered)] };
  const incomplete = listIncomplete(loaded.findings);
  return {
    ...loaded,
    outlines: listOutlines(loaded.findings),
    incomplete,
    manifests: loaded.manifests.toSorted(byPlace),
    findings: loaded.findings.toSorted(byRange),
    root,
    source,
  };
}

function byPlace({ origin: a }: Manifest, { origin: b }: Manifest): number {
  return compareStrings(a.file, b.file) || a.document - b.document || a.line - b.line;
}

function byRange(a: Finding, b: Finding): number {
  const places = a.source === undefined || b.source === undefined ? 0 : compareSourceRanges(a.source, b.source);
  return places || compareStrings(a.code, b.code);
}
