import { nameOf, namespaceOf, refKeyOf, refOf, specOf, toRefKey, type KubernetesObject } from '../../model/index.ts';
import { getArray } from '../../std/index.ts';
import type { Context } from '../api/context.ts';
import { remove } from '../api/delete.ts';
import { isFinished } from '../api/write.ts';
import { CONTENT, isGoing, type Controller } from './controller.ts';

const FINALIZER = 'kubernetes';

/** Empties a namespace that is being deleted, then lets it go. */
export const NAMESPACE_CLEANUP: Controller = {
  name: 'namespace-cleanup',
  *concerns({ type, object }) {
    const namespace = namespaceOf(object);
    if (object.kind === 'Namespace' && object.apiVersion === 'v1' && isGoing(object)) yield refKeyOf(object);
    else if (type === 'deleted' && namespace !== undefined) yield toRefKey({ group: '', kind: 'Namespace', name: namespace });
  },
  reconcile(context, key) {
    const namespace = context.draft.get(key);
    if (namespace === undefined || !isGoing(namespace)) return CONTENT;
    for (const object of contentsOf(context, nameOf(namespace))) {
      if (!isGoing(object)) remove(context, refOf(object), { propagation: 'Background' });
    }
    if (contentsOf(context, nameOf(namespace)).length === 0) finalize(context, namespace);
    return CONTENT;
  },
};

function contentsOf(context: Context, name: string): readonly KubernetesObject[] {
  return [...context.draft.objects()].filter((object) => namespaceOf(object) === name);
}

function finalize(context: Context, namespace: KubernetesObject): void {
  const finalizers = getArray(specOf(namespace), 'finalizers').filter((item) => item !== FINALIZER);
  const freed = { ...namespace, spec: { ...specOf(namespace), finalizers } };
  if (isFinished(freed)) context.draft.remove(freed);
  else context.draft.put(freed);
}
