import { findMissing } from './lookup.ts';
import { listPodReferences } from './pod-references.ts';
import type { Rule } from './rule.ts';

/** The API server refuses pods whose PriorityClass does not exist. */
export const priorityClass: Rule = {
  code: 'KR0008',
  find: (world) =>
    listPodReferences(world, 'PriorityClass').flatMap(
      ({ referrer, path, name }) => findMissing(world, referrer, path, { group: 'scheduling.k8s.io', kind: 'PriorityClass', name }) ?? [],
    ),
};
