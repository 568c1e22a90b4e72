import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { isArray, isObject, parseJson } from '../../std/index.ts';

/** What a pack keeps of one blob: its parsed form as JSON, and its bytes, for positions. */
export interface PackEntry {
  readonly oid: string;
  readonly json: Buffer;
  readonly bytes: Uint8Array;
}

/** Where a pack keeps the bytes of a blob. */
export interface BytesPlace {
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

/** An entry of a pack that has been opened: its JSON is in memory, its bytes stay on the disk. */
export interface OpenedEntry {
  readonly oid: string;
  readonly json: Buffer;
  readonly sum: number;
  readonly place: BytesPlace;
}

const MAGIC = Buffer.from('kplan documents 2\n');
const HEAD = MAGIC.length + 8;

/** A pack: the magic line, the lengths of index and JSON, the index, all JSON, all bytes. Each entry's JSON has a checksum with its name in it. */
export function encodePack(entries: readonly PackEntry[]): Buffer {
  const index = Buffer.from(JSON.stringify(entries.map(({ oid, json, bytes }) => [oid, json.length, bytes.length, checksum(oid, json)])));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(index.length, 0);
  lengths.writeUInt32LE(
    entries.reduce((sum, { json }) => sum + json.length, 0),
    4,
  );
  return Buffer.concat([MAGIC, lengths, index, ...entries.map(({ json }) => json), ...entries.map(({ bytes }) => bytes)]);
}

/** Opens a pack; no entries for a file that is none, is cut off or gone. */
export function openPack(path: string): readonly OpenedEntry[] {
  let handle: number | undefined;
  try {
    handle = openSync(path, 'r');
    const head = readExactly(handle, 0, HEAD);
    if (!head.subarray(0, MAGIC.length).equals(MAGIC)) return [];
    const [indexLength, jsonLength] = [head.readUInt32LE(MAGIC.length), head.readUInt32LE(MAGIC.length + 4)];
    const body = readExactly(handle, HEAD, indexLength + jsonLength);
    return readIndex(path, body, indexLength);
  } catch {
    return [];
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function readIndex(pack: string, body: Buffer, indexLength: number): readonly OpenedEntry[] {
  const index = parseJson(body.toString('utf8', 0, indexLength));
  const entries: OpenedEntry[] = [];
  let at = indexLength;
  let offset = HEAD + body.length;
  for (const item of isArray(index) ? index : []) {
    const [oid, jsonLength, length, sum] = isArray(item) ? item : [];
    if (typeof oid !== 'string' || typeof jsonLength !== 'number' || typeof length !== 'number' || typeof sum !== 'number') return [];
    entries.push({ oid, json: body.subarray(at, at + jsonLength), sum, place: { pack, offset, length } });
    at += jsonLength;
    offset += length;
  }
  return entries;
}

/** The JSON value of an entry; undefined if its bytes are not those that were written. */
export function readEntry(entry: OpenedEntry): object | undefined {
  if (checksum(entry.oid, entry.json) !== entry.sum) return undefined;
  const value: unknown = JSON.parse(entry.json.toString());
  return isObject(value) ? value : undefined;
}

/** The bytes of a blob out of a pack; throws if the pack is gone. */
export function readBytes({ pack, offset, length }: BytesPlace): Buffer {
  const handle = openSync(pack, 'r');
  try {
    return readExactly(handle, offset, length);
  } finally {
    closeSync(handle);
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

function checksum(oid: string, json: Buffer): number {
  return crc32(json, crc32(oid));
}
