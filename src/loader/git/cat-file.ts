import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { GitBlob } from './git-source.ts';

/** How `git cat-file --batch` is started. */
export interface BatchCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads blobs through `git cat-file --batch`; what is above `maxBytes` flows past without being kept. Git ends at an object
 * whose content is broken: the ones after it are asked for again.
 */
export async function* readBatch(command: BatchCommand, oids: readonly string[], maxBytes: number): AsyncIterable<GitBlob> {
  for (let rest = oids; rest.length > 0;) {
    let read = 0;
    for await (const blob of readOnce(command, rest, maxBytes)) {
      read++;
      yield blob;
    }
    rest = rest.slice(read);
  }
}

/** Reads until the end, or to the first object that git ends at. */
async function* readOnce(command: BatchCommand, oids: readonly string[], maxBytes: number): AsyncIterable<GitBlob> {
  const child = spawn(command.program, command.args, { env: command.env, stdio: ['pipe', 'pipe', 'ignore'] });
  const isGone = new Promise<void>((resolve) => child.on('error', () => resolve()).on('exit', () => resolve()));
  // Where git ends early, the answer that is missing says so.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${oids.join('\n')}\n`);
  const reader = new BatchReader(child);
  try {
    for (const oid of oids) {
      command.signal?.throwIfAborted();
      const header = await reader.line();
      const size = Number(/^[0-9a-f]+ \w+ (\d+)$/.exec(header)?.[1] ?? NaN);
      if (Number.isNaN(size)) {
        yield { oid, size: 0, fault: header === '' ? 'damaged' : 'missing' };
        if (header === '') return;
        continue;
      }
      const bytes = await reader.take(size, size <= maxBytes);
      const isWhole = (await reader.take(1, true)) !== undefined;
      yield isWhole ? { oid, size, ...(bytes === undefined ? {} : { bytes }) } : { oid, size: 0, fault: 'damaged' };
      if (!isWhole) return;
    }
  } finally {
    child.stdout.destroy();
    child.kill('SIGKILL');
    await isGone;
  }
}

class BatchReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#chunks = child.stdout[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(0x0a);
      if (end >= 0) {
        const line = this.#rest.toString('utf8', 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      if (!(await this.#more())) return '';
    }
  }

  async take(size: number, keep: boolean): Promise<Uint8Array | undefined> {
    const parts: Buffer[] = [];
    let missing = size;
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) return undefined;
      const part = this.#rest.subarray(0, missing);
      if (keep) parts.push(part);
      missing -= part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    if (!keep) return undefined;
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}
