import { getArray, getNumber, getObject, type JsonObject } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import { makePod, type Pod } from './pod.ts';

/** A pod that waits for room on a node; none whose claim may be somebody else's, which would end the cycles of others. */
export function nominate(pod: Pod, random: Random, nodes: readonly string[]): Pod {
  if (getArray(pod.spec, 'volumes').some((volume) => getObject(volume, 'ephemeral') !== undefined)) return pod;
  return { ...pod, status: { ...getObject(pod, 'status'), nominatedNodeName: random.pick([...nodes, ...nodes, 'gone']) } };
}

/** Pods that wait for room on nodes and come after another one: as important as that and younger, or less important. */
export function makeWaiting(random: Random, nodes: readonly string[], first: Pod): readonly Pod[] {
  const priority = getNumber(first, 'spec', 'priority') ?? 0;
  return random.list(random.below(4), (i) => {
    const pod = makePod(`wait${i}`, random, { isPlaced: false, mayClaim: false });
    const metadata = { ...pod.metadata, creationTimestamp: `2026-03-0${2 + i}T00:00:00Z` };
    return nominate({ ...pod, metadata, spec: { ...pod.spec, priority } }, random, nodes);
  });
}

/** Pods that come one after the other, the most important first, and evict nobody; of some a node keeps room. */
export function toContenders(pods: readonly Pod[], random: Random, nodes: readonly string[]): readonly Pod[] {
  const patient = pods.map((pod) => ({ ...pod, spec: { ...pod.spec, preemptionPolicy: 'Never' } }));
  const sorted = patient.toSorted((a, b) => (getNumber(b.spec, 'priority') ?? 0) - (getNumber(a.spec, 'priority') ?? 0));
  return sorted.map((pod) => (random.once(2) ? nominate(pod, random, nodes) : pod));
}

/** A pod that the scheduler has evicted, once in a while. */
export function evicted(pod: Pod, random: Random): Pod {
  if (!random.once(3)) return pod;
  const reason = random.pick(['PreemptionByScheduler', 'PreemptionByScheduler', 'EvictionByEvictionAPI']);
  const condition: JsonObject = { type: 'DisruptionTarget', status: random.pick(['True', 'True', 'False']), reason };
  const conditions = [...getArray(pod, 'status', 'conditions'), condition];
  return {
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: '2026-02-01T00:00:00Z' },
    status: { ...getObject(pod, 'status'), conditions },
  };
}
