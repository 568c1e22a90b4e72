import type { Cluster } from '../../cluster/index.ts';
import { refOf, toRefKey, type KubernetesObject, type ObjectRef } from '../../model/index.ts';

/**
 * A cluster that is read as the daemon itself and written as somebody else: what a unit's manifests ask for is done with the
 * rights of its ServiceAccount alone, while the inventory stays the daemon's, whom nobody can make forget what it owns.
 */
export function actAs(own: Cluster, writer: Cluster, inventory: ObjectRef): Cluster {
  const key = toRefKey(inventory);
  const forRef = (ref: ObjectRef): Cluster => (toRefKey(ref) === key ? own : writer);
  const forObject = (object: KubernetesObject): Cluster => forRef(refOf(object));
  return {
    identity: () => own.identity(),
    resources: () => own.resources(),
    get: (ref) => own.get(ref),
    list: (kind, query) => own.list(kind, query),
    watch: (kind, from) => own.watch(kind, from),
    apply: (object, options) => forObject(object).apply(object, options),
    create: (object, options) => forObject(object).create(object, options),
    update: (object, options) => forObject(object).update(object, options),
    updateStatus: (object, options) => forObject(object).updateStatus(object, options),
    delete: (ref, options) => forRef(ref).delete(ref, options),
    close: () => writer.close(),
  };
}
