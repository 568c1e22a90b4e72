import { sha256 } from '../../std/index.ts';
import type { Draft } from '../store/index.ts';

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const LONGEST_BASE = 58;

/** A uid for the next object of a cluster: different for every object, the same if the same history is replayed. */
export function toUid(draft: Draft): string {
  const digits = sha256(`uid:${draft.clusterId}:${draft.nextRevision}:${draft.changes.length}`);
  const variant = '89ab'.charAt(Number.parseInt(digits.charAt(16), 16) % 4);
  return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, variant + digits.slice(17, 20), digits.slice(20, 32)].join(
    '-',
  );
}

/** A name as `generateName` makes it: the base, cut to fit, and five characters. `attempt` gives another one after a collision. */
export function generateName(draft: Draft, base: string, attempt: number): string {
  const digits = sha256(`name:${draft.clusterId}:${draft.nextRevision}:${draft.changes.length}:${attempt}:${base}`);
  let suffix = '';
  for (let index = 0; index < SUFFIX_LENGTH; index++) {
    const value = Number.parseInt(digits.slice(index * 4, index * 4 + 4), 16);
    suffix += SUFFIX_ALPHABET.charAt(value % SUFFIX_ALPHABET.length);
  }
  return base.slice(0, LONGEST_BASE) + suffix;
}
