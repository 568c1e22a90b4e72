import { findMissing } from './lookup.ts';
import { isService, listBackends } from './routes.ts';
import type { Rule } from './rule.ts';

/** Requests that a route sends to a Service that does not exist are answered with 500. */
export const gatewayBackend: Rule = {
  code: 'KR0036',
  find: (world) =>
    listBackends(world).flatMap((backend) =>
      isService(backend) ? (findMissing(world, backend.route, [...backend.path, 'name'], backend.target) ?? []) : [],
    ),
};
