import { getString } from '../../std/index.ts';
import { findMissing } from './lookup.ts';
import type { Rule } from './rule.ts';

/** No controller takes up an Ingress whose class does not exist. */
export const ingressClass: Rule = {
  code: 'KR0010',
  find: (world) =>
    world.byKind('networking.k8s.io', 'Ingress').flatMap((ingress) => {
      const name = getString(ingress, 'spec', 'ingressClassName') ?? '';
      if (name === '') return [];
      return findMissing(world, ingress, ['spec', 'ingressClassName'], { group: 'networking.k8s.io', kind: 'IngressClass', name }) ?? [];
    }),
};
