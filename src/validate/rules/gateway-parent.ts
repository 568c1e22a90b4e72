import { findMissing } from './lookup.ts';
import { GATEWAY_GROUP, isService, listParents } from './routes.ts';
import type { Rule } from './rule.ts';

/** A route whose Gateway does not exist serves nothing. */
export const gatewayParent: Rule = {
  code: 'KR0034',
  find: (world) =>
    listParents(world).flatMap((parent) => {
      const isGateway = parent.target.group === GATEWAY_GROUP && parent.target.kind === 'Gateway';
      if (!isGateway && !isService(parent)) return [];
      return findMissing(world, parent.route, [...parent.path, 'name'], parent.target) ?? [];
    }),
};
