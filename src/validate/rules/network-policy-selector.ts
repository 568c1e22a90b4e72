import { readLabelSelector } from '../../model/index.ts';
import { getAt } from '../../std/index.ts';
import type { Rule } from './rule.ts';
import { findUnselected } from './selectors.ts';

/** A NetworkPolicy that selects no pods isolates none. */
export const networkPolicySelector: Rule = {
  code: 'KR0017',
  find: (world) =>
    world
      .byKind('networking.k8s.io', 'NetworkPolicy')
      .flatMap((policy) => findUnselected(world, policy, ['spec', 'podSelector'], readLabelSelector(getAt(policy, 'spec', 'podSelector')))),
};
