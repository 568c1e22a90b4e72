import { readLabelSelector, formatSelector, type KubernetesObject, type World } from '../../model/index.ts';
import { getAt, getOrAdd } from '../../std/index.ts';
import { formatObject, identityOf, listOne, namespaceOrNone } from './lookup.ts';
import { DOUBTFUL, type DanglingReference, type Rule } from './rule.ts';
import { selectWorkloads, type Workload } from './workloads.ts';

/** The eviction API refuses every eviction of a pod that several budgets select (`registry/core/pod/storage/eviction.go`). */
export const budgetOverlap: Rule = {
  code: 'KR0028',
  isOfManifests: true,
  find: (world) => {
    const first = new Map<Workload, KubernetesObject>();
    const selected = new Map<string, readonly Workload[]>();
    return world.byKind('policy', 'PodDisruptionBudget').flatMap((budget) => {
      const namespace = namespaceOrNone(budget);
      const selector = readLabelSelector(getAt(budget, 'spec', 'selector'));
      const workloads = getOrAdd(selected, `${namespace}/${formatSelector(selector)}`, () => selectWorkloads(world, namespace, selector));
      return findOverlap(budget, workloads, first);
    });
  },
};

function findOverlap(
  budget: KubernetesObject,
  workloads: readonly Workload[],
  first: Map<Workload, KubernetesObject>,
): readonly DanglingReference[] {
  let overlap: { readonly workload: Workload; readonly other: KubernetesObject } | undefined;
  for (const workload of workloads) {
    if (workload.controlled) continue;
    const other = first.get(workload);
    if (other === undefined) first.set(workload, budget);
    else overlap ??= { workload, other };
  }
  if (overlap === undefined) return [];
  const { workload, other } = overlap;
  const identity = identityOf(other);
  return [
    {
      referrer: budget,
      path: ['spec', 'selector'],
      target: formatObject(other),
      data: { workload: formatObject(workload.object) },
      severity: DOUBTFUL,
      isCertain: true,
      findTargets: (world: World) => listOne(world.get(identity)),
    },
  ];
}
