import type { StatusError } from '../../../cluster/index.ts';
import { checkClaimLimits, checkPodLimits } from '../../../engine/controllers/index.ts';
import { nameOf, namespaceOf, specOf, type Kind, type KubernetesObject } from '../../../model/index.ts';
import type { Context } from '../context.ts';
import { forbidden } from '../status-errors.ts';

/** Why an object breaks the namespace's LimitRanges; undefined if it does not. */
export function checkLimits(context: Context, kind: Kind, object: KubernetesObject): StatusError | undefined {
  const ranges = [...context.draft.list('', 'LimitRange')].filter((range) => namespaceOf(range) === namespaceOf(object));
  const why = kind.kind === 'Pod' ? checkPodLimits(specOf(object), ranges) : checkClaimLimits(object, ranges);
  return why === undefined ? undefined : forbidden(kind, nameOf(object), why);
}
