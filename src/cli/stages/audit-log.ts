import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { createGunzip } from 'node:zlib';
import { UsageCounter, type Usage } from '../../engine/rbac/index.ts';
import { KplanError } from '../../model/index.ts';
import { getArray, getString, isObject, parseJson, type JsonValue } from '../../std/index.ts';
import type { Io } from '../io.ts';
import { describeSystemError } from '../system-error.ts';
import { TextLines } from './text-lines.ts';

/** A line that is longer than this is no event. */
const MOST_LINE_BYTES = 64 << 20;
/** How many broken lines are told by their numbers. */
const TOLD = 10;

/** What an audit log holds, and what of it could not be read. */
export interface AuditLog {
  readonly usage: Usage;
  readonly lines: number;
  /** Lines that are no event of the audit API, and the numbers of the first of them. */
  readonly broken: number;
  readonly brokenLines: readonly number[];
  /** Whether the file ends in the middle of what is compressed. */
  readonly isCutOff: boolean;
}

/**
 * Reads the audit log of an API server as it comes, however large: events of `audit.k8s.io` as JSON Lines, an `EventList` in each
 * line or over many, gzip or not; `-` is standard input. A line that is none of these is counted and passed over. Throws
 * `KplanError` for what cannot be read at all.
 */
export async function readAuditLog(file: string, io: Pick<Io, 'cwd'>): Promise<AuditLog> {
  const name = `--audit ${file}`;
  // Nearly all that reading leaves behind is garbage, which V8 would let grow to many times what is kept.
  setFlagsFromString('--heap-growing-percent=30');
  const reader = new AuditReader();
  let isCutOff = false;
  try {
    const source = file === '-' ? process.stdin : createReadStream(resolve(io.cwd, file), { highWaterMark: 1 << 16 });
    for await (const chunk of await unpack(source)) reader.take(chunk);
  } catch (error) {
    if (!isCutOffError(error))
      throw new KplanError('UNREADABLE', `${name} cannot be read: ${describeSystemError(error)}`, { cause: error });
    isCutOff = true;
  }
  return { ...reader.end(), isCutOff };
}

/** The bytes of a stream, unpacked if they are gzip: rotated logs are, and may be several in one. */
async function unpack(source: NodeJS.ReadableStream): Promise<AsyncIterable<Buffer>> {
  const chunks = toBuffers(source)[Symbol.asyncIterator]();
  const first = await chunks.next();
  const whole = continueFrom(first, chunks);
  if (first.done === true || first.value[0] !== 0x1f || first.value[1] !== 0x8b) return whole;
  const { Readable } = await import('node:stream');
  return toBuffers(Readable.from(whole).pipe(createGunzip({ chunkSize: 1 << 20 })));
}

async function* toBuffers(source: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function* continueFrom(first: IteratorResult<Buffer>, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
}

function isCutOffError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
}

/** Takes the bytes of a log and counts its events, line by line. */
class AuditReader {
  readonly #counter = new UsageCounter();
  readonly #lines = new TextLines(MOST_LINE_BYTES);
  readonly #brokenLines: number[] = [];
  #broken = 0;
  /** The lines of an EventList that is written over many, until its end. */
  #spread: string[] | undefined;
  #spreadBytes = 0;

  take(chunk: Buffer): void {
    this.#lines.take(chunk, (line, number) => this.#line(line, number));
  }

  end(): Omit<AuditLog, 'isCutOff'> {
    this.#lines.end((line, number) => this.#line(line, number));
    if (this.#spread !== undefined && !this.#add(this.#spread.join('\n'))) this.#note(1);
    return { usage: this.#counter.result(), lines: this.#lines.count, broken: this.#broken, brokenLines: this.#brokenLines };
  }

  #line(line: string | undefined, number: number): void {
    if (number === 1 && line?.trim() === '{') this.#spread = [];
    if (line !== undefined && this.#spread !== undefined && this.#spreadBytes < MOST_LINE_BYTES) {
      this.#spread.push(line);
      this.#spreadBytes += line.length;
    } else if (line === undefined || (line.trim() !== '' && !this.#add(line))) this.#note(number);
  }

  #note(number: number): void {
    this.#broken++;
    if (this.#brokenLines.length < TOLD) this.#brokenLines.push(number);
  }

  #add(text: string): boolean {
    const value = parseLine(text);
    if (value === undefined) return false;
    if (getString(value, 'kind') !== 'EventList') return this.#counter.add(value);
    let isWhole = true;
    const apiVersion = getString(value, 'apiVersion') ?? '';
    for (const item of getArray(value, 'items'))
      isWhole = this.#counter.add({ kind: 'Event', apiVersion, ...(isObject(item) ? item : {}) }) && isWhole;
    return isWhole;
  }
}

function parseLine(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
