import type { Fact, FactChange, SchemaCatalog, World } from '../../../model/index.ts';
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

/** The codes that say of a right what its own gain says already. */
const TOLD_BY_GAINS: ReadonlySet<string> = new Set(['KA0601', 'KA0602']);

/** What a change brings that is worth a warning, besides the rights themselves; what needs a catalog is not looked for. */
export function compareChecks(before: World, after: World): readonly FactChange[] {
  const known = new Set(before.derive(findChecks).map(({ key }) => key));
  const fresh = after
    .derive(findChecks)
    .filter(({ key, code, severity }) => severity !== 'info' && !TOLD_BY_GAINS.has(code) && !known.has(key));
  return fresh.map((fact) => ({ change: 'gained', fact }));
}

/** Those of the checks that need no catalog. Cached by world. */
function findChecks(world: World): readonly Fact[] {
  return [...checkRoles(world), ...checkBindings(world), ...checkTokens(world), ...checkAggregation(world)];
}
