import { findMissing } from './lookup.ts';
import { listPodReferences } from './pod-references.ts';
import type { Rule } from './rule.ts';

/** Pods that mount or read a ConfigMap do not start without it. */
export const configMap: Rule = {
  code: 'KR0001',
  find: (world) =>
    listPodReferences(world, 'ConfigMap').flatMap(
      ({ referrer, path, namespace, name }) => findMissing(world, referrer, path, { group: '', kind: 'ConfigMap', namespace, name }) ?? [],
    ),
};
