import { createHmac, hash } from 'node:crypto';

/** SHA-256 of text or bytes, as 64 hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** SHA-256 of text, as base64url without padding (the ApplySet identifier of KEP-3659 uses this form). */
export function sha256Base64Url(data: string): string {
  return hash('sha256', data, 'base64url');
}

/** HMAC-SHA-256 of text under a salt, hexadecimal: tells whether two secret values are equal and nothing else. */
export function saltedHash(salt: string, data: string): string {
  return createHmac('sha256', salt).update(data).digest('hex');
}
