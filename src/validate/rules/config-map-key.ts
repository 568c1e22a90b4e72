import { findMissingKeys } from './keys.ts';
import type { Rule } from './rule.ts';

/** A pod that asks for a key that its ConfigMap lacks does not start. Volumes hold binary keys too, environments do not (`kubelet_pods.go`). */
export const configMapKey: Rule = {
  code: 'KR0002',
  find: (world) => findMissingKeys(world, 'ConfigMap', { volume: ['data', 'binaryData'], environment: ['data'] }),
};
