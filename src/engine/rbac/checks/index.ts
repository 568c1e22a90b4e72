import type { Fact, FactChange, KubernetesObject, SchemaCatalog, World } from '../../../model/index.ts';
import { listSubjectKeys } from '../binding.ts';
import { listChangedKeys } from '../difference.ts';
import { ESCALATION_LENS } from '../escalation/view.ts';
import { RBAC_GROUP, readPolicy } from '../policy.ts';
import { toPrincipal } from '../principal.ts';
import { checkAggregation } from './aggregation.ts';
import { checkBindings } from './bindings.ts';
import { checkResources } from './resources.ts';
import { checkRoles } from './roles.ts';
import type { CheckScope } from './check.ts';
import { checkTokens } from './tokens.ts';

/**
 * What is worth a look in the roles and bindings of a world, those of Kubernetes itself apart: rules that grant more or less
 * than they say, bindings to nobody and to everybody, and what adds nothing. Resources are known by the catalog, which should
 * hold the custom ones.
 */
export function listChecks(world: World, catalog: SchemaCatalog): readonly Fact[] {
  return [...world.derive(findAllChecks), ...checkResources(world, catalog)];
}

/** The codes that say of a right what its own gain says already. */
const TOLD_BY_GAINS: ReadonlySet<string> = new Set(['KA0601', 'KA0602']);

/**
 * What a change brings that is worth a warning, besides the rights themselves; what needs a catalog is not looked for. Roles that are the same,
 * and bindings of whose subjects nobody is granted anything else, are not looked at again.
 */
export function compareChecks(before: World, after: World): readonly FactChange[] {
  if (ESCALATION_LENS.isAlike(before, after)) return [];
  const scope = toScope(before, after);
  const known = new Set(findChecks(before, scope).map(({ key }) => key));
  const fresh = findChecks(after, scope).filter(
    ({ key, code, severity }) => severity !== 'info' && !TOLD_BY_GAINS.has(code) && !known.has(key),
  );
  return fresh.map((fact) => ({ change: 'gained', fact }));
}

function toScope(before: World, after: World): CheckScope {
  const listRoles = (world: World): readonly KubernetesObject[] => ROLE_KINDS.flatMap((kind) => world.byKind(RBAC_GROUP, kind));
  const [roles, bindings] = [
    toCommon(listRoles(before), listRoles(after)),
    toCommon(readPolicy(before).bindings, readPolicy(after).bindings),
  ];
  const changed = new Set(listChangedKeys(before, after));
  const isOfChangedGroup = [...changed].some((key) => key.startsWith('group '))
    ? (key: string) => toPrincipal(key).groups.some((group) => changed.has(group))
    : () => false;
  return {
    isAskedRole: (role) => !roles.has(role),
    isAskedBinding: (binding) =>
      !bindings.has(binding) || listSubjectKeys(binding).some((key) => key !== undefined && (changed.has(key) || isOfChangedGroup(key))),
  };
}

const ROLE_KINDS = ['ClusterRole', 'Role'];

function toCommon<T>(some: readonly T[], others: readonly T[]): ReadonlySet<T> {
  const known = new Set(some);
  return new Set(others.filter((item) => known.has(item)));
}

function findAllChecks(world: World): readonly Fact[] {
  return findChecks(world, { isAskedRole: () => true, isAskedBinding: () => true });
}

/** Those of the checks that need no catalog. */
function findChecks(world: World, scope: CheckScope): readonly Fact[] {
  return [
    ...checkRoles(world, scope.isAskedRole),
    ...checkBindings(world, scope.isAskedBinding),
    ...world.derive(checkTokens),
    ...checkAggregation(world),
  ];
}
