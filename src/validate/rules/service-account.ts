import { findMissing } from './lookup.ts';
import { listPodReferences } from './pod-references.ts';
import type { Rule } from './rule.ts';

/** The API server refuses pods whose ServiceAccount does not exist. */
export const serviceAccount: Rule = {
  code: 'KR0005',
  find: (world) =>
    listPodReferences(world, 'ServiceAccount').flatMap(
      ({ referrer, path, namespace, name }) =>
        findMissing(world, referrer, path, { group: '', kind: 'ServiceAccount', namespace, name }) ?? [],
    ),
};
