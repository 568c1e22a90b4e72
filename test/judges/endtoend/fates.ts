import { schedule } from '../../../src/engine/scheduler/index.ts';
import { nameOf, namespaceOf, type World } from '../../../src/model/index.ts';
import { compareStrings, getString, stringifyJson, type JsonValue } from '../../../src/std/index.ts';
import type { Difference } from '../judge.ts';
import { ownerNameOf } from './owner.ts';

/**
 * How many pods of each workload have a node and how many have none, ours from the manifests alone. Where another outcome
 * is as right, since the real scheduler chose among equals or quotas were free for a while, differences are not told.
 */
export function compareFates(expanded: World, real: World, isOpen: boolean): Difference | undefined {
  const placements = new Map(schedule(expanded).placements.map(({ pod, node }) => [pod, node]));
  const ours = count(expanded, (pod) => placements.get(`${namespaceOf(pod) ?? ''}/${nameOf(pod)}`) ?? null);
  const theirs = count(real, (pod) => getString(pod, 'spec', 'nodeName') ?? null);
  const [a, b] = [ours, theirs].map((value) => stringifyJson(value));
  if (a === b || isOpen) return undefined;
  return { signature: 'how many pods have a node differs', ours: a ?? '', servers: b ?? '' };
}

type Pod = ReturnType<World['objects']>[number];

/** A StatefulSet that takes its pods in order makes none after one that has no node. Jobs come to an end, and are not counted. */
function count(world: World, nodeOf: (pod: Pod) => string | null): JsonValue {
  const counts = new Map<string, { placed: number; unplaced: number }>();
  for (const pod of world.byKind('', 'Pod').toSorted((a, b) => ordinalOf(a) - ordinalOf(b))) {
    const owner = ownerNameOf(world, pod);
    if (owner.startsWith('Job ')) continue;
    const known = counts.get(owner) ?? { placed: 0, unplaced: 0 };
    const isOver = owner.startsWith('StatefulSet ') && known.unplaced > 0 && isOrdered(world, owner, namespaceOf(pod) ?? '');
    if (!isOver)
      counts.set(owner, nodeOf(pod) === null ? { ...known, unplaced: known.unplaced + 1 } : { ...known, placed: known.placed + 1 });
  }
  return [...counts].toSorted(([x], [y]) => compareStrings(x, y)).map(([name, fate]) => ({ name, ...fate }));
}

function isOrdered(world: World, owner: string, namespace: string): boolean {
  const set = world.get({ group: 'apps', kind: 'StatefulSet', namespace, name: owner.slice('StatefulSet '.length) });
  return getString(set, 'spec', 'podManagementPolicy') !== 'Parallel';
}

function ordinalOf(pod: Pod): number {
  return Number(/(\d+)$/.exec(nameOf(pod))?.[1] ?? 0);
}
