import { readLabelSelector } from '../../model/index.ts';
import { getAt } from '../../std/index.ts';
import type { Rule } from './rule.ts';
import { findUnselected } from './selectors.ts';

/** A PodDisruptionBudget that selects no pods protects none. */
export const disruptionBudgetSelector: Rule = {
  code: 'KR0016',
  find: (world) =>
    world
      .byKind('policy', 'PodDisruptionBudget')
      .flatMap((budget) => findUnselected(world, budget, ['spec', 'selector'], readLabelSelector(getAt(budget, 'spec', 'selector')))),
};
