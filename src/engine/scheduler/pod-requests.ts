import { parseQuantity, sumContainers, toMilli, toUnits, type Quantity } from '../../model/index.ts';
import { getObject, getString, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { PodResize, ResourceState } from './pod-resize.ts';

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

/**
 * The requests of a pod spec with init containers, sidecars, pod-level resources and overhead (`resource.PodRequests`); of a pod that
 * is resized in place what it holds until that is done.
 */
export function toPodRequests(spec: JsonObject, resize?: PodResize): PodRequests {
  const containers = aggregateContainers(spec, new Map(), resize);
  // What the API fills in follows from the spec alone.
  const podLevel = readPodLevel(spec, resize === undefined ? containers : aggregateContainers(spec, new Map(), undefined), resize);
  const overhead = readAmounts(getObject(spec, 'overhead'));
  const total = addAll(new Map([...containers, ...podLevel]), overhead);
  const scored = addAll(aggregateContainers(spec, NON_ZERO, resize), overhead);
  const amounts = new Map<string, number>();
  for (const [name, quantity] of total) if (isTracked(name)) amounts.set(name, toAmount(name, quantity));
  return {
    amounts,
    incoming: toScored(scored),
    placed: toScored(podLevel.size === 0 ? scored : toScoredWhenPlaced(spec, total, podLevel, resize)),
  };
}

/** What is asked of nobody counts as asked of each container; what the pod asks for itself counts as it is. */
function toScoredWhenPlaced(spec: JsonObject, total: Amounts, podLevel: Amounts, resize: PodResize | undefined): Amounts {
  const missing = new Map([...NON_ZERO].filter(([name]) => !total.has(name)));
  return addAll(new Map([...aggregateContainers(spec, missing, resize), ...podLevel]), readAmounts(getObject(spec, 'overhead')));
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

function aggregateContainers(spec: JsonObject, missing: ReadonlyMap<string, Quantity>, resize: PodResize | undefined): Amounts {
  return sumContainers<Amounts>(spec, {
    of: (container) => readRequests(container, missing, resize),
    none: new Map(),
    add: (a, b) => addAll(new Map(a), b),
    most: (a, b) => raiseAll(new Map(a), b),
  });
}

/** Requests as stored: the API copies a limit to a request that is not given. */
function readRequests(container: JsonValue, missing: ReadonlyMap<string, Quantity>, resize: PodResize | undefined): Amounts {
  const limits = readAmounts(getObject(container, 'resources', 'limits'));
  const requests = readAmounts(getObject(container, 'resources', 'requests'));
  const state = resize?.containers[getString(container, 'name') ?? ''];
  const asked = new Map([...limits, ...requests]);
  return new Map([...missing, ...(state === undefined ? asked : toHeld(asked, state, resize?.isInfeasible === true))]);
}

/** What is held until a resize is done: the most of what is asked for, in force and set aside (`determineEffectiveRequests`). */
function toHeld(asked: Amounts, { actuated, allocated }: ResourceState, isInfeasible: boolean): Amounts {
  const held: Amounts = new Map(isInfeasible ? [] : asked);
  for (const list of [actuated, allocated]) if (isObject(list)) raiseAll(held, readAmounts(list));
  return held;
}

/** The resources of the pod itself, with what the API fills in once some are given (`defaultHugePagePodLimits`, `defaultPodRequests`). */
function readPodLevel(spec: JsonObject, containers: Amounts, resize: PodResize | undefined): Amounts {
  const limits = readAmounts(getObject(spec, 'resources', 'limits'));
  const requests = readAmounts(getObject(spec, 'resources', 'requests'));
  if (limits.size + requests.size === 0) return new Map();
  const fill = (into: Amounts, name: string, quantity: Quantity): void => void (into.has(name) || into.set(name, quantity));
  for (const [name, sum] of containers) if (isHugePages(name) && !requests.has(name)) fill(limits, name, sum);
  if (limits.size > 0) for (const [name, sum] of containers) if (name === 'cpu' || name === 'memory') fill(requests, name, sum);
  for (const [name, limit] of limits) fill(requests, name, limit);
  const own = [...requests].filter(([name]) => name === 'cpu' || name === 'memory' || isHugePages(name));
  if (resize === undefined || resize.pod === null) return new Map(own);
  const held = toHeld(requests, resize.pod, resize.isInfeasible);
  return new Map(own.map(([name]) => [name, held.get(name) ?? 0n]));
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
