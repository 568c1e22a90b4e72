import { createHash } from 'node:crypto';

/** The id that Git gives a blob of these bytes (SHA-1). */
export function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
