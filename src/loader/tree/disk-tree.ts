import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  opendirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { KplanError, toFinding } from '../../model/index.ts';
import type { Limits } from '../limits.ts';
import { beginningOf, errorCode, unreadable } from './disk-fault.ts';
import { DiskWalk } from './disk-walk.ts';
import type { FileContent, SourceTree, TreeFile } from './tree.ts';

/** So many files are read in a row. */
const TURN = 64;

/** The tree of a directory or file of the disk, in its repository or in the root that is given. Throws `NOT_FOUND` or `UNREADABLE` for a path that is not there or may not be read. */
export function openDiskTree(path: string, limits: Limits, given?: string): SourceTree {
  const start = realPath(resolve(path), path);
  const isDirectory = statSync(start).isDirectory();
  checkReadable(start, isDirectory, path);
  const directory = isDirectory ? start : dirname(start);
  const root = given === undefined ? findRoot(directory) : realPath(resolve(given), given);
  const walk = new DiskWalk(root, limits);
  const prefix = toRelative(root, start);
  if (isDirectory) walk.visitStart(prefix);
  else walk.addFile(prefix);
  const files = walk.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    root,
    isOnDisk: true,
    prefix,
    files,
    ignored: walk.ignored,
    findings: walk.findings,
    escapes: walk.escapes,
    read: (wanted) => readFiles(root, wanted, limits),
    reread: (file) => {
      const content = readOne(root, { path: file }, limits);
      return 'bytes' in content ? content.bytes : undefined;
    },
    find: (path) => findFile(root, path),
  };
}

function realPath(absolute: string, asGiven: string): string {
  try {
    return realpathSync(absolute);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new KplanError('NOT_FOUND', `${asGiven} does not exist`, {
        hint: 'give a directory or file of manifests as PATH, or `-` for standard input',
      });
    }
    throw notReadable(asGiven, code);
  }
}

function checkReadable(path: string, isDirectory: boolean, asGiven: string): void {
  try {
    if (isDirectory) opendirSync(path).closeSync();
    else closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  } catch (error) {
    throw notReadable(asGiven, errorCode(error));
  }
}

function notReadable(path: string, code: string): KplanError {
  return new KplanError('UNREADABLE', `${path} cannot be read (${code})`, {
    hint: 'check the rights of the path and of the directories above it',
  });
}

// The repository's root, so that places in findings are the same from wherever kplan is run.
function findRoot(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return directory;
  }
}

function toRelative(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

function findFile(root: string, path: string): TreeFile | undefined {
  try {
    const real = realpathSync(join(root, path));
    const isInside = real.startsWith(root.endsWith(sep) ? root : root + sep);
    return isInside && statSync(real).isFile() ? { path } : undefined;
  } catch {
    return undefined;
  }
}

/** Reads as it goes, and lets others have their turn now and then: signals, and the network. */
async function* readFiles(root: string, files: readonly TreeFile[], limits: Limits): AsyncIterable<FileContent> {
  for (const [index, file] of files.entries()) {
    if (index % TURN === 0) await turn();
    yield readOne(root, file, limits);
  }
}

function readOne(root: string, file: TreeFile, limits: Limits): FileContent {
  const source = beginningOf(file.path);
  let handle: number | undefined;
  try {
    handle = openSync(join(root, file.path), constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(handle);
    if (!stats.isFile()) return { file, finding: toFinding('KL0016', { source, data: { what: 'special file' } }) };
    if (stats.size > limits.fileBytes) {
      return { file, finding: toFinding('KL0013', { source, data: { bytes: stats.size, limit: limits.fileBytes } }) };
    }
    return { file, bytes: readAll(handle, stats.size, limits.fileBytes), stats };
  } catch (error) {
    return { file, finding: unreadable(file.path, 'file', error) };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

// Files of /proc say size 0; a file may grow while it is read: neither may pass the limit.
function readAll(handle: number, size: number, limit: number): Uint8Array {
  if (size === 0) return readFileSync(handle).subarray(0, limit);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  while (at < size) {
    const count = readSync(handle, bytes, at, size - at, at);
    if (count === 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}
