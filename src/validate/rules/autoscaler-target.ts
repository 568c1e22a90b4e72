import { parseApiVersion, type GroupKind } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import { findMissing, formatObject, namespaceOrNone } from './lookup.ts';
import type { Rule } from './rule.ts';

/** What may have been meant by a wrong apiVersion or kind. */
const SCALED: readonly GroupKind[] = [
  { group: 'apps', kind: 'Deployment' },
  { group: 'apps', kind: 'StatefulSet' },
  { group: 'apps', kind: 'ReplicaSet' },
  { group: '', kind: 'ReplicationController' },
];

/** A HorizontalPodAutoscaler without its target scales nothing. */
export const autoscalerTarget: Rule = {
  code: 'KR0014',
  find: (world) =>
    world.byKind('autoscaling', 'HorizontalPodAutoscaler').flatMap((scaler) => {
      const path = ['spec', 'scaleTargetRef'];
      const kind = getString(scaler, ...path, 'kind') ?? '';
      const name = getString(scaler, ...path, 'name') ?? '';
      const apiVersion = getString(scaler, ...path, 'apiVersion') ?? '';
      const { group } = parseApiVersion(apiVersion);
      if (kind === '' || name === '') return [];
      const target = { group, kind, namespace: namespaceOrNone(scaler), name };
      const missing = findMissing(world, scaler, [...path, 'name'], target);
      if (missing === undefined) return [];
      const [other] = SCALED.flatMap((item) => world.get({ ...item, namespace: target.namespace, name }) ?? []);
      if (other === undefined) return [{ ...missing, data: { there: '' } }];
      const field = other.kind === kind ? 'apiVersion' : 'kind';
      const there = `: there is ${formatObject(other)} of apiVersion ${other.apiVersion}`;
      return [{ ...missing, path: [...path, field], target: `${missing.target} of apiVersion ${apiVersion}`, data: { there } }];
    }),
};
