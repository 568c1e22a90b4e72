import { closeSync, constants, fdatasync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { KplanError } from '../../model/index.ts';

/** An open log of one generation: appended to by anyone, read by everyone, never changed in place. */
export class LogFile {
  readonly generation: number;
  readonly path: string;
  readonly #descriptor: number;
  #syncing = 0;
  #closed = false;

  private constructor(path: string, generation: number, descriptor: number) {
    this.path = path;
    this.generation = generation;
    this.#descriptor = descriptor;
  }

  /** Opens a generation; undefined if there is no such file (any more, or yet). */
  static open(directory: string, generation: number): LogFile | undefined {
    const path = join(directory, toLogName(generation));
    try {
      return new LogFile(path, generation, openSync(path, constants.O_RDWR | constants.O_APPEND));
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return undefined;
      throw new KplanError('UNREADABLE', `${path}: the embedded cluster's log cannot be opened: ${reasonOf(error)}`, {
        hint: 'Check who owns the directory, or choose another one with --embedded DIR.',
        cause: error,
      });
    }
  }

  get size(): number {
    return fstatSync(this.#descriptor).size;
  }

  /** The bytes from an offset to the present end. */
  read(offset: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, this.size - offset));
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(this.#descriptor, bytes, length, bytes.length - length, offset + length);
      if (count === 0) break;
      length += count;
    }
    return bytes.subarray(0, length);
  }

  /** Appends one record in one write, after everything that others have appended. */
  append(frame: Buffer): void {
    let written = 0;
    try {
      written = writeSync(this.#descriptor, frame);
    } catch (error) {
      throw toWriteError(this.path, error);
    }
    if (written < frame.length) throw toWriteError(this.path, undefined);
  }

  /** Resolves when all that was appended before the call is on the disk. */
  sync(): Promise<void> {
    this.#syncing++;
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, (error) => {
        this.#syncing--;
        if (this.#closed) this.#closeIdle();
        if (error === null) resolve();
        else reject(toWriteError(this.path, error));
      });
    });
  }

  /** Closes the file, once nothing is on its way to the disk any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeIdle();
  }

  #closeIdle(): void {
    if (this.#syncing === 0) closeSync(this.#descriptor);
  }
}

/** The file name of a generation. */
export function toLogName(generation: number): string {
  return `log-${String(generation).padStart(8, '0')}`;
}

/** The generation that a file name names; undefined for other files. */
export function parseLogName(name: string): number | undefined {
  const match = /^log-(\d{8,})$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** The error that a failed write ends in: nothing was acknowledged. */
export function toWriteError(path: string, error: unknown): KplanError {
  const reason = error === undefined ? 'the disk took only a part of the record' : reasonOf(error);
  return new KplanError('WRITE_FAILED', `${path}: the embedded cluster could not be written: ${reason}`, {
    hint: 'Free some space or check the permissions, then run it again: what was acknowledged is kept.',
    cause: error,
  });
}

/** `ENOENT` and so on, of an error of node:fs. */
export function errorCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What the system says of an error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
