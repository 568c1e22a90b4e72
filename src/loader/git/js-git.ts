import fs, { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as git from 'isomorphic-git';
import { KplanError } from '../../model/index.ts';
import { compareBy } from '../../std/index.ts';
import {
  checkRevision,
  toNoMergeBase,
  type GitBlob,
  type GitChange,
  type GitEntry,
  type GitRepository,
  type GitSource,
} from './git-source.ts';
import { explainUnresolved } from './explain-unresolved.ts';
import { findMergeBase, type CommitNode } from './merge-base.ts';
import { ObjectFault, toFaultError, type ObjectState } from './object-fault.ts';
import { parseRevision, type RevisionStep } from './revision.ts';

const BLOBS_AT_ONCE = 50;
const KNOWN_EXTENSIONS = new Set([
  'worktreeconfig',
  'noop',
  'partialclone',
  'relativeworktrees',
  'preciousobjects',
  'objectformat',
  'refstorage',
]);

/** The adapter that needs no program: isomorphic-git over one shared cache, with tree walks of its own that skip what is equal. */
export class JsGit implements GitSource {
  readonly adapter = 'js';
  readonly repository: GitRepository;
  readonly #signal: AbortSignal | undefined;
  readonly #shallow: ReadonlySet<string>;
  #cache: object = {};

  /** Throws `UNREADABLE` for repositories that isomorphic-git cannot read: SHA-256, reftable, alternates. */
  constructor(repository: GitRepository, signal?: AbortSignal) {
    refuseUnsupported(repository);
    this.repository = repository;
    this.#signal = signal;
    this.#shallow = new Set(readLines(join(repository.commonDirectory, 'shallow')));
  }

  async resolve(revision: string): Promise<string> {
    checkRevision(revision);
    const parsed = parseRevision(revision);
    if (parsed === undefined) {
      throw new KplanError('NO_REVISION', `${JSON.stringify(revision)} is not a revision that can be read without the git program`, {
        hint: 'give a branch, a tag, a commit id, or one of these with ~N or ^N; or install git',
      });
    }
    const commit = await this.#explain(`the revision ${JSON.stringify(revision)}`, async () => {
      let at = await this.#resolveName(parsed.base);
      for (const step of parsed.steps) at = at === undefined ? undefined : await this.#follow(at, step);
      return at === undefined ? undefined : this.#peel(at);
    });
    if (commit !== undefined) return commit;
    throw await explainUnresolved(revision, {
      repository: this.repository,
      refs: () => this.#refs(),
      idOf: (name) => this.#oidOf(name),
      faultOf: (oid) => this.#faultOf(oid),
      parentsOf: async (oid) => (await this.#commit(oid)).parents,
      isShallow: () => this.isShallow(),
    });
  }

  async mergeBase(a: string, b: string): Promise<string> {
    const what = `the history of ${a.slice(0, 12)} and ${b.slice(0, 12)}`;
    const base = await this.#explain(what, () => findMergeBase(a, b, (oid) => this.#commit(oid)));
    if (base === undefined) throw toNoMergeBase(a, b, await this.isShallow());
    return base;
  }

  async listTree(commit: string, prefix: string): Promise<readonly GitEntry[]> {
    const entries: GitEntry[] = [];
    await this.#explain(`the tree of the commit ${commit.slice(0, 12)}`, async () => {
      const root = (await this.#read(commit, () => git.readCommit({ ...this.#args(), oid: commit }))).commit.tree;
      await this.#list(root, '', prefix, entries);
    });
    return entries.toSorted(compareBy((entry) => entry.path));
  }

  async diff(a: string, b: string): Promise<readonly GitChange[]> {
    const changes: GitChange[] = [];
    await this.#explain(`the trees of the commits ${a.slice(0, 12)} and ${b.slice(0, 12)}`, async () => {
      const [before, after] = await Promise.all(
        [a, b].map(async (oid) => (await this.#read(oid, () => git.readCommit({ ...this.#args(), oid }))).commit.tree),
      );
      await this.#diffTrees(before, after, '', changes);
    });
    return changes.toSorted(compareBy((change) => change.path));
  }

  async *readBlobs(oids: readonly string[], maxBytes: number): AsyncIterable<GitBlob> {
    for (let at = 0; at < oids.length; at += BLOBS_AT_ONCE) {
      this.#signal?.throwIfAborted();
      yield* await Promise.all(oids.slice(at, at + BLOBS_AT_ONCE).map((oid) => this.#blob(oid, maxBytes)));
    }
  }

  async readCommit(commit: string): Promise<Uint8Array> {
    return this.#explain(`the commit ${commit.slice(0, 12)}`, async () => {
      const read = await this.#read(commit, () => git.readObject({ ...this.#args(), oid: commit, format: 'content' }));
      if (read.type !== 'commit' || !(read.object instanceof Uint8Array)) throw new ObjectFault(commit, 'missing');
      return read.object;
    });
  }

  async headCommit(): Promise<string | undefined> {
    return this.#explain('HEAD', () => this.#resolveName('HEAD'));
  }

  // oxlint-disable-next-line typescript/require-await -- part of the contract
  async isShallow(): Promise<boolean> {
    return this.#shallow.size > 0;
  }

  // oxlint-disable-next-line typescript/require-await -- part of the contract
  async close(): Promise<void> {
    this.#cache = {};
  }

  #args(): { readonly fs: typeof fs; readonly gitdir: string; readonly cache: object } {
    return { fs, gitdir: this.repository.commonDirectory, cache: this.#cache };
  }

  async #resolveName(name: string): Promise<string | undefined> {
    const oid = await this.#oidOf(name);
    return oid === undefined ? undefined : this.#peel(oid);
  }

  async #oidOf(name: string): Promise<string | undefined> {
    if (/^[0-9a-f]{40}$/.test(name)) return name;
    if (name === 'HEAD') return this.#head();
    try {
      return await git.resolveRef({ ...this.#args(), ref: name });
    } catch {
      return /^[0-9a-f]{4,39}$/.test(name) ? this.#expand(name) : undefined;
    }
  }

  // A linked worktree has a HEAD of its own, and the refs of all.
  async #head(): Promise<string | undefined> {
    const [head = ''] = readLines(join(this.repository.gitDirectory, 'HEAD'));
    if (!head.startsWith('ref: ')) return head === '' ? undefined : head;
    return git.resolveRef({ ...this.#args(), ref: head.slice(5).trim() }).catch(() => undefined);
  }

  async #expand(short: string): Promise<string | undefined> {
    return git.expandOid({ ...this.#args(), oid: short }).catch(() => undefined);
  }

  async #peel(oid: string): Promise<string | undefined> {
    try {
      const { type } = await git.readObject({ ...this.#args(), oid, format: 'content' });
      if (type === 'commit') return oid;
      if (type !== 'tag') return undefined;
      return await this.#peel((await git.readTag({ ...this.#args(), oid })).tag.object);
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError) return undefined;
      throw error instanceof ObjectFault ? error : new ObjectFault(oid, 'damaged', error);
    }
  }

  async #faultOf(oid: string): Promise<ObjectState | undefined> {
    try {
      await this.#read(oid, () => git.readObject({ ...this.#args(), oid, format: 'content' }));
      return undefined;
    } catch (error) {
      if (error instanceof ObjectFault) return error.state;
      throw error;
    }
  }

  async #follow(commit: string, step: RevisionStep): Promise<string | undefined> {
    if (step.kind === 'parent') return (await this.#commit(commit)).parents[step.number - 1];
    let at: string | undefined = commit;
    for (let n = 0; n < step.count && at !== undefined; n++) at = (await this.#commit(at)).parents[0];
    return at;
  }

  async #commit(oid: string): Promise<CommitNode> {
    const { commit } = await this.#read(oid, () => git.readCommit({ ...this.#args(), oid }));
    return { oid, parents: this.#shallow.has(oid) ? [] : commit.parent, time: commit.committer.timestamp };
  }

  async #list(tree: string, path: string, prefix: string, entries: GitEntry[]): Promise<void> {
    this.#signal?.throwIfAborted();
    for (const entry of await this.#tree(tree)) {
      const below = path === '' ? entry.path : `${path}/${entry.path}`;
      const isWanted = prefix === '' || below === prefix || below.startsWith(`${prefix}/`);
      if (entry.type === 'tree') {
        if (isWanted || prefix.startsWith(`${below}/`)) await this.#list(entry.oid, below, prefix, entries);
      } else if (isWanted) entries.push({ path: below, mode: entry.mode, oid: entry.oid });
    }
  }

  async #diffTrees(before: string | undefined, after: string | undefined, path: string, changes: GitChange[]): Promise<void> {
    if (before === after) return;
    this.#signal?.throwIfAborted();
    const [old, young] = await Promise.all([this.#entries(before), this.#entries(after)]);
    for (const name of new Set([...old.keys(), ...young.keys()])) {
      const [a, b] = [old.get(name), young.get(name)];
      if (a?.oid === b?.oid && a?.mode === b?.mode) continue;
      const below = path === '' ? name : `${path}/${name}`;
      if (a?.type === 'tree' || b?.type === 'tree') await this.#diffTrees(treeOf(a), treeOf(b), below, changes);
      const [x, y] = [sideOf(a), sideOf(b)];
      if (x !== undefined || y !== undefined) {
        changes.push({ path: below, ...(x === undefined ? {} : { before: x }), ...(y === undefined ? {} : { after: y }) });
      }
    }
  }

  async #entries(tree: string | undefined): Promise<ReadonlyMap<string, TreeItem>> {
    return new Map(tree === undefined ? [] : (await this.#tree(tree)).map((entry) => [entry.path, entry]));
  }

  async #tree(oid: string): Promise<readonly TreeItem[]> {
    return (await this.#read(oid, () => git.readTree({ ...this.#args(), oid }))).tree;
  }

  async #blob(oid: string, maxBytes: number): Promise<GitBlob> {
    try {
      const { blob } = await this.#read(oid, () => git.readBlob({ ...this.#args(), oid }));
      return blob.length > maxBytes ? { oid, size: blob.length } : { oid, size: blob.length, bytes: blob };
    } catch (error) {
      if (error instanceof ObjectFault) return { oid, size: 0, fault: error.state };
      throw error;
    }
  }

  async #refs(): Promise<readonly string[]> {
    const args = this.#args();
    const remotes = await git.listRemotes(args);
    const lists = await Promise.all([
      git.listBranches(args),
      git.listTags(args),
      ...remotes.map(async ({ remote }) => (await git.listBranches({ ...args, remote })).map((branch) => `${remote}/${branch}`)),
    ]);
    return lists.flat().slice(0, 1000);
  }

  async #read<T>(oid: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw new ObjectFault(oid, error instanceof git.Errors.NotFoundError ? 'missing' : 'damaged', error);
    }
  }

  async #explain<T>(what: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof ObjectFault) throw toFaultError(what, error, this.repository);
      throw error;
    }
  }
}

interface TreeItem {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
  readonly type: 'blob' | 'tree' | 'commit';
}

function treeOf(item: TreeItem | undefined): string | undefined {
  return item?.type === 'tree' ? item.oid : undefined;
}

function sideOf(item: TreeItem | undefined): { readonly mode: string; readonly oid: string } | undefined {
  return item === undefined || item.type === 'tree' ? undefined : { mode: item.mode, oid: item.oid };
}

function refuseUnsupported(repository: GitRepository): void {
  const common = repository.commonDirectory;
  const config = readLines(join(common, 'config')).join('\n');
  const why = [
    /^\s*objectformat\s*=\s*sha256\b/im.test(config) ? 'its objects are named by SHA-256' : undefined,
    /^\s*refstorage\s*=\s*reftable\b/im.test(config) ? 'its refs are kept as a reftable' : undefined,
    existsSync(join(common, 'objects', 'info', 'alternates')) ? 'it borrows objects of another repository (alternates)' : undefined,
    findUnknownExtension(config),
  ].find((reason) => reason !== undefined);
  if (why === undefined) return;
  throw new KplanError('UNREADABLE', `the repository ${repository.root} cannot be read without the git program: ${why}`, {
    hint: 'install git and use --git native (or auto)',
  });
}

function findUnknownExtension(config: string): string | undefined {
  const section = /^\s*\[extensions\]\s*$([\s\S]*?)(?=^\s*\[|$(?![\s\S]))/im.exec(config)?.[1] ?? '';
  const names = [...section.matchAll(/^\s*([A-Za-z][\w-]*)/gm)].map((match) => (match[1] ?? '').toLowerCase());
  const unknown = names.find((name) => !KNOWN_EXTENSIONS.has(name));
  return unknown === undefined ? undefined : `it uses the extension ${unknown}`;
}

function readLines(path: string): readonly string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split(/\r?\n/).filter(Boolean) : [];
}
