import { Bitset, sortedUnique } from '../../std/index.ts';
import type { Fact, FactChange } from '../../model/index.ts';
import type { Comparison } from './delta.ts';
import type { Direction } from './policy.ts';
import { portsWith } from './row.ts';
import type { Workload } from './workload.ts';
import { describeParty, toParty, type Party } from './wording.ts';

/** One fact for the new workloads of a namespace that reach, and are reached by, the same others. */
export function listArrivals({ frame, after }: Comparison): readonly FactChange[] {
  const { universe } = frame;
  const all = universe.present(1).or(universe.outside);
  const everybody = toParty(universe, 1, all);
  const groups = new Map<string, { readonly workloads: Workload[]; readonly callers: Party; readonly called: Party }>();
  for (const end of universe.present(1).andNot(universe.present(0)).members()) {
    const workloads = universe.slots[end]?.sides[1] ?? [];
    const [callers, called] = [listPeers(after, end, 'ingress', all), listPeers(after, end, 'egress', all)];
    const key = `${workloads[0]?.namespace ?? ''} ${callers.toKey()} ${called.toKey()}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { workloads: [...workloads], callers: toParty(universe, 1, callers), called: toParty(universe, 1, called) });
    } else group.workloads.push(...workloads);
  }
  return [...groups.values()].map(({ workloads, callers, called }) => ({
    change: 'gained',
    fact: toFact(workloads, { from: describeParty(universe, callers, everybody), to: describeParty(universe, called, everybody) }),
  }));
}

function listPeers(evaluation: Comparison['after'], end: number, direction: Direction, all: Bitset): Bitset {
  const opposite = direction === 'ingress' ? 'egress' : 'ingress';
  const mine = evaluation.row(direction, end).parts.reduce((bits, { peers }) => bits.or(peers), new Bitset(all.size));
  const peers = new Bitset(all.size);
  for (const peer of mine.and(all).members()) if (portsWith(evaluation.row(opposite, peer), end) !== 0) peers.add(peer);
  return peers;
}

function toFact(workloads: readonly Workload[], reach: { readonly from: string; readonly to: string }): Fact {
  const names = sortedUnique(workloads.map(({ name }) => name));
  const [only] = workloads;
  return {
    engine: 'network',
    code: 'KN0103',
    severity: 'info',
    key: `arrival ${names.join()}`,
    ...(only !== undefined && workloads.length === 1 ? { subject: only.ref } : {}),
    data: {
      workload: names.length > 4 ? `${names.length} workloads of ${only?.namespace ?? ''}` : names.join(', '),
      workloads: names,
      ...reach,
    },
    objects: workloads.map(({ ref }) => ({ ref })),
  };
}
