import { crc32 } from 'node:zlib';

/**
 * One record of the log: a newline, the CRC-32 of the payload, its length in bytes (both eight hexadecimal digits),
 * and the payload, JSON without raw newlines. The newline comes first, so that a record never continues the torn
 * remains of another writer; whatever a record is cut short by, the next newline starts afresh.
 */
export function encodeFrame(payload: string): Buffer {
  const body = Buffer.from(payload, 'utf8');
  return Buffer.concat([Buffer.from(`\n${toHex(crc32(body))} ${toHex(body.length)} `, 'latin1'), body]);
}

/** What stands at an offset: a record; the remains of a write that was never acknowledged; not yet all of a record; or damage. */
export type Frame =
  | { readonly kind: 'record'; readonly payload: string; readonly end: number }
  | { readonly kind: 'torn'; readonly end: number }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'damaged' };

const NEWLINE = 0x0a;
const HEADER_LENGTH = 19;
const HEADER = /^\n[0-9a-f]{8} [0-9a-f]{8} $/;

/**
 * Reads the frame at an offset. A write that a crash cut short is told from damage to what had been written: the former
 * is shorter than it says (or has NUL bytes where the disk had not yet been written), the latter is not.
 */
export function decodeFrame(bytes: Buffer, offset: number): Frame {
  const header = bytes.toString('latin1', offset, offset + HEADER_LENGTH);
  if (header.length < HEADER_LENGTH || !HEADER.test(header)) return decodeBadHeader(bytes, offset);
  const start = offset + HEADER_LENGTH;
  const end = start + Number.parseInt(header.slice(10, 18), 16);
  const newline = bytes.indexOf(NEWLINE, start);
  if (newline >= 0 && newline < end) return { kind: 'torn', end: newline };
  const body = bytes.subarray(start, end);
  const fits = toHex(crc32(body)) === header.slice(1, 9);
  // A part of a record never has the checksum of the whole: it is the length that was changed.
  if (end > bytes.length) return { kind: fits ? 'damaged' : 'incomplete' };
  if (fits) return { kind: 'record', payload: body.toString('utf8'), end };
  return body.includes(0) ? { kind: 'torn', end } : { kind: 'damaged' };
}

function decodeBadHeader(bytes: Buffer, offset: number): Frame {
  if (bytes[offset] !== NEWLINE && bytes[offset] !== 0) return { kind: 'damaged' };
  const newline = bytes.indexOf(NEWLINE, offset + 1);
  const end = newline < 0 ? bytes.length : newline;
  const remains = bytes.subarray(offset + 1, end);
  if (remains.includes(0)) return { kind: 'torn', end };
  if (remains.length >= HEADER_LENGTH || !/^[0-9a-f ]*$/.test(remains.toString('latin1'))) return { kind: 'damaged' };
  return newline < 0 ? { kind: 'incomplete' } : { kind: 'torn', end };
}

function toHex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
