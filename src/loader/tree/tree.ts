import type { Stats } from 'node:fs';
import { toFinding, type Finding } from '../../model/index.ts';
import { beginningOf } from './disk-fault.ts';

/** A regular file of a source. */
export interface TreeFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Bytes, where known without opening it. */
  readonly size?: number;
  /** The Git blob id of its bytes, where known without reading them. */
  readonly oid?: string;
}

/** The bytes of a file, with what the disk said of it as it was opened, or the finding that says why there are none. */
export type FileContent =
  | { readonly file: TreeFile; readonly bytes: Uint8Array; readonly stats?: Stats }
  | { readonly file: TreeFile; readonly finding: Finding };

/**
 * A tree of files that manifests are read from: the working tree or a Git revision. Links are resolved, and what is not
 * a file is reported, before anything is read.
 */
export interface SourceTree {
  /** The directory that holds it all (a repository's root), for programs that are run there. */
  readonly root: string;
  /** True where the files stand below `root` as they are; else a program needs them written out first. */
  readonly isOnDisk: boolean;
  /** The part that was asked for, relative to the root; the empty string for all of it. */
  readonly prefix: string;
  /** The regular files of that part that nothing ignores, by path. */
  readonly files: readonly TreeFile[];
  /** How many files and directories of that part a .kplanignore excludes. */
  readonly ignored: number;
  readonly findings: readonly Finding[];
  /** The links that lead out of the tree. */
  readonly escapes: readonly string[];
  /** The contents of some files of `files`, in any order. */
  read(files: readonly TreeFile[]): AsyncIterable<FileContent>;
  /** The bytes of a file as it is now, at once; undefined if it is gone. Absent where nothing can be read at once. */
  readonly reread?: (path: string) => Uint8Array | undefined;
  /** The file at a path anywhere in the tree, also outside the part; undefined if there is none, or a link leads to it out of the tree. */
  find(path: string): TreeFile | undefined;
}

/** Files that may hold manifests, by name. */
export function isManifestName(path: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(path);
}

/** Why a link out of the tree is not followed. */
export const OUTSIDE = 'leads to a place outside the tree';

/** What is said of a link that is not followed: it is an error only where its name is that of a manifest. */
export function toLinkFinding(path: string, code: 'KL0017' | 'KL0018', reason: string): Finding | undefined {
  const source = beginningOf(path);
  if (isManifestName(path)) return toFinding(code, { source, data: code === 'KL0017' ? {} : { reason } });
  // Of other names only those of directories may lead to manifests.
  return /[^/]\.[A-Za-z]\w*$/.test(path) ? undefined : toFinding('KL0039', { source, data: { reason } });
}
