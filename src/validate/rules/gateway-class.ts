import { getString } from '../../std/index.ts';
import { findMissing } from './lookup.ts';
import { GATEWAY_GROUP } from './routes.ts';
import type { Rule } from './rule.ts';

/** No controller takes up a Gateway whose class does not exist. */
export const gatewayClass: Rule = {
  code: 'KR0039',
  find: (world) =>
    world.byKind(GATEWAY_GROUP, 'Gateway').flatMap((gateway) => {
      const name = getString(gateway, 'spec', 'gatewayClassName') ?? '';
      if (name === '') return [];
      return findMissing(world, gateway, ['spec', 'gatewayClassName'], { group: GATEWAY_GROUP, kind: 'GatewayClass', name }) ?? [];
    }),
};
