import { getAt } from '../../../std/index.ts';
import { lapseIf, practiceOfKinds, type Practice } from '../practice.ts';

const isNone = (value: unknown): boolean => value === 0 || value === '0%' || value === '0';

/** A budget that allows no disruption lets no node be drained. */
export const budgetBlocks: Practice = practiceOfKinds('KB0209', 'reliability', ['policy/PodDisruptionBudget'], (object) => [
  ...lapseIf(isNone(getAt(object, 'spec', 'maxUnavailable')), 'spec', 'maxUnavailable'),
  ...lapseIf(getAt(object, 'spec', 'minAvailable') === '100%', 'spec', 'minAvailable'),
]);
