import { readFileSync, renameSync, statSync, writeFileSync, mkdirSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { isArray, isObject, sha256, type JsonValue } from '../../std/index.ts';
import type { SourceTree, TreeFile } from '../tree/tree.ts';

/** Clocks of file systems may be as coarse as this. */
const RACY_MILLISECONDS = 2000;

/**
 * Remembers the blob ids of a directory's files by their size, times and inode, as Git's index does, so that a file that
 * has not changed is not read. A file that changed just before the index was written is read again.
 */
export class StatIndex {
  readonly #path: string;
  readonly #root: string;
  readonly #known: Readonly<Record<string, JsonValue>>;
  readonly #writtenAt: number;
  readonly #next: Record<string, JsonValue> = {};
  #hasNews = false;

  constructor(directory: string, tree: SourceTree) {
    this.#root = tree.root;
    this.#path = join(directory, `files-${sha256(`${tree.root}\0${tree.prefix}`).slice(0, 16)}.json`);
    this.#known = readIndex(this.#path);
    this.#writtenAt = statOrNone(this.#path)?.mtimeMs ?? 0;
  }

  /** The file with its blob id, if that is known. */
  withOid(file: TreeFile): TreeFile {
    const known = this.#known[file.path];
    if (!isArray(known) || typeof known[1] !== 'string') return file;
    const stats = statOrNone(join(this.#root, file.path));
    if (stats === undefined || !stats.isFile() || known[0] !== stampOf(stats)) return file;
    const isOld = Math.max(stats.mtimeMs, stats.ctimeMs) < this.#writtenAt - RACY_MILLISECONDS;
    if (!isOld) return file;
    this.#next[file.path] = known;
    return { ...file, oid: known[1] };
  }

  /** Remembers the id of a file that was read, and what the disk said of it then. */
  learn(path: string, stats: Stats, oid: string): void {
    this.#hasNews = true;
    this.#next[path] = [stampOf(stats), oid];
  }

  /** Writes what was learnt; an index that cannot be written is only slower. */
  flush(): void {
    if (!this.#hasNews && Object.keys(this.#known).length === Object.keys(this.#next).length) return;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      const aside = `${this.#path}.${process.pid}.new`;
      writeFileSync(aside, JSON.stringify(this.#next), { mode: 0o600 });
      renameSync(aside, this.#path);
    } catch {
      // The next run reads again.
    }
  }
}

function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

function statOrNone(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function readIndex(path: string): Readonly<Record<string, JsonValue>> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
