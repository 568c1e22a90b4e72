import { parseApiVersion } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { findMissing, namespaceOrNone } from './lookup.ts';
import type { Rule } from './rule.ts';

/** A HorizontalPodAutoscaler without its target scales nothing. */
export const autoscalerTarget: Rule = {
  code: 'KR0014',
  find: (world) =>
    world.byKind('autoscaling', 'HorizontalPodAutoscaler').flatMap((scaler) => {
      const path = ['spec', 'scaleTargetRef'];
      const kind = getString(scaler, ...path, 'kind') ?? '';
      const name = getString(scaler, ...path, 'name') ?? '';
      const { group } = parseApiVersion(getString(scaler, ...path, 'apiVersion') ?? '');
      if (kind === '' || name === '') return [];
      return findMissing(world, scaler, [...path, 'name'], { group, kind, namespace: namespaceOrNone(scaler), name }) ?? [];
    }),
};
