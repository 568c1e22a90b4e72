import { hash } from 'node:crypto';

/** The id that Git gives a blob of these bytes (SHA-1). */
export function blobId(bytes: Uint8Array): string {
  return hash('sha1', Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]), 'hex');
}
