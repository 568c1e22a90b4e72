import { nameOf, namespaceOf, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getString } from '../../../std/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import { CycleError, NotKnown } from '../cycle-error.ts';
import { allocate, InvalidPools, type Given } from '../devices/allocate.ts';
import type { DeviceClaim } from '../devices/devices.ts';
import { findExtendedClaim, mayBeDevices, toExtendedClaim } from '../devices/extended-resources.ts';
import { readRequests } from '../devices/request.ts';
import { normalize, SKIP, type Plugin } from '../plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable, type Verdict } from '../verdict.ts';

const CANNOT = unresolvable('cannot allocate all claims');
const STALE = unresolvable('cannot schedule extended resource claim');
const UNFIT = unresolvable('cannot fit resource');
const ELSEWHERE = unresolvable('resourceclaim not available on the node');
/** How many ranked ways a request may have; the first scores as much (`FirstAvailableDeviceRequestMaxSize`). */
const MOST_WAYS = 8;
/** The first minor version in which better ways are preferred: it takes no pod that has some of its claims given already. */
const FIRST_TO_SCORE = 35;

/** Holds a pod to the nodes on which its claims' devices are, or on which there are devices for them. */
export const DYNAMIC_RESOURCES: Plugin = {
  name: 'DynamicResources',
  weight: 2,
  concerns: (pod) => pod.class.hasDeviceClaims,
  filter: (pod, cluster) => {
    const need = readNeed(pod, cluster);
    if (typeof need === 'string') return { kind: 'reject', verdict: unresolvable(need) };
    if (need === undefined) return SKIP;
    const refusal = need.claims.map((claim) => findRefusal(claim, cluster)).find((verdict) => verdict !== undefined);
    if (refusal !== undefined) return { kind: 'reject', verdict: refusal };
    return { kind: 'filter', filter: (index) => ask(need, cluster, index) };
  },
  reserve: (pod, cluster, node) => {
    const need = readNeed(pod, cluster);
    if (typeof need === 'string' || need === undefined) return;
    const open = listOpen(need, cluster, node.index);
    const given = allocateOn(open, cluster, node.index);
    for (const [index, claim] of open.entries()) cluster.devices.reserve(claim, given?.[index] ?? []);
  },
  score: (pod, cluster, feasible) => {
    const need = readNeed(pod, cluster);
    if (typeof need === 'string' || need === undefined || cluster.profileOf(pod).minor < FIRST_TO_SCORE) return undefined;
    return normalize(
      Float64Array.from(feasible, (node) => scoreOn(need, cluster, node)),
      { reverse: false },
    );
  },
};

/** What a pod needs of devices. */
interface Need {
  readonly pod: PodInfo;
  readonly claims: readonly DeviceClaim[];
  /** The extended resources that it asks for, where one of them may be devices. */
  readonly extended: readonly string[];
  /** The scheduler's own claim for these, of a cycle that went wrong. */
  readonly stale: KubernetesObject | undefined;
}

/** Undefined where a pod needs nothing of devices; a text says why it has to wait for its claims. */
function readNeed(pod: PodInfo, cluster: ClusterState): Need | string | undefined {
  if (!pod.class.hasDeviceClaims) return undefined;
  const claims = cluster.devices.claimsOf(pod);
  if (typeof claims === 'string') return claims;
  const isBacked = (resource: string): boolean => cluster.devices.classOfResource(resource) !== undefined;
  const asked = [...pod.class.requests.amounts].flatMap(([resource, amount]) => (amount > 0 && mayBeDevices(resource) ? [resource] : []));
  const extended = asked.some(isBacked) ? asked : [];
  if (claims.length + extended.length === 0) return undefined;
  return { pod, claims, extended, stale: extended.length === 0 ? undefined : findExtendedClaim(cluster.world, pod.object) };
}

/** The classes of the extended resources that a pod would get as devices on a node; undefined if one is not there in any way. */
function findBacked({ extended }: Need, cluster: ClusterState, node: NodeInfo): ReadonlyMap<string, string> | undefined {
  const classes = new Map<string, string>();
  for (const resource of extended) {
    const found = cluster.devices.classOfResource(resource);
    const own = node.allocatable.get(resource);
    if (found !== undefined && (own ?? 0) === 0) classes.set(resource, nameOf(found));
    else if (own === undefined) return undefined;
  }
  return classes;
}

/** The claims that are to be given devices on a node, in their order: that for extended resources is the last. */
function listOpen(need: Need, cluster: ClusterState, index: number): readonly KubernetesObject[] {
  const node = cluster.nodes[index];
  const open = need.claims.flatMap(({ claim, isReachable }) => (isReachable === undefined ? [claim] : []));
  const backed = node === undefined || need.extended.length === 0 ? undefined : findBacked(need, cluster, node);
  if (backed === undefined || backed.size === 0) return open;
  if (!cluster.devices.isKnown) throw new NotKnown('devices: no ResourceSlice is known');
  return [...open, toExtendedClaim(need.pod.object, backed)];
}

function findRefusal({ claim, isReachable, isPending }: DeviceClaim, { devices }: ClusterState): Verdict | undefined {
  if (isPending) return unresolvable(`resource claim ${describe(claim)} is in the process of being allocated`);
  if (isReachable !== undefined) return undefined;
  if (!devices.isKnown) throw new NotKnown('devices: no ResourceSlice is known');
  for (const { name: request, ways } of readRequests(claim)) {
    if (ways.length === 0) return unresolvable(`resource claim ${describe(claim)}, request ${request}: unknown request type`);
    for (const { name, deviceClass } of ways) {
      if (deviceClass === '')
        throw new CycleError(`running PreFilter plugin "DynamicResources": request ${name}: unsupported request type`);
      if (devices.deviceClass(deviceClass) === undefined)
        return unresolvable(`request ${name}: device class ${deviceClass} does not exist`);
    }
  }
  return undefined;
}

function describe(claim: KubernetesObject): string {
  return `${namespaceOf(claim) ?? ''}/${nameOf(claim)}`;
}

function ask(need: Need, cluster: ClusterState, index: number): Verdict {
  const node = cluster.nodes[index];
  if (node === undefined) return SUCCESS;
  if (need.stale !== undefined) return STALE;
  if (findBacked(need, cluster, node) === undefined) return UNFIT;
  const open = listOpen(need, cluster, index);
  try {
    if (open.length > 0 && allocateOn(open, cluster, index) === undefined) return CANNOT;
  } catch (problem) {
    if (problem instanceof InvalidPools) return unresolvable(problem.message);
    if (problem instanceof CycleError) throw new CycleError(`running "DynamicResources" filter plugin: ${problem.message}`);
    throw problem;
  }
  return need.claims.every(({ isReachable }) => isReachable === undefined || isReachable(node)) ? SUCCESS : ELSEWHERE;
}

function allocateOn(open: readonly KubernetesObject[], cluster: ClusterState, index: number): readonly (readonly Given[])[] | undefined {
  const node = cluster.nodes[index];
  return node === undefined ? undefined : allocate(open, node, cluster.devices.stock());
}

function scoreOn(need: Need, cluster: ClusterState, node: number): number {
  const open = listOpen(need, cluster, node);
  // Only what is given in this cycle is looked at, if anything may be: an extended resource may be where a node has none of its own.
  if (open.length === 0 && need.extended.length === 0) return 0;
  if (cluster.minor === FIRST_TO_SCORE && open.length < need.claims.length) {
    const problem = `number of allocations ${open.length} is smaller than number of claims`;
    throw new CycleError(`running Score plugins: plugin "DynamicResources" failed with: ${problem}`);
  }
  const given = allocateOn(open, cluster, node);
  return need.claims.reduce((sum, { claim, requests }) => {
    const at = open.indexOf(claim);
    const names = at < 0 ? requests : (given?.[at] ?? []).map(({ request }) => request);
    return sum + scoreClaim(claim, names);
  }, 0);
}

function scoreClaim(claim: KubernetesObject, given: readonly string[]): number {
  const ranked = readRequests(claim).filter(({ isRanked }) => isRanked);
  const scores = ranked.flatMap(({ ways }) => ways.map(({ name }, index) => (given.includes(name) ? MOST_WAYS - index : 0)));
  return scores.reduce((sum, score) => sum + score, 0);
}

/** What is tried for a pod whose claims keep it from every node: to give back one that nobody else uses (`PostFilter`). */
export function describeClaims(pod: PodInfo, cluster: ClusterState, verdicts: readonly Verdict[]): string | undefined {
  const need = readNeed(pod, cluster);
  if (typeof need === 'string' || need === undefined) return undefined;
  const refusing = cluster.presentNodes().filter((_, index) => verdicts[index]?.reasons[0] === ELSEWHERE.reasons[0]);
  const isGivenBack = need.claims.some(
    ({ claim, isReachable }) => isReachable !== undefined && refusing.some((node) => !isReachable(node)) && isFree(claim, pod),
  );
  if (isGivenBack) return 'deallocation of ResourceClaim completed';
  return need.stale === undefined ? 'still not schedulable' : 'deletion of ResourceClaim completed';
}

function isFree(claim: KubernetesObject, pod: PodInfo): boolean {
  const users = getArray(claim, 'status', 'reservedFor');
  return users.length === 0 || (users.length === 1 && getString(users[0], 'name') === nameOf(pod.object));
}
