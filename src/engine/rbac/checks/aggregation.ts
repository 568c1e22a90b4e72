import { compareBy, getArray, toLayers } from '../../../std/index.ts';
import { nameOf, refOf, type Fact, type KubernetesObject, type World } from '../../../model/index.ts';
import { RoleSelection } from '../aggregation.ts';
import { RBAC_GROUP } from '../policy.ts';
import { toCheck } from './check.ts';

/** Aggregated ClusterRoles that select one another in a circle: which rules they end up with hangs on chance. */
export function checkAggregation(world: World): readonly Fact[] {
  const all = world.byKind(RBAC_GROUP, 'ClusterRole').toSorted(compareBy(nameOf));
  let roles = all.filter((role) => getArray(role, 'aggregationRule', 'clusterRoleSelectors').length > 0);
  const facts: Fact[] = [];
  for (;;) {
    const circle = findCircle(roles);
    const [first] = circle;
    if (first === undefined) return facts;
    const ref = refOf(first);
    facts.push(toCheck('KA0612', { ref, path: '/aggregationRule', data: { roles: circle.map(nameOf) } }));
    roles = roles.filter((role) => !circle.includes(role));
  }
}

/** Some roles that each select the next, and the last the first. */
function findCircle(roles: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const indexes = new Map(roles.map((role, index) => [nameOf(role), index]));
  const selection = new RoleSelection(roles);
  const edges = roles.map((role) => (selection.sourcesOf(role) ?? []).flatMap((name) => indexes.get(name) ?? []));
  const layering = toLayers(edges);
  return layering.kind === 'layers' ? [] : layering.nodes.flatMap((index) => roles[index] ?? []);
}
