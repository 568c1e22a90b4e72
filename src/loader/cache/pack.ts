import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { compareBy } from '../../std/index.ts';

/** What a pack keeps of one blob: its parsed form as JSON, and its bytes, for positions. */
export interface PackEntry {
  readonly oid: string;
  readonly json: Buffer;
  readonly bytes: Uint8Array;
}

const MAGIC = Buffer.from('kplan documents 3\n');
const HEAD = MAGIC.length + 12;
/** An id of SHA-256 or, with zeros behind it, of SHA-1. */
const KEY = 32;
/** Behind the id: the offsets and lengths of its JSON and of its bytes within their parts, and the checksum of id and JSON. */
const RECORD = KEY + 20;
/** JSON of so much is read at once as soon as some of it is wanted; of more, what is wanted. */
const MOST_READ_AT_ONCE = 32_000_000;

/** A pack: the magic line, the number of entries, the lengths of all JSON and all bytes, a record an entry by id, all JSON, all bytes. */
export function encodePack(entries: readonly PackEntry[]): Buffer {
  const sorted = entries.toSorted(compareBy(({ oid }) => oid));
  const index = Buffer.alloc(sorted.length * RECORD);
  let [json, bytes] = [0, 0];
  for (const [position, entry] of sorted.entries()) {
    const record = index.subarray(position * RECORD, (position + 1) * RECORD);
    const key = toKey(entry.oid);
    record.set(key);
    [json, entry.json.length, bytes, entry.bytes.length, checksum(key, entry.json)].forEach((value, field) =>
      record.writeUInt32LE(value, KEY + 4 * field),
    );
    json += entry.json.length;
    bytes += entry.bytes.length;
  }
  const head = Buffer.alloc(12);
  [sorted.length, json, bytes].forEach((value, field) => head.writeUInt32LE(value, 4 * field));
  return Buffer.concat([MAGIC, head, index, ...sorted.map((entry) => entry.json), ...sorted.map((entry) => entry.bytes)]);
}

/** A pack that has been opened: its index is in memory, the rest is read where it is wanted. Whatever is broken or gone is not there. */
export class Pack {
  readonly path: string;
  /** The length of the file. */
  readonly size: number;
  readonly #index: Buffer;
  readonly #jsonLength: number;
  #handle: number | undefined;
  #json: Buffer | undefined;

  private constructor(path: string, handle: number) {
    const head = readExactly(handle, 0, HEAD);
    if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('not a pack');
    const [count = 0, json = 0, bytes = 0] = [0, 4, 8].map((offset) => head.readUInt32LE(MAGIC.length + offset));
    this.size = HEAD + count * RECORD + json + bytes;
    if (fstatSync(handle).size !== this.size) throw new Error('the file is cut off');
    this.#index = readExactly(handle, HEAD, count * RECORD);
    this.#jsonLength = json;
    this.path = path;
    this.#handle = handle;
  }

  /** Opens a pack until it is closed; undefined for a file that is none, is cut off or gone. */
  static open(path: string): Pack | undefined {
    let handle: number | undefined;
    try {
      handle = openSync(path, 'r');
      return new Pack(path, handle);
    } catch {
      if (handle !== undefined) closeSync(handle);
      return undefined;
    }
  }

  /** Lets go of the file. What is read later opens it again, if it is still there. */
  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
    this.#json = undefined;
  }

  /** The ids that this pack has entries of, in order; those that are shorter have zeros behind them, which is the same to every method. */
  ids(): readonly string[] {
    return Array.from({ length: this.#index.length / RECORD }, (_, position) =>
      this.#index.toString('hex', position * RECORD, position * RECORD + KEY),
    );
  }

  has(oid: string): boolean {
    return this.#find(oid) !== undefined;
  }

  /** The JSON of an entry; undefined if there is none or its bytes are not those that were written. */
  readJson(oid: string): Buffer | undefined {
    const record = this.#find(oid);
    if (record === undefined) return undefined;
    const json = this.#readJson(record.readUInt32LE(KEY), record.readUInt32LE(KEY + 4));
    return json !== undefined && checksum(toKey(oid), json) === record.readUInt32LE(KEY + 16) ? json : undefined;
  }

  /** The bytes of an entry's blob, not looked at; undefined if there is none, or the pack is gone. */
  readBytes(oid: string): Buffer | undefined {
    const record = this.#find(oid);
    if (record === undefined) return undefined;
    return this.#read(this.#jsonLength + record.readUInt32LE(KEY + 8), record.readUInt32LE(KEY + 12));
  }

  #find(oid: string): Buffer | undefined {
    const key = toKey(oid);
    const beginning = key.readUInt32BE();
    let [from, to] = [0, this.#index.length / RECORD];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const at = middle * RECORD;
      // Two ids that begin alike are rare, and numbers are compared faster.
      const order = this.#index.readUInt32BE(at) - beginning || this.#index.compare(key, 0, KEY, at, at + KEY);
      if (order === 0) return this.#index.subarray(at, at + RECORD);
      if (order < 0) from = middle + 1;
      else to = middle;
    }
    return undefined;
  }

  #readJson(offset: number, length: number): Buffer | undefined {
    if (this.#jsonLength > MOST_READ_AT_ONCE || this.#handle === undefined) return this.#read(offset, length);
    this.#json ??= this.#read(0, this.#jsonLength);
    return this.#json?.subarray(offset, offset + length);
  }

  #read(offset: number, length: number): Buffer | undefined {
    const start = HEAD + this.#index.length + offset;
    if (start + length > this.size) return undefined;
    const isOpen = this.#handle !== undefined;
    let handle = this.#handle;
    try {
      handle ??= openSync(this.path, 'r');
      return readExactly(handle, start, length);
    } catch {
      return undefined;
    } finally {
      if (!isOpen && handle !== undefined) closeSync(handle);
    }
  }
}

function readExactly(handle: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let at = 0;
  while (at < length) {
    const count = readSync(handle, buffer, at, length - at, position + at);
    if (count === 0) throw new Error('the file is cut off');
    at += count;
  }
  return buffer;
}

function toKey(oid: string): Buffer {
  const key = Buffer.alloc(KEY);
  key.write(oid, 'hex');
  return key;
}

function checksum(key: Buffer, json: Buffer): number {
  return crc32(json, crc32(key));
}
