import { KplanError } from '../../model/index.ts';
import type { ObjectState } from './object-fault.ts';

/** One entry of a commit's tree. */
export interface GitEntry {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  /** As Git writes it: `100644`, `100755` (files), `120000` (link: the blob is the target), `160000` (submodule: the id is a commit elsewhere). */
  readonly mode: string;
  readonly oid: string;
}

/** A path that differs between two commits; a side that does not have it is absent. Renames are a removal and an addition. */
export interface GitChange {
  readonly path: string;
  readonly before?: { readonly mode: string; readonly oid: string };
  readonly after?: { readonly mode: string; readonly oid: string };
}

/** A blob; one above the limit has no bytes, and neither has one that cannot be read: its size is 0. */
export interface GitBlob {
  readonly oid: string;
  readonly size: number;
  readonly bytes?: Uint8Array;
  readonly fault?: ObjectState;
}

/** Where a repository is on the disk. */
export interface GitRepository {
  /** The directory of the working tree; of a bare repository, its own. */
  readonly root: string;
  /** HEAD's directory: `.git`, or that of a linked worktree. */
  readonly gitDirectory: string;
  /** The directory of objects and refs, shared by linked worktrees. */
  readonly commonDirectory: string;
  readonly isBare: boolean;
}

/**
 * A Git repository, read without a checkout and without running anything that it configures: hooks, filters,
 * attributes, fetches. Commit ids are full. A revision that is not there throws `NO_REVISION` with what to do; a commit
 * or directory that is not there `UNREADABLE`, one that is damaged `CORRUPT`.
 */
export interface GitSource {
  readonly adapter: 'native' | 'js';
  readonly repository: GitRepository;
  /** The commit that a revision names; annotated tags are followed. */
  resolve(revision: string): Promise<string>;
  /** The best common ancestor of two commits. Throws `NO_REVISION`, naming the needed fetch depth where the history is cut off. */
  mergeBase(a: string, b: string): Promise<string>;
  /** All entries below a path (empty: all) that are not directories, by path; empty if the path is not there. */
  listTree(commit: string, prefix: string): Promise<readonly GitEntry[]>;
  /** What differs between the trees of two commits, by path. */
  diff(a: string, b: string): Promise<readonly GitChange[]>;
  /** Blobs in the order asked for; those above `maxBytes` without their bytes, those that cannot be read with their fault. */
  readBlobs(oids: readonly string[], maxBytes: number): AsyncIterable<GitBlob>;
  /** A commit as Git keeps it: headers, an empty line, the message. */
  readCommit(commit: string): Promise<Uint8Array>;
  /** The commit that is checked out; undefined in a repository without commits. */
  headCommit(): Promise<string | undefined>;
  /** True where the history is cut off (`git clone --depth`). */
  isShallow(): Promise<boolean>;
  /** Ends programs and forgets caches. */
  close(): Promise<void>;
}

/** Refuses revisions that a program could take for an option or more than one line, before anybody sees them. */
export function checkRevision(revision: string): void {
  if (revision !== '' && !revision.startsWith('-') && !/[\0\n\r]/.test(revision)) return;
  throw new KplanError('NO_REVISION', `${JSON.stringify(revision)} is not a Git revision`, {
    hint: 'give a branch, a tag or a commit id; a branch whose name begins with `-` by its full name, refs/heads/-name',
  });
}

/** The error for a revision that is not there. `refs` are the names that are. */
export function toNoRevision(revision: string, refs: readonly string[], isShallow: boolean): KplanError {
  const remote = refs.find((ref) => ref.endsWith(`/${revision}`));
  const hints = [];
  if (remote !== undefined) hints.push(`did you mean ${remote}?`);
  else if (refs.length > 0) hints.push(`there are ${refs.slice(0, 8).join(', ')}${refs.length > 8 ? ', ...' : ''}`);
  if (isShallow) {
    const fetch = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'";
    hints.push(`the clone is shallow: fetch all branches and their history with \`${fetch}\`, or in GitHub Actions \`fetch-depth: 0\``);
  } else if (remote === undefined) {
    hints.push(`if it is on the remote: git fetch origin ${/^[\w./-]+$/.test(revision) ? revision.replace(/^origin\//, '') : 'REVISION'}`);
  }
  return new KplanError('NO_REVISION', `the repository has no revision ${JSON.stringify(revision)}`, { hint: hints.join('; ') });
}

/** The error for two commits without a common ancestor. */
export function toNoMergeBase(a: string, b: string, isShallow: boolean): KplanError {
  const commits = `${a.slice(0, 12)} and ${b.slice(0, 12)}`;
  if (!isShallow) {
    return new KplanError('NO_REVISION', `${commits} have no common ancestor`, { hint: 'give a revision of the same history as base' });
  }
  return new KplanError('NO_REVISION', `the merge base of ${commits} is not in this shallow clone`, {
    hint: 'fetch the whole history: `fetch-depth: 0` in actions/checkout, GIT_DEPTH: 0 in GitLab CI, or `git fetch --unshallow`',
  });
}
