import { compareStrings } from '../../../std/index.ts';
import type { ClusterState, ResourceColumn } from '../cluster-state.ts';
import { DEFAULT_SETTINGS } from '../configuration/plugin-settings.ts';
import { addEach, type AddScores, type Plugin } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { isExtendedResource } from '../pod-requests.ts';
import { toRating, toScoredUsage } from './resource-scores.ts';
import { SUCCESS, unresolvable, unschedulable, type Verdict } from '../verdict.ts';

const TOO_MANY = 'Too many pods';
const FIRST: readonly string[] = ['cpu', 'memory', 'ephemeral-storage'];

interface Demand extends ResourceColumn {
  readonly resource: string;
  readonly amount: number;
  /** Whether nodes that have nothing of it may have it as devices: those are left to DynamicResources. */
  readonly isBacked: boolean;
}

/** Keeps pods off nodes without room for their requests, and prefers nodes that stay the emptiest (`LeastAllocated`). */
export const NODE_RESOURCES_FIT: Plugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  looksAt: { filter: 'own pods' },
  filter: (pod, cluster) => {
    const demands = cluster.ofClass(pod, listDemands);
    const { podCounts, podLimits } = cluster;
    const refuse = createRefusals(demands);
    return {
      kind: 'filter',
      filter: (node) => {
        const isFull = (podCounts[node] ?? 0) + 1 > (podLimits[node] ?? 0);
        return !isFull && hasRoom(demands, node) ? SUCCESS : refuse(node, isFull);
      },
    };
  },
  ownScore: (pod, cluster) => {
    const { fitStrategy } = cluster.profileOf(pod).settings;
    if (fitStrategy === DEFAULT_SETTINGS.fitStrategy) return toLeastAllocatedScore(pod, cluster);
    const usages = fitStrategy.resources.map(({ name }) => toScoredUsage(name, pod, cluster));
    const rating = toRating(fitStrategy);
    return addEach((node) => rating(usages.map((usageOf) => usageOf(node))));
  },
};

/** The default strategy, cpu and memory alike: the same as any other, without a detour. */
function toLeastAllocatedScore(pod: PodInfo, cluster: ClusterState): AddScores {
  const { incoming } = pod.class.requests;
  const cpu = cluster.column('cpu').allocatable;
  const memory = cluster.column('memory').allocatable;
  const { nonZeroCpu, nonZeroMemory } = cluster;
  return ({ nodes, scores, count }, weight) => {
    const { cpu: moreCpu, memory: moreMemory } = incoming;
    for (let i = 0; i < count; i++) {
      const node = nodes[i] ?? 0;
      const a = toLeastAllocated(cpu[node] ?? 0, (nonZeroCpu[node] ?? 0) + moreCpu);
      const b = toLeastAllocated(memory[node] ?? 0, (nonZeroMemory[node] ?? 0) + moreMemory);
      const score = a < 0 || b < 0 ? Math.max(0, a, b) : Math.trunc((a + b) / 2);
      scores[i] = (scores[i] ?? 0) + weight * score;
    }
  };
}

function hasRoom(demands: readonly Demand[], node: number): boolean {
  for (const demand of demands) if (isLacking(demand, node)) return false;
  return true;
}

function listDemands(pod: PodInfo, cluster: ClusterState): readonly Demand[] {
  const { amounts } = pod.class.requests;
  const scalars = [...amounts.keys()].filter((name) => !FIRST.includes(name)).toSorted(compareStrings);
  const { ignoredResources, ignoredResourceGroups } = cluster.profileOf(pod).settings;
  const isIgnored = (name: string): boolean =>
    isExtendedResource(name) && (ignoredResources.has(name) || ignoredResourceGroups.has(name.slice(0, name.indexOf('/'))));
  return [...FIRST, ...scalars].flatMap((resource) => {
    const amount = amounts.get(resource) ?? 0;
    const { allocatable, requested } = cluster.column(resource);
    const isBacked = cluster.devices.classOfResource(resource) !== undefined;
    return amount > 0 && !isIgnored(resource) ? [{ resource, amount, allocatable, requested, isBacked }] : [];
  });
}

function isLacking({ allocatable, requested, amount, isBacked }: Demand, node: number): boolean {
  const capacity = allocatable[node] ?? 0;
  return amount > capacity - (requested[node] ?? 0) && !(isBacked && capacity === 0);
}

/** Says why nodes have no room; the same verdict is the same object for all nodes that lack the same. */
function createRefusals(demands: readonly Demand[]): (node: number, isFull: boolean) => Verdict {
  const known = new Map<number, Verdict>();
  return (node, isFull) => {
    let isHopeless = false;
    let code = isFull ? 1 : 0;
    for (const demand of demands) {
      const lacks = isLacking(demand, node);
      code = 2 * code + (lacks ? 1 : 0);
      if (lacks && demand.amount > (demand.allocatable[node] ?? 0)) isHopeless = true;
    }
    code = 2 * code + (isHopeless ? 1 : 0);
    const found = known.get(code);
    if (found !== undefined && code < Number.MAX_SAFE_INTEGER) return found;
    const lacking = demands.filter((demand) => isLacking(demand, node));
    const reasons = [...(isFull ? [TOO_MANY] : []), ...lacking.map(({ resource }) => `Insufficient ${resource}`)];
    const made = isHopeless ? unresolvable(...reasons) : unschedulable(...reasons);
    known.set(code, made);
    return made;
  };
}

/** 0 to 100; negative for a resource that the node has nothing of, which then does not count. */
function toLeastAllocated(capacity: number, requested: number): number {
  if (capacity === 0) return -1;
  return requested > capacity ? 0 : Math.trunc(((capacity - requested) * 100) / capacity);
}
