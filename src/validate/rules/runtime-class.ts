import { findMissing } from './lookup.ts';
import { listPodReferences } from './pod-references.ts';
import type { Rule } from './rule.ts';

/** The API server refuses pods whose RuntimeClass does not exist. */
export const runtimeClass: Rule = {
  code: 'KR0009',
  find: (world) =>
    listPodReferences(world, 'RuntimeClass').flatMap(
      ({ referrer, path, name }) => findMissing(world, referrer, path, { group: 'node.k8s.io', kind: 'RuntimeClass', name }) ?? [],
    ),
};
