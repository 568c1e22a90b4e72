import { restrictNode, type Action, type UserInfo } from '../../engine/rbac/index.ts';
import type { QuestionWorld } from './question-world.ts';

const OPERATIONS: Readonly<Record<string, 'create' | 'delete' | 'update'>> = {
  create: 'create',
  delete: 'delete',
  patch: 'update',
  update: 'update',
};

/**
 * Why a node may still not write what its authorizer lets it ask for, as far as that hangs on names and on what there is; undefined
 * for all who are no nodes.
 */
export function findNodeRestriction({ world, catalog }: QuestionWorld, user: UserInfo, action: Action): string | undefined {
  const operation = OPERATIONS[action.verb];
  if (action.kind === 'path' || operation === undefined) return undefined;
  const { group, resource, subresource, namespace, name } = action;
  const kind = catalog.findResource(group === '' ? resource : `${resource}.${group}`);
  const ref = { group, kind: kind?.kind ?? '', name, ...(namespace === '' ? {} : { namespace }) };
  const old = operation === 'create' ? undefined : world.get(ref);
  const write = { user, operation, group, resource, subresource, namespace, name, ...(old === undefined ? {} : { old }) };
  return restrictNode(world, write);
}
