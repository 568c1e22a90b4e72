import { nameOf, type KubernetesObject } from '../../model/index.ts';
import { getString } from '../../std/index.ts';
import type { Controller } from './controller.ts';

/** Gives every namespace the ServiceAccount `default` (`pkg/controller/serviceaccount`). */
export const SERVICE_ACCOUNT: Controller = {
  name: 'service-account',
  kind: { group: '', kind: 'Namespace' },
  watches: [{ group: '', kind: 'ServiceAccount' }],
  concerns: (world, changed) => {
    const name = getString(changed.metadata, 'namespace') ?? '';
    return world.get({ group: '', kind: 'Namespace', name }) === undefined ? [] : [{ group: '', version: 'v1', kind: 'Namespace', name }];
  },
  reconcile: (world, namespace) => {
    const isGoing = getString(namespace.metadata, 'deletionTimestamp') !== undefined;
    const known = world.get({ group: '', kind: 'ServiceAccount', namespace: nameOf(namespace), name: 'default' });
    return isGoing || known !== undefined ? [] : [{ type: 'create', object: toDefaultAccount(nameOf(namespace)) }];
  },
};

/** The default ServiceAccount of a namespace. */
export function toDefaultAccount(namespace: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
}
