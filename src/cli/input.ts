import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { KplanError } from '../model/index.ts';
import { describeSystemError } from './system-error.ts';

const CHUNK = 1 << 20;

/** The most that is read of a file which a user has named: the text of more does not fit a string. */
export const MOST_BYTES = 400_000_000;
/** The most that is read of a configuration. */
export const MOST_CONFIG_BYTES = 1_000_000;

/** True for a pipe, a socket or a device: what can be read only once, and has neither a place nor neighbours. */
export function isStream(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

/** What a file or a pipe holds, read to its end at once. Throws `UNREADABLE`, with the `name` that a user knows it by, also for more than `limit` bytes. */
export function readInput(path: string, name: string, limit: number = MOST_BYTES): Buffer {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    if (fstatSync(handle).isDirectory()) throw new KplanError('UNREADABLE', `${name}: it is a directory`, { hint: 'give a file' });
    return readAll(handle, name, limit);
  } catch (error) {
    if (error instanceof KplanError) throw error;
    throw new KplanError('UNREADABLE', `${name} cannot be read: ${describeSystemError(error)}`, { cause: error });
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function readAll(handle: number, name: string, limit: number): Buffer {
  const chunks: Buffer[] = [];
  for (let size = 0; ;) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const count = readSync(handle, chunk);
    if (count === 0) return Buffer.concat(chunks);
    size += count;
    if (size > limit)
      throw new KplanError('UNREADABLE', `${name} has more than ${limit} bytes: that much is not read`, { hint: 'give a smaller file' });
    chunks.push(chunk.subarray(0, count));
  }
}

/** Refuses a pipe or a device where a file is needed. */
export function checkIsFile(path: string, name: string): void {
  if (isStream(path)) throw new KplanError('UNREADABLE', `${name} is no regular file: it was not opened`, { hint: 'give a file' });
}

/** Refuses what a repository may not have as its own file: a pipe, a device, a link that leads out of it. */
export function checkOwnFile(path: string, root: string, name: string): void {
  if (isOutside(path, root))
    throw new KplanError('UNREADABLE', `${name} is a link that leads out of the repository: it was not followed`, {
      hint: 'copy what it leads to, or name that with --config',
    });
  checkIsFile(path, name);
}

/** Whether a path that exists stands out of a folder, wherever links lead. */
export function isOutside(path: string, root: string): boolean {
  return isPathOutside(realpathSync(path), realpathSync(root));
}

/** Whether a path leads out of a folder as it is written. */
export function isPathOutside(path: string, root: string): boolean {
  const steps = relative(root, path);
  return steps === '..' || steps.startsWith(`..${sep}`) || isAbsolute(steps);
}
