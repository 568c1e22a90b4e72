import type { Fact, SchemaCatalog, World } from '../../../model/index.ts';
import { checkAggregation } from './aggregation.ts';
import { checkBindings } from './bindings.ts';
import { checkResources } from './resources.ts';
import { checkRoles } from './roles.ts';
import { checkTokens } from './tokens.ts';

/**
 * What is worth a look in the roles and bindings of a world, those of Kubernetes itself apart: rules that grant more or less
 * than they say, bindings to nobody and to everybody, and what adds nothing. Resources are known by the catalog, which should
 * hold the custom ones.
 */
export function listChecks(world: World, catalog: SchemaCatalog): readonly Fact[] {
  return [...world.derive(findChecks), ...checkResources(world, catalog)];
}

/** Those of the checks that need no catalog. Cached by world. */
export function findChecks(world: World): readonly Fact[] {
  return [...checkRoles(world), ...checkBindings(world), ...checkTokens(world), ...checkAggregation(world)];
}
