import { parseQuantity, toMilli, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getObject, getString, isObject, sortedUnique, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { formatAmount, podAmounts, readAmounts, type Amount, type Amounts } from './amounts.ts';

/** A pod's spec with the requests and limits that LimitRanges give to containers that name none (`LimitRanger`). */
export function withLimitDefaults(spec: JsonObject, ranges: readonly KubernetesObject[]): JsonObject {
  const defaults = ranges.map(defaultsOf).filter((item) => Object.keys(item.limits).length + Object.keys(item.requests).length > 0);
  const fields: Record<string, JsonValue> = {};
  for (const field of ['initContainers', 'containers']) {
    const list = getArray(spec, field);
    if (list.length > 0) fields[field] = list.map((container) => (isObject(container) ? fill(container, defaults) : container));
  }
  return { ...spec, ...fields };
}

interface ResourceLists {
  readonly limits: JsonObject;
  readonly requests: JsonObject;
}

/** What one LimitRange gives; the API server has filled in its defaults from its bounds (`SetDefaults_LimitRangeItem`). */
function defaultsOf(range: KubernetesObject): ResourceLists {
  const items = getArray(range, 'spec', 'limits').filter((item) => getString(item, 'type') === 'Container');
  const all = items.map((item) => {
    const limits = { ...getObject(item, 'max'), ...getObject(item, 'default') };
    return { limits, requests: { ...getObject(item, 'min'), ...limits, ...getObject(item, 'defaultRequest') } };
  });
  return {
    limits: Object.assign({}, ...all.map(({ limits }) => limits)),
    requests: Object.assign({}, ...all.map(({ requests }) => requests)),
  };
}

/** What names a limit and no request asks for the limit; then the defaults come, one LimitRange after the other. */
function fill(container: JsonObject, defaults: readonly ResourceLists[]): JsonObject {
  const resources = getObject(container, 'resources');
  let limits = getObject(resources, 'limits') ?? {};
  let requests: JsonObject = { ...limits, ...getObject(resources, 'requests') };
  for (const item of defaults) {
    limits = { ...item.limits, ...limits };
    requests = { ...item.requests, ...requests };
  }
  const lists = [
    ['limits', limits],
    ['requests', onlyQuantities(requests)],
  ] as const;
  const given = lists.filter(([, list]) => Object.keys(list).length > 0);
  return given.length === 0 ? container : { ...container, resources: { ...resources, ...Object.fromEntries(given) } };
}

function onlyQuantities(list: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(list).filter(([, value]) => parseQuantity(value) !== undefined));
}

/** Why a pod breaks the bounds of LimitRanges, of the first that it breaks; undefined if it keeps all. */
export function checkPodLimits(spec: JsonObject, ranges: readonly KubernetesObject[]): string | undefined {
  const containers = [...getArray(spec, 'containers'), ...getArray(spec, 'initContainers')].map((container) => ({
    requests: readAmounts(getObject(container, 'resources', 'requests')),
    limits: readAmounts(getObject(container, 'resources', 'limits')),
  }));
  const whole = { requests: podAmounts(spec, 'requests'), limits: podAmounts(spec, 'limits') };
  return checkRanges(ranges, (item, type) => {
    if (type === 'Container') return containers.flatMap((usage) => checkCompute(item, type, usage));
    return type === 'Pod' ? checkCompute(item, type, whole) : [];
  });
}

/** The same of a PersistentVolumeClaim. */
export function checkClaimLimits(claim: KubernetesObject, ranges: readonly KubernetesObject[]): string | undefined {
  const usage = { requests: readAmounts(getObject(claim, 'spec', 'resources', 'requests')), limits: new Map<string, Amount>() };
  return checkRanges(ranges, (item, type) => {
    if (type !== 'PersistentVolumeClaim') return [];
    return [
      ...eachBound(item, 'min', (bound) => checkMinimum(type, bound, usage)),
      ...eachBound(item, 'max', (bound) => checkMost(type, bound, usage.requests)),
    ];
  });
}

function checkRanges(ranges: readonly KubernetesObject[], check: (item: JsonValue, type: string) => readonly string[]): string | undefined {
  for (const range of ranges) {
    const complaints = getArray(range, 'spec', 'limits').flatMap((item) => check(item, getString(item, 'type') ?? ''));
    const told = [...new Set(complaints)];
    if (told.length > 0) return told.length === 1 ? told.join() : `[${told.join(', ')}]`;
  }
  return undefined;
}

interface Usage {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

interface Bound {
  readonly name: string;
  readonly amount: Amount;
}

function checkCompute(item: JsonValue, type: string, usage: Usage): readonly string[] {
  return [
    ...eachBound(item, 'min', (bound) => checkMinimum(type, bound, usage)),
    ...eachBound(item, 'max', (bound) => checkMaximum(type, bound, usage)),
    ...eachBound(item, 'maxLimitRequestRatio', (bound) => checkRatio(type, bound, usage)),
  ];
}

function eachBound(item: JsonValue, field: string, check: (bound: Bound) => string | undefined): readonly string[] {
  const bounds = readAmounts(getObject(item, field));
  return sortedUnique([...bounds.keys()]).flatMap((name) => {
    const amount = bounds.get(name);
    return (amount === undefined ? undefined : check({ name, amount })) ?? [];
  });
}

function checkMinimum(type: string, { name, amount }: Bound, { requests, limits }: Usage): string | undefined {
  const start = `minimum ${name} usage per ${type} is ${formatAmount(amount)}`;
  const [request, limit] = [requests.get(name), limits.get(name)];
  if (request === undefined) return `${start}.  No request is specified`;
  if (request.value < amount.value) return `${start}, but request is ${formatAmount(request)}`;
  return limit !== undefined && limit.value < amount.value ? `${start}, but limit is ${formatAmount(limit)}` : undefined;
}

function checkMaximum(type: string, { name, amount }: Bound, { requests, limits }: Usage): string | undefined {
  const start = `maximum ${name} usage per ${type} is ${formatAmount(amount)}`;
  const [request, limit] = [requests.get(name), limits.get(name)];
  if (limit === undefined) return `${start}.  No limit is specified`;
  if (limit.value > amount.value) return `${start}, but limit is ${formatAmount(limit)}`;
  return request !== undefined && request.value > amount.value ? `${start}, but request is ${formatAmount(request)}` : undefined;
}

function checkMost(type: string, { name, amount }: Bound, requests: Amounts): string | undefined {
  const start = `maximum ${name} usage per ${type} is ${formatAmount(amount)}`;
  const request = requests.get(name);
  if (request === undefined) return `${start}.  No request is specified`;
  return request.value > amount.value ? `${start}, but request is ${formatAmount(request)}` : undefined;
}

function checkRatio(type: string, { name, amount }: Bound, { requests, limits }: Usage): string | undefined {
  const start = `${name} max limit to request ratio per ${type} is ${formatAmount(amount)}`;
  const [request, limit] = [requests.get(name)?.value ?? 0n, limits.get(name)?.value ?? 0n];
  if (request === 0n) return `${start}, but no request is specified or request is 0`;
  if (limit === 0n) return `${start}, but no limit is specified or limit is 0`;
  const ratio = toMilli(limit) / toMilli(request);
  return ratio * 1000 > toMilli(amount.value) ? `${start}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}
