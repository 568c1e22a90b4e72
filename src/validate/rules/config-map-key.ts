import { findMissingKeys } from './keys.ts';
import type { Rule } from './rule.ts';

/** A pod that asks for a key that its ConfigMap lacks does not start. */
export const configMapKey: Rule = { code: 'KR0002', find: (world) => findMissingKeys(world, 'ConfigMap', ['data', 'binaryData']) };
