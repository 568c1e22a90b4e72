import { parseQuantity, toMilli, toUnits, type Quantity } from '../../model/index.ts';
import { getArray, getObject, getString, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';

/** What a pod asks of a node: cpu in thousandths, everything else in whole units, both rounded up. */
export interface PodRequests {
  readonly amounts: ReadonlyMap<string, number>;
  /** With 100m and 200Mi for containers that ask for none: what scores count (`GetNonzeroRequests`). */
  readonly nonZeroCpu: number;
  readonly nonZeroMemory: number;
}

type Amounts = Map<string, Quantity>;

const NON_ZERO: ReadonlyMap<string, Quantity> = new Map([
  ['cpu', 100_000_000n],
  ['memory', 200n * 1024n * 1024n * 1_000_000_000n],
]);

/** The requests of a pod spec with init containers, sidecars, pod-level resources and overhead (`resource.PodRequests`). */
export function toPodRequests(spec: JsonObject): PodRequests {
  const containers = aggregateContainers(spec, new Map());
  const podLevel = readPodLevel(spec, containers);
  const overhead = readAmounts(getObject(spec, 'overhead'));
  const total = addAll(new Map([...containers, ...podLevel]), overhead);
  const scored = podLevel.size === 0 ? aggregateContainers(spec, NON_ZERO) : new Map([...NON_ZERO, ...containers, ...podLevel]);
  addAll(scored, overhead);
  const amounts = new Map<string, number>();
  for (const [name, quantity] of total) if (isTracked(name)) amounts.set(name, toAmount(name, quantity));
  return {
    amounts,
    nonZeroCpu: toAmount('cpu', scored.get('cpu') ?? 0n),
    nonZeroMemory: toAmount('memory', scored.get('memory') ?? 0n),
  };
}

/** The allocatable amounts of a Node object, in the units of `PodRequests`. */
export function toAllocatable(node: JsonObject): ReadonlyMap<string, number> {
  const listed = readAmounts(getObject(node, 'status', 'allocatable') ?? getObject(node, 'status', 'capacity'));
  return new Map([...listed].map(([name, quantity]) => [name, toAmount(name, quantity)]));
}

/** Whether a resource is kept by name beside cpu, memory and ephemeral-storage (`IsScalarResourceName`). */
export function isScalarResource(name: string): boolean {
  if (name.startsWith('hugepages-') || name.startsWith('attachable-volumes-') || name.includes('kubernetes.io/')) return true;
  return name.includes('/') && !name.startsWith('requests.');
}

function isTracked(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || isScalarResource(name);
}

function toAmount(name: string, quantity: Quantity): number {
  return name === 'cpu' ? toMilli(quantity) : toUnits(quantity);
}

function aggregateContainers(spec: JsonObject, missing: ReadonlyMap<string, Quantity>): Amounts {
  const sum: Amounts = new Map();
  for (const container of getArray(spec, 'containers')) addAll(sum, readRequests(container, missing));
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of getArray(spec, 'initContainers')) {
    const requests = readRequests(container, missing);
    if (getString(container, 'restartPolicy') === 'Always') {
      addAll(sum, requests);
      addAll(sidecars, requests);
      raiseAll(peak, sidecars);
    } else raiseAll(peak, addAll(new Map(sidecars), requests));
  }
  return raiseAll(sum, peak);
}

/** Requests as stored: the API copies a limit to a request that is not given. */
function readRequests(container: JsonValue, missing: ReadonlyMap<string, Quantity>): Amounts {
  const limits = readAmounts(getObject(container, 'resources', 'limits'));
  const requests = readAmounts(getObject(container, 'resources', 'requests'));
  return new Map([...missing, ...limits, ...requests]);
}

function readPodLevel(spec: JsonObject, containers: Amounts): Amounts {
  const limits = readAmounts(getObject(spec, 'resources', 'limits'));
  const requests = readAmounts(getObject(spec, 'resources', 'requests'));
  for (const [name, limit] of limits) if (!requests.has(name)) requests.set(name, containers.get(name) ?? limit);
  return new Map([...requests].filter(([name]) => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')));
}

function readAmounts(list: JsonObject | undefined): Amounts {
  const amounts: Amounts = new Map();
  if (!isObject(list)) return amounts;
  for (const [name, value] of Object.entries(list)) {
    const quantity = parseQuantity(value);
    if (quantity !== undefined) amounts.set(name, quantity);
  }
  return amounts;
}

function addAll(into: Amounts, amounts: ReadonlyMap<string, Quantity>): Amounts {
  for (const [name, quantity] of amounts) into.set(name, (into.get(name) ?? 0n) + quantity);
  return into;
}

function raiseAll(into: Amounts, amounts: ReadonlyMap<string, Quantity>): Amounts {
  for (const [name, quantity] of amounts) {
    const known = into.get(name);
    if (known === undefined || known < quantity) into.set(name, quantity);
  }
  return into;
}
