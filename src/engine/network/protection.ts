import { compareRefs, toRefKey, type Fact, type FactChange, type World } from '../../model/index.ts';
import { readModel } from './model.ts';
import type { Direction } from './policy.ts';

/**
 * Workloads that policies isolated before and none isolates after, by direction: from then on everybody may reach them, or they
 * everybody. Workloads that are new or go are left out.
 */
export function listUnprotected(before: World, after: World): readonly FactChange[] {
  const [was, is] = [readModel(before), readModel(after)];
  if (was === is) return [];
  const old = new Map(was.workloads.map((workload) => [toRefKey(workload.ref), workload]));
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    is.workloads.flatMap((workload): readonly FactChange[] => {
      const earlier = old.get(toRefKey(workload.ref));
      if (earlier === undefined || workload.hostNetwork) return [];
      const policies = was.evaluation.selecting(direction, was.slotOf.get(earlier) ?? -1).filter(({ place }) => place.tier === 'namespace');
      const left = is.evaluation.selecting(direction, is.slotOf.get(workload) ?? -1);
      if (policies.length === 0 || left.length > 0) return [];
      return [{ change: 'gained', fact: toFact(workload.name, direction, [...policies.map(({ ref }) => ref), workload.ref]) }];
    }),
  );
}

function toFact(workload: string, direction: Direction, refs: readonly Fact['objects'][number]['ref'][]): Fact {
  const subject = refs.at(-1);
  return {
    engine: 'network',
    code: 'KN0106',
    severity: 'warning',
    key: `unprotected ${direction} ${workload}`,
    ...(subject === undefined ? {} : { subject }),
    data: { workload, direction, meaning: direction === 'ingress' ? 'everybody may reach it' : 'it may reach everybody' },
    objects: refs.toSorted(compareRefs).map((ref) => ({ ref })),
  };
}
