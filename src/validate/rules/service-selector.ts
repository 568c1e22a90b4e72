import { readMapSelector } from '../../model/index.ts';
import { getAt, getString } from '../../std/index.ts';
import type { Rule } from './rule.ts';
import { findUnselected } from './selectors.ts';

/** A Service whose selector selects no pods has no endpoints: connections to it are refused. */
export const serviceSelector: Rule = {
  code: 'KR0015',
  find: (world) =>
    world.byKind('', 'Service').flatMap((service) => {
      const selector = readMapSelector(getAt(service, 'spec', 'selector'));
      if (selector === undefined || getString(service, 'spec', 'type') === 'ExternalName') return [];
      return findUnselected(world, service, ['spec', 'selector'], selector);
    }),
};
