import type { StatusError } from '../../cluster/index.ts';
import {
  findQuotaRefusal,
  formatAmount,
  hardOf,
  isCounted,
  isLimitOf,
  quotaStateOf,
  type Countable,
} from '../../engine/controllers/index.ts';
import { nameOf, namespaceOf, type Kind, type KubernetesObject } from '../../model/index.ts';
import type { Context } from './context.ts';
import { forbidden, toResourceName } from './status-errors.ts';

/** Why a new object would exceed a quota of its namespace; undefined if it would not (`ResourceQuota` admission). */
export function checkQuotas(context: Context, kind: Kind, object: KubernetesObject): StatusError | undefined {
  const namespace = namespaceOf(object);
  if (namespace === undefined) return undefined;
  const countable: Countable = { resource: toResourceName(kind), object };
  const quotas = [...context.draft.list('', 'ResourceQuota')].filter(
    (quota) => namespaceOf(quota) === namespace && isCounted(quota, countable),
  );
  const states = quotas.map((quota) => quotaStateOf(quota, listCounted(context, quota)));
  const refusal = findQuotaRefusal(states, countable);
  return refusal === undefined ? undefined : forbidden(kind, nameOf(object), refusal.why);
}

/** What the objects of a quota's namespace use of what it limits, as its status tells it. */
export function quotaUsage(context: Context, quota: KubernetesObject): Readonly<Record<string, string>> {
  const { used } = quotaStateOf(quota, listCounted(context, quota));
  return Object.fromEntries([...used].map(([name, amount]) => [name, formatAmount(amount)]));
}

function* listCounted(context: Context, quota: KubernetesObject): Generator<Countable> {
  const names = [...hardOf(quota).keys()];
  for (const kind of context.catalog.list()) {
    const resource = toResourceName(kind);
    if (!kind.namespaced || !names.some((name) => isLimitOf(resource, name))) continue;
    for (const object of context.draft.list(kind.group, kind.kind)) {
      if (namespaceOf(object) !== namespaceOf(quota)) continue;
      if (object.apiVersion === `${kind.group === '' ? '' : `${kind.group}/`}${kind.version}`) yield { resource, object };
    }
  }
}
