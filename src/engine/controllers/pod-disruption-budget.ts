import { isSelected, labelsOf, namespaceOf, readLabelSelector, refOf, toBudgetStatus, type BudgetStatus } from '../../model/index.ts';
import { getArray, getNumber, getObject } from '../../std/index.ts';
import { withCondition, type Condition } from './conditions.ts';
import { observedGeneration, toStatusUpdate, type Controller } from './controller.ts';
import { hasPodCondition } from './replicas.ts';

/** Counts how many pods of a budget may be disrupted now (`pkg/controller/disruption`). */
export const POD_DISRUPTION_BUDGET: Controller = {
  name: 'pod-disruption-budget',
  kind: { group: 'policy', kind: 'PodDisruptionBudget' },
  watches: [{ group: '', kind: 'Pod' }],
  concerns: (world, changed) => {
    const labels = labelsOf(changed);
    const budgets = world.kind('policy', 'PodDisruptionBudget').inNamespace(namespaceOf(changed));
    return budgets.filter((budget) => isSelected(readLabelSelector(getObject(budget, 'spec', 'selector')), labels)).map(refOf);
  },
  reconcile: (world, budget, { now }) => {
    const { failure, ...status } = toBudgetStatus(world, budget, (pod) => hasPodCondition(pod, 'Ready'));
    // Where the pods cannot be counted, what was counted before stays, and the generation that it was counted for.
    const observed =
      failure === undefined ? observedGeneration(budget) : { observedGeneration: getNumber(budget, 'status', 'observedGeneration') ?? 0 };
    const told = failure === undefined ? status : { ...NOTHING_KNOWN, ...getObject(budget, 'status'), disruptionsAllowed: 0 };
    const condition = toCondition(failure, status.disruptionsAllowed);
    const conditions = withCondition(getArray(budget, 'status', 'conditions'), condition, now, observed);
    return toStatusUpdate(budget, { ...told, ...observed, conditions });
  },
};

const NOTHING_KNOWN: Omit<BudgetStatus, 'failure'> = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };

function toCondition(failure: string | undefined, allowed: number): Condition {
  const type = 'DisruptionAllowed';
  if (failure !== undefined) return { type, status: 'False', reason: 'SyncFailed', message: failure };
  if (allowed > 0) return { type, status: 'True', reason: 'SufficientPods', message: '' };
  return { type, status: 'False', reason: 'InsufficientPods', message: '' };
}
