import { nameOf, namespaceOf, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getString } from '../../../std/index.ts';
import type { ClusterState } from '../cluster-state.ts';
import { CycleError, NotKnown } from '../cycle-error.ts';
import { allocate, InvalidPools, type Given } from '../devices/allocate.ts';
import type { DeviceClaim } from '../devices/devices.ts';
import { readRequests } from '../devices/request.ts';
import { normalize, SKIP, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable, type Verdict } from '../verdict.ts';

const CANNOT = unresolvable('cannot allocate all claims');
const ELSEWHERE = unresolvable('resourceclaim not available on the node');
/** How many ranked ways a request may have; the first scores as much (`FirstAvailableDeviceRequestMaxSize`). */
const MOST_WAYS = 8;
/** The first minor version in which better ways are preferred. */
const FIRST_TO_SCORE = 35;

/** Holds a pod to the nodes on which its claims' devices are, or on which there are devices for them. */
export const DYNAMIC_RESOURCES: Plugin = {
  name: 'DynamicResources',
  weight: 2,
  concerns: (pod) => pod.class.hasDeviceClaims,
  filter: (pod, cluster) => {
    const claims = cluster.devices.claimsOf(pod);
    if (typeof claims === 'string') return { kind: 'reject', verdict: unresolvable(claims) };
    if (claims.length === 0) return SKIP;
    const refusal = claims.map((claim) => findRefusal(claim, cluster)).find((verdict) => verdict !== undefined);
    if (refusal !== undefined) return { kind: 'reject', verdict: refusal };
    return { kind: 'filter', filter: (index) => ask(claims, cluster, index) };
  },
  reserve: (pod, cluster, node) => {
    const claims = cluster.devices.claimsOf(pod);
    if (typeof claims === 'string') return;
    const open = listOpen(claims);
    const given = allocateOn(open, cluster, node.index);
    for (const [index, claim] of open.entries()) cluster.devices.reserve(claim, given?.[index] ?? []);
  },
  score: (pod, cluster, feasible) => {
    const claims = pod.class.hasDeviceClaims ? cluster.devices.claimsOf(pod) : [];
    if (typeof claims === 'string' || claims.length === 0 || cluster.profileOf(pod).minor < FIRST_TO_SCORE) return undefined;
    return normalize(
      Float64Array.from(feasible, (node) => scoreOn(claims, cluster, node)),
      { reverse: false },
    );
  },
};

function listOpen(claims: readonly DeviceClaim[]): readonly KubernetesObject[] {
  return claims.flatMap(({ claim, isReachable }) => (isReachable === undefined ? [claim] : []));
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

function ask(claims: readonly DeviceClaim[], cluster: ClusterState, index: number): Verdict {
  const node = cluster.nodes[index];
  if (node === undefined) return SUCCESS;
  const open = listOpen(claims);
  try {
    if (open.length > 0 && allocateOn(open, cluster, index) === undefined) return CANNOT;
  } catch (problem) {
    if (problem instanceof InvalidPools) return unresolvable(problem.message);
    if (problem instanceof CycleError) throw new CycleError(`running "DynamicResources" filter plugin: ${problem.message}`);
    throw problem;
  }
  return claims.every(({ isReachable }) => isReachable === undefined || isReachable(node)) ? SUCCESS : ELSEWHERE;
}

function allocateOn(open: readonly KubernetesObject[], cluster: ClusterState, index: number): readonly (readonly Given[])[] | undefined {
  const node = cluster.nodes[index];
  return node === undefined ? undefined : allocate(open, node, cluster.devices.stock());
}

function scoreOn(claims: readonly DeviceClaim[], cluster: ClusterState, node: number): number {
  const open = listOpen(claims);
  // Only what is given in this cycle is looked at, if anything is.
  if (open.length === 0) return 0;
  const given = allocateOn(open, cluster, node);
  return claims.reduce((sum, { claim, requests }) => {
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
  const claims = pod.class.hasDeviceClaims ? cluster.devices.claimsOf(pod) : [];
  if (typeof claims === 'string' || claims.length === 0) return undefined;
  const refusing = cluster.presentNodes().filter((_, index) => verdicts[index]?.reasons[0] === ELSEWHERE.reasons[0]);
  const isGivenBack = claims.some(
    ({ claim, isReachable }) => isReachable !== undefined && refusing.some((node) => !isReachable(node)) && isFree(claim, pod),
  );
  return isGivenBack ? 'deallocation of ResourceClaim completed' : 'still not schedulable';
}

function isFree(claim: KubernetesObject, pod: PodInfo): boolean {
  const users = getArray(claim, 'status', 'reservedFor');
  return users.length === 0 || (users.length === 1 && getString(users[0], 'name') === nameOf(pod.object));
}
