import { parseQuantity, toMilli, toUnits, type Quantity } from '../../model/index.ts';
import { getArray, getObject, getString, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';

/** What a pod asks of a node: cpu in thousandths, everything else in whole units, both rounded up. */
export interface PodRequests {
  readonly amounts: ReadonlyMap<string, number>;
  /** With 100m and 200Mi for containers that ask for none: what scores count of a pod on a node (`PodInfo.CalculateResource`). */
  readonly placed: ScoredRequests;
  /** The same of a pod that needs a node: what the pod asks for itself is forgotten then (`calculatePodResourceRequest`). */
  readonly incoming: ScoredRequests;
}

/** In the units of `PodRequests`. */
interface ScoredRequests {
  readonly cpu: number;
  readonly memory: number;
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
  const scored = addAll(aggregateContainers(spec, NON_ZERO), overhead);
  const amounts = new Map<string, number>();
  for (const [name, quantity] of total) if (isTracked(name)) amounts.set(name, toAmount(name, quantity));
  return {
    amounts,
    incoming: toScored(scored),
    placed: toScored(podLevel.size === 0 ? scored : toScoredWhenPlaced(spec, total, podLevel)),
  };
}

/** What is asked of nobody counts as asked of each container; what the pod asks for itself counts as it is. */
function toScoredWhenPlaced(spec: JsonObject, total: Amounts, podLevel: Amounts): Amounts {
  const missing = new Map([...NON_ZERO].filter(([name]) => !total.has(name)));
  return addAll(new Map([...aggregateContainers(spec, missing), ...podLevel]), readAmounts(getObject(spec, 'overhead')));
}

function toScored(amounts: Amounts): ScoredRequests {
  return { cpu: toAmount('cpu', amounts.get('cpu') ?? 0n), memory: toAmount('memory', amounts.get('memory') ?? 0n) };
}

/** The allocatable amounts of a Node object, in the units of `PodRequests`. */
export function toAllocatable(node: JsonObject): ReadonlyMap<string, number> {
  const listed = readAmounts(getObject(node, 'status', 'allocatable') ?? getObject(node, 'status', 'capacity'));
  return new Map([...listed].map(([name, quantity]) => [name, toAmount(name, quantity)]));
}

/** Whether a resource is kept by name beside cpu, memory and ephemeral-storage (`IsScalarResourceName`). */
export function isScalarResource(name: string): boolean {
  if (isHugePages(name) || name.startsWith('attachable-volumes-') || name.includes('kubernetes.io/')) return true;
  return name.includes('/') && !name.startsWith('requests.');
}

/** Whether a resource is none of Kubernetes' own (`IsExtendedResourceName`). */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
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

/** The resources of the pod itself, with what the API fills in once some are given (`defaultHugePagePodLimits`, `defaultPodRequests`). */
function readPodLevel(spec: JsonObject, containers: Amounts): Amounts {
  const limits = readAmounts(getObject(spec, 'resources', 'limits'));
  const requests = readAmounts(getObject(spec, 'resources', 'requests'));
  if (limits.size + requests.size === 0) return new Map();
  const fill = (into: Amounts, name: string, quantity: Quantity): void => void (into.has(name) || into.set(name, quantity));
  for (const [name, sum] of containers) if (isHugePages(name) && !requests.has(name)) fill(limits, name, sum);
  if (limits.size > 0) for (const [name, sum] of containers) if (name === 'cpu' || name === 'memory') fill(requests, name, sum);
  for (const [name, limit] of limits) fill(requests, name, limit);
  return new Map([...requests].filter(([name]) => name === 'cpu' || name === 'memory' || isHugePages(name)));
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
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
