import { isAscii, isUtf8 } from 'node:buffer';

/** What the bytes of a file are: text, or why they are not. `line` and `byte` (0-based) say where. */
export type Decoded =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'not-utf8' | 'nul'; readonly byte: number; readonly line: number }
  | { readonly kind: 'git-crypt' | 'lfs-pointer' };

const GIT_CRYPT = Buffer.from('\0GITCRYPT\0');
const LFS = Buffer.from('version https://git-lfs.github.com/spec/');

/** Decodes a file: UTF-8 with or without a byte order mark, or UTF-16 with one (as goyaml.v2 does). */
export function decode(bytes: Uint8Array): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (startsWith(buffer, GIT_CRYPT)) return { kind: 'git-crypt' };
  if (buffer.length < 1024 && startsWith(buffer, LFS)) return { kind: 'lfs-pointer' };
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return { kind: 'text', text: buffer.subarray(2).toString('utf16le') };
  if (buffer[0] === 0xfe && buffer[1] === 0xff) return { kind: 'text', text: decodeBigEndian(buffer.subarray(2)) };
  const nul = buffer.indexOf(0);
  if (nul >= 0) return { kind: 'nul', byte: nul, line: lineAt(buffer, nul) };
  if (isAscii(buffer)) return { kind: 'text', text: buffer.toString('latin1') };
  if (!isUtf8(buffer)) {
    const byte = findInvalid(buffer);
    return { kind: 'not-utf8', byte, line: lineAt(buffer, byte) };
  }
  const hasMark = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  return { kind: 'text', text: buffer.toString('utf8', hasMark ? 3 : 0) };
}

function startsWith(buffer: Buffer, prefix: Buffer): boolean {
  return buffer.length >= prefix.length && buffer.subarray(0, prefix.length).equals(prefix);
}

function decodeBigEndian(buffer: Buffer): string {
  const even = Buffer.from(buffer.subarray(0, buffer.length & ~1));
  return even.swap16().toString('utf16le');
}

function findInvalid(buffer: Buffer): number {
  let lineStart = 0;
  for (let end = buffer.indexOf(0x0a); end >= 0 && isUtf8(buffer.subarray(lineStart, end)); end = buffer.indexOf(0x0a, lineStart)) {
    lineStart = end + 1;
  }
  let at = lineStart;
  for (let length = lengthAt(buffer, at); length > 0; length = lengthAt(buffer, at)) at += length;
  return at;
}

function lengthAt(buffer: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= buffer.length; length++) {
    if (isUtf8(buffer.subarray(at, at + length))) return length;
  }
  return 0;
}

function lineAt(buffer: Buffer, byte: number): number {
  let line = 1;
  for (let at = buffer.indexOf(0x0a); at >= 0 && at < byte; at = buffer.indexOf(0x0a, at + 1)) line++;
  return line;
}
