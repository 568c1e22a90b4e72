import { getArray, getString } from '../../std/index.ts';
import { annotationsOf } from '../../model/index.ts';
import { namespaceOrNone } from './lookup.ts';
import type { Rule } from './rule.ts';
import { findMissingSecret } from './secret.ts';

/** An Ingress without its certificate serves a fake one. cert-manager's annotations make the Secret of the Ingress itself. */
export const tlsSecret: Rule = {
  code: 'KR0013',
  find: (world) =>
    world.byKind('networking.k8s.io', 'Ingress').flatMap((ingress) => {
      const annotations = annotationsOf(ingress);
      const isIssued = ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer', 'kubernetes.io/tls-acme'].some((key) =>
        annotations.has(key),
      );
      if (isIssued) return [];
      return getArray(ingress, 'spec', 'tls').flatMap((item, index) => {
        const name = getString(item, 'secretName') ?? '';
        return findMissingSecret(world, ingress, ['spec', 'tls', index, 'secretName'], namespaceOrNone(ingress), name);
      });
    }),
};
