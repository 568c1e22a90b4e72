import { listIngressBackends } from './ingress-backends.ts';
import { findMissing, namespaceOrNone } from './lookup.ts';
import type { Rule } from './rule.ts';

/** An Ingress answers 503 for a Service that does not exist. */
export const ingressBackend: Rule = {
  code: 'KR0011',
  find: (world) =>
    world.byKind('networking.k8s.io', 'Ingress').flatMap((ingress) =>
      listIngressBackends(ingress).flatMap(({ name, path }) => {
        const target = { group: '', kind: 'Service', namespace: namespaceOrNone(ingress), name };
        return findMissing(world, ingress, [...path, 'name'], target) ?? [];
      }),
    ),
};
