import { getObject, type JsonValue } from '../../../std/index.ts';
import { sumContainers } from '../../container-sum.ts';
import { formatQuantity, parseQuantity, type Quantity } from '../../quantity.ts';
import { ensureAt, fieldsAt, itemsAt, type Draft } from './draft.ts';

type Amounts = ReadonlyMap<string, Quantity>;

/** Requests that are absent are the limits: for pods, never for pod templates. */
export function defaultContainerRequests(spec: Draft): void {
  for (const container of [...itemsAt(spec, 'containers'), ...itemsAt(spec, 'initContainers')]) {
    const limits = fieldsAt(container, 'resources', 'limits');
    if (limits === undefined) continue;
    const requests = ensureAt(ensureAt(container, 'resources'), 'requests');
    for (const [name, amount] of Object.entries(limits)) requests[name] ??= amount;
  }
}

/**
 * Completes pod-level resources (KEP-2837): huge page limits from the containers' limits, then requests from what the
 * containers request together, else from the pod's limits.
 */
export function defaultPodResources(spec: Draft): void {
  const resources = fieldsAt(spec, 'resources');
  if (resources === undefined) return;
  const given = fieldsAt(resources, 'limits') ?? {};
  if (isEmpty(given) && isEmpty(fieldsAt(resources, 'requests') ?? {})) return;
  const limits = withHugePages(spec, given, fieldsAt(resources, 'requests') ?? {});
  if (isEmpty(limits)) return;
  resources['limits'] = limits;
  const requests: Draft = { ...fieldsAt(resources, 'requests') };
  for (const [name, amount] of aggregate(spec, 'requests')) {
    if (isPodLevel(name) && !isHugePage(name)) requests[name] ??= format(name, amount);
  }
  for (const [name, amount] of Object.entries(limits)) if (isPodLevel(name)) requests[name] ??= amount;
  if (!isEmpty(requests)) resources['requests'] = requests;
}

function withHugePages(spec: Draft, given: Draft, requests: Draft): Draft {
  const limits: Draft = { ...given };
  for (const [name, amount] of aggregate(spec, 'limits')) {
    if (isHugePage(name) && requests[name] === undefined) limits[name] ??= format(name, amount);
  }
  return limits;
}

/** What all containers need at once. */
function aggregate(spec: Draft, of: 'requests' | 'limits'): Amounts {
  return sumContainers<Amounts>(spec, {
    of: (container) => amountsOf(container, of),
    none: new Map(),
    add: (a, b) => combine(a, b, add),
    most: (a, b) => combine(a, b, max),
  });
}

function amountsOf(container: JsonValue, of: 'requests' | 'limits'): Amounts {
  const amounts = new Map<string, Quantity>();
  for (const [name, value] of Object.entries(getObject(container, 'resources', of) ?? {})) {
    const amount = parseQuantity(value);
    if (amount !== undefined) amounts.set(name, amount);
  }
  return amounts;
}

function combine(a: Amounts, b: Amounts, merge: (x: Quantity, y: Quantity) => Quantity): Map<string, Quantity> {
  const result = new Map(a);
  for (const [name, amount] of b) result.set(name, merge(result.get(name) ?? 0n, amount));
  return result;
}

const add = (x: Quantity, y: Quantity): Quantity => x + y;
const max = (x: Quantity, y: Quantity): Quantity => (x > y ? x : y);
const isHugePage = (name: string): boolean => name.startsWith('hugepages-');
const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePage(name);
const isEmpty = (draft: Draft): boolean => Object.keys(draft).length === 0;
const format = (name: string, amount: Quantity): JsonValue => formatQuantity(amount, name === 'cpu' ? 'decimal' : 'binary');
