import { hash } from 'node:crypto';

/** The id that Git gives a blob of these bytes (SHA-1). */
export function blobId(bytes: Uint8Array): string {
  const head = `blob ${bytes.length}\0`;
  const size = head.length + bytes.length;
  const whole = size > scratch.length ? Buffer.allocUnsafe(size) : scratch.subarray(0, size);
  whole.write(head, 0, 'latin1');
  whole.set(bytes, head.length);
  return hash('sha1', whole, 'hex');
}

/** Most files are small: one buffer does for all of them. */
const scratch = Buffer.allocUnsafe(65_536);
