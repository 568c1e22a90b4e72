import { randomBytes } from 'node:crypto';

/** A fresh salt for the secret hashes of one plan, or of one session of plans: 128 bits, so that hashes of two of them cannot be compared. */
export function newSalt(): string {
  return randomBytes(16).toString('hex');
}
