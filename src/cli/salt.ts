import { randomBytes } from 'node:crypto';

/** A fresh salt for the secret hashes of one plan: 128 bits, so that hashes of two plans cannot be compared. */
export function newSalt(): string {
  return randomBytes(16).toString('hex');
}
