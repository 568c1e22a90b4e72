import { gvkOf, nameOf, namespaceOf, refKeyOf, specOf, toRefKey } from '../../model/index.ts';
import { getObject, isEqualJson } from '../../std/index.ts';
import { quotaUsage } from '../api/quota.ts';
import { CONTENT, isGoing, type Controller } from './controller.ts';

/** Keeps what a quota says of how much is used (`pkg/controller/resourcequota`). */
export const RESOURCE_QUOTA: Controller = {
  name: 'resource-quota',
  *concerns({ object }, { world }) {
    const { group, kind } = gvkOf(object);
    if (group === '' && kind === 'ResourceQuota') yield refKeyOf(object);
    const namespace = namespaceOf(object);
    if (namespace === undefined) return;
    for (const quota of world.kind('', 'ResourceQuota').inNamespace(namespace)) {
      yield toRefKey({ group: '', kind: 'ResourceQuota', namespace, name: nameOf(quota) });
    }
  },
  reconcile(context, key) {
    const quota = context.draft.get(key);
    if (quota === undefined || isGoing(quota)) return CONTENT;
    const used = quotaUsage(context, quota);
    const status = { hard: getObject(specOf(quota), 'hard') ?? {}, used };
    if (!isEqualJson(quota['status'], status)) context.draft.put({ ...quota, status });
    return CONTENT;
  },
};
