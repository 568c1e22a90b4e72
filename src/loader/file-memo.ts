import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, Manifest, ObjectRef } from '../model/index.ts';
import type { LoadedFile } from './load-files.ts';

/** What one file gave when it was read. */
export interface FileYield {
  readonly file: LoadedFile;
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
  readonly encrypted: readonly ObjectRef[];
  readonly documents: number;
  readonly skipped: number;
  readonly templatedFiles: number;
  readonly encryptedFiles: number;
}

interface Kept {
  readonly stamp: string;
  readonly result: FileYield;
}

/** Clocks of file systems may be as coarse as this. */
const RACY_MILLISECONDS = 2000;

/**
 * Remembers, within one process, what the files of a directory gave: a file that has not changed since gives the very same
 * manifests again, so that what was worked out of them still holds. A file that changed just before it was read is read again.
 */
export class FileMemo {
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();
  #fresh = new Map<string, string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What the file gave, if it is as it was. */
  recall(root: string, path: string): FileYield | undefined {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile()) return undefined;
    const stamp = `${root} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.ino}`;
    const kept = this.#kept.get(path);
    if (kept?.stamp === stamp) return kept.result;
    if (Math.max(stats.mtimeMs, stats.ctimeMs) < this.#now() - RACY_MILLISECONDS) this.#fresh.set(path, stamp);
    return undefined;
  }

  /** Keeps what the file has given, if it has been asked for before it was read. */
  keep(result: FileYield): void {
    const stamp = this.#fresh.get(result.file.path);
    if (stamp !== undefined) this.#kept.set(result.file.path, { stamp, result });
  }

  /** Forgets files that are no longer there. */
  retain(paths: ReadonlySet<string>): void {
    this.#fresh = new Map();
    for (const path of this.#kept.keys()) if (!paths.has(path)) this.#kept.delete(path);
  }
}
