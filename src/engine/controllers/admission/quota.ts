import { nameOf, type KubernetesObject } from '../../../model/index.ts';
import { compareBy, getArray, getObject, getOrAdd, sortedUnique, type JsonValue } from '../../../std/index.ts';
import { add, formatAmount, NOTHING, readAmounts, type Amounts } from './amounts.ts';
import { isInScopes } from './quota-scope.ts';
import { addUsage, isLimitOf, quotaUsageOf } from './quota-usage.ts';

/** A quota, and how much of it is used. */
export interface QuotaState {
  readonly quota: KubernetesObject;
  readonly used: Amounts;
}

/** An object that is to be made, and the name of its resource (`pods`, `deployments.apps`). */
export interface Countable {
  readonly resource: string;
  readonly object: KubernetesObject;
}

const limits = new WeakMap<KubernetesObject, Amounts>();

/** The amounts that a quota allows. */
export function hardOf(quota: KubernetesObject): Amounts {
  let hard = limits.get(quota);
  if (hard === undefined) limits.set(quota, (hard = readAmounts(getObject(quota, 'spec', 'hard'))));
  return hard;
}

/** Whether a quota is about an object: it limits what such objects use, and has it in its scopes (`generic.Matches`). */
export function isCounted(quota: KubernetesObject, { resource, object }: Countable): boolean {
  return isLimiting(quota, resource) && isInScopes(quota, resource, object);
}

/** Whether a quota limits what objects of a resource use. */
export function isLimiting(quota: KubernetesObject, resource: string): boolean {
  return [...hardOf(quota).keys()].some((name) => isLimitOf(resource, name));
}

/** How much of a quota the objects of its namespace use. */
export function quotaStateOf(quota: KubernetesObject, objects: Iterable<Countable>): QuotaState {
  const used = new Map([...hardOf(quota).keys()].map((name) => [name, NOTHING]));
  const limited = new Map<string, boolean>();
  for (const { resource, object } of objects) {
    const isLimited = getOrAdd(limited, resource, () => isLimiting(quota, resource));
    if (!isLimited || !isInScopes(quota, resource, object)) continue;
    const usage = quotaUsageOf(resource, object);
    for (const [name, more] of usage) {
      const amount = used.get(name);
      if (amount !== undefined) used.set(name, add(amount, more));
    }
  }
  return { quota, used };
}

/** The same with one object more. */
export function charge(state: QuotaState, countable: Countable): QuotaState {
  if (!isCounted(state.quota, countable)) return state;
  return { quota: state.quota, used: addUsage(state.used, quotaUsageOf(countable.resource, countable.object)) };
}

/** Why a quota refuses an object. */
export interface QuotaRefusal {
  readonly quota: KubernetesObject;
  readonly why: string;
  /** What the quota would have to allow for so many such objects, of what it allows too little of. */
  readonly neededFor: (count: number) => Readonly<Record<string, string>>;
}

/** Why a new object would exceed a quota, and which; undefined if it would not (`resourcequota.CheckRequest`). */
export function findQuotaRefusal(states: readonly QuotaState[], countable: Countable): QuotaRefusal | undefined {
  const counted = states.filter(({ quota }) => isCounted(quota, countable)).toSorted(compareBy(({ quota }) => nameOf(quota)));
  for (const { quota } of counted) {
    const missing = countable.resource === 'pods' ? listUnspecified(countable.object, quota) : [];
    if (missing.length > 0)
      return { quota, why: `failed quota: ${nameOf(quota)}: must specify ${missing.join('; ')}`, neededFor: () => ({}) };
  }
  const usage = quotaUsageOf(countable.resource, countable.object);
  for (const state of counted) {
    const exceeded = listExceeded(state, usage);
    if (exceeded.length > 0) return toRefusal(state, usage, exceeded);
  }
  return undefined;
}

function listExceeded({ quota, used }: QuotaState, usage: Amounts): readonly string[] {
  const hard = hardOf(quota);
  return sortedUnique([...hard.keys()]).filter((name) => {
    const more = usage.get(name)?.value ?? 0n;
    return more > 0n && (used.get(name)?.value ?? 0n) + more > (hard.get(name)?.value ?? 0n);
  });
}

function toRefusal({ quota, used }: QuotaState, usage: Amounts, exceeded: readonly string[]): QuotaRefusal {
  const list = (amounts: Amounts): string => exceeded.map((name) => `${name}=${formatAmount(amounts.get(name) ?? NOTHING)}`).join(',');
  const need = (name: string, count: number): string => {
    const [before, each] = [used.get(name) ?? NOTHING, usage.get(name) ?? NOTHING];
    return formatAmount(add(before, { ...each, value: each.value * BigInt(count) }));
  };
  return {
    quota,
    why: `exceeded quota: ${nameOf(quota)}, requested: ${list(usage)}, used: ${list(used)}, limited: ${list(hardOf(quota))}`,
    neededFor: (count) => Object.fromEntries(exceeded.map((name) => [name, need(name, count)])),
  };
}

/** `limits.cpu for: a,b`: compute resources that a quota limits and containers do not name (`podEvaluator.Constraints`). */
function listUnspecified(pod: KubernetesObject, quota: KubernetesObject): readonly string[] {
  const spec = getObject(pod, 'spec') ?? {};
  const own = getObject(spec, 'resources');
  if (Object.keys({ ...getObject(own, 'requests'), ...getObject(own, 'limits') }).length > 0) return [];
  const containers = [...getArray(spec, 'containers'), ...getArray(spec, 'initContainers')];
  return sortedUnique([...hardOf(quota).keys()]).flatMap((name) => {
    const [side, resource] = name.startsWith('limits.') ? ['limits', name.slice(7)] : ['requests', name.replace(/^requests\./, '')];
    if (resource !== 'cpu' && resource !== 'memory') return [];
    const silent = containers.filter((container) => getObject(container, 'resources', side)?.[resource] === undefined);
    return silent.length === 0 ? [] : [`${name} for: ${sortedUnique(silent.map(nameOfContainer)).join(',')}`];
  });
}

function nameOfContainer(container: JsonValue): string {
  const name = getObject(container)?.['name'];
  return typeof name === 'string' ? name : '';
}
