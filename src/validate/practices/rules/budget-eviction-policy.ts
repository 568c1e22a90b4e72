import { getAt } from '../../../std/index.ts';
import { practiceOfKinds, type Practice } from '../practice.ts';

/** Pods that are not ready anyway hold up a drain otherwise. */
export const budgetEvictionPolicy: Practice = practiceOfKinds('KB0210', 'reliability', ['policy/PodDisruptionBudget'], (object) => {
  const path = ['spec', 'unhealthyPodEvictionPolicy'];
  return getAt(object, ...path) === undefined ? [{ path, fix: [{ path, value: 'AlwaysAllow' }] }] : [];
});
