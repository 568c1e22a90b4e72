import { findMissingKeys } from './keys.ts';
import type { Rule } from './rule.ts';

const SECRET = ['data', 'stringData'];

/** A pod that asks for a key that its Secret lacks does not start. */
export const secretKey: Rule = {
  code: 'KR0004',
  find: (world) => findMissingKeys(world, 'Secret', { volume: SECRET, environment: SECRET }),
};
