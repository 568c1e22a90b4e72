import { concernsOwner, type Controller } from './controller.ts';
import { reconcileReplicas } from './replica-set.ts';

/** Keeps so many pods of a template alive, as a ReplicaSet does (`pkg/controller/replication` wraps the same code). */
export const REPLICATION_CONTROLLER: Controller = {
  name: 'replication-controller',
  kind: { group: '', kind: 'ReplicationController' },
  watches: [{ group: '', kind: 'Pod' }],
  concerns: concernsOwner('', 'ReplicationController'),
  reconcile: reconcileReplicas,
};
