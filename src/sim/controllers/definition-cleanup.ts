import { gvkOf, refKeyOf, refOf, toRefKey, type KubernetesObject } from '../../model/index.ts';
import { getArray } from '../../std/index.ts';
import { CLEANUP } from '../api/admission/definition.ts';
import type { Context } from '../api/context.ts';
import { remove } from '../api/delete.ts';
import { CRD, definedKindOf, findKind } from '../api/served-kinds.ts';
import { CONTENT, isGoing, type Controller } from './controller.ts';
import { dropFinalizer } from './garbage-collector.ts';

/** Deletes the resources of a definition that is being deleted, then lets it go. */
export const DEFINITION_CLEANUP: Controller = {
  name: 'definition-cleanup',
  *concerns({ type, object }, { catalog }) {
    const gvk = gvkOf(object);
    if (gvk.group === CRD.group && gvk.kind === CRD.kind) {
      if (isGoing(object)) yield refKeyOf(object);
    } else if (type === 'deleted') {
      const kind = findKind(catalog, gvk);
      if (kind?.custom === true) yield toRefKey({ ...CRD, name: `${kind.plural}.${kind.group}` });
    }
  },
  reconcile(context, key) {
    const definition = context.draft.get(key);
    if (definition === undefined || !isGoing(definition)) return CONTENT;
    if (!getArray(definition.metadata, 'finalizers').includes(CLEANUP)) return CONTENT;
    for (const resource of resourcesOf(context, definition)) if (!isGoing(resource)) remove(context, refOf(resource), {});
    if (resourcesOf(context, definition).length === 0) dropFinalizer(context, definition, CLEANUP);
    return CONTENT;
  },
};

function resourcesOf(context: Context, definition: KubernetesObject): readonly KubernetesObject[] {
  const { group, kind } = definedKindOf(definition);
  return [...context.draft.list(group, kind)];
}
