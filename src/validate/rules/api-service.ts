import type { Rule } from './rule.ts';
import { findService } from './webhook-service.ts';

/** An aggregated API whose Service does not exist is unavailable, and namespaces then hang in deletion. */
export const apiService: Rule = {
  code: 'KR0025',
  find: (world) =>
    world.byKind('apiregistration.k8s.io', 'APIService').flatMap((object) => findService(world, object, ['spec', 'service'])),
};
