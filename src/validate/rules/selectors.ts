import { formatSelector, type KubernetesObject, type Selector, type World } from '../../model/index.ts';
import type { Path } from '../../std/index.ts';
import { namespaceOrNone } from './lookup.ts';
import { POINTLESS, type DanglingReference } from './rule.ts';
import { selectWorkloads } from './workloads.ts';

/** The selector as dangling if it selects no workload of its object's namespace. Selectors of everything never dangle. */
export function findUnselected(world: World, referrer: KubernetesObject, path: Path, selector: Selector): readonly DanglingReference[] {
  const namespace = namespaceOrNone(referrer);
  if (selector.requirements.length === 0 || selectWorkloads(world, namespace, selector).length > 0) return [];
  return [
    {
      referrer,
      path,
      target: formatSelector(selector),
      data: { namespace },
      severity: POINTLESS,
      findTargets: (other) => selectWorkloads(other, namespace, selector).map((workload) => workload.object),
    },
  ];
}
