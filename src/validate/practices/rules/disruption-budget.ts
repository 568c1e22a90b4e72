import { isSelected, readLabelSelector } from '../../../model/index.ts';
import { getAt, getNumber, getStringMap } from '../../../std/index.ts';
import { kindOf, lapseIf, namespaceOfSubject, practiceOfPods, type Practice } from '../practice.ts';

const REPLICATED = new Set(['apps/Deployment', 'apps/StatefulSet']);

/** Without a budget a drain may take all replicas at once. */
export const disruptionBudget: Practice = practiceOfPods('KB0208', 'reliability', ({ object, template, world }) => {
  if (!REPLICATED.has(kindOf(object)) || (getNumber(object, 'spec', 'replicas') ?? 1) < 2) return [];
  const labels = getStringMap(template.metadata, 'labels');
  const budgets = world.kind('policy', 'PodDisruptionBudget').inNamespace(namespaceOfSubject(object));
  return lapseIf(!budgets.some((budget) => isSelected(readLabelSelector(getAt(budget, 'spec', 'selector')), labels)));
});
