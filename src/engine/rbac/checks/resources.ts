import { findNearest, sortedUnique } from '../../../std/index.ts';
import { formatRef, refOf, type Fact, type KubernetesObject, type SchemaCatalog, type World } from '../../../model/index.ts';
import { RBAC_GROUP } from '../policy.ts';
import { listRules, type SourcedRule } from '../role.ts';
import { isOfKubernetes, toCheck } from './check.ts';

/** What RBAC is asked about although no server serves it: what impersonation, signers and kubelets are guarded by. */
const UNSERVED: Readonly<Record<string, readonly string[]>> = {
  '': ['groups', 'users'],
  'authentication.k8s.io': ['groups', 'nodes', 'serviceaccounts', 'uids', 'userextras', 'users'],
  'certificates.k8s.io': ['signers'],
};

/** The resources of each group. */
type Served = ReadonlyMap<string, ReadonlySet<string>>;

/** Rules for resources that the cluster's version does not serve: misspelt, in another group, or of a definition that is not known here. */
export function checkResources(world: World, catalog: SchemaCatalog): readonly Fact[] {
  const served = listServed(catalog);
  return [...world.byKind(RBAC_GROUP, 'ClusterRole'), ...world.byKind(RBAC_GROUP, 'Role')].flatMap((role) =>
    isOfKubernetes(role) || role['aggregationRule'] !== undefined ? [] : listRules(role).flatMap((rule) => checkRule(role, rule, served)),
  );
}

function listServed(catalog: SchemaCatalog): Served {
  const served = new Map<string, Set<string>>();
  const unserved = Object.entries(UNSERVED).flatMap(([group, names]) => names.map((plural) => ({ group, plural })));
  for (const { group, plural } of [...catalog.list(), ...unserved]) served.set(group, (served.get(group) ?? new Set()).add(plural));
  return served;
}

function checkRule(role: KubernetesObject, { rule, source, key }: SourcedRule, served: Served): readonly Fact[] {
  if (rule.apiGroups.includes('*') || rule.apiGroups.length === 0) return [];
  const names = sortedUnique(rule.resources.map((resource) => resource.split('/', 1)[0] ?? ''));
  return names.flatMap((name) => {
    if (name === '*' || rule.apiGroups.some((group) => served.get(group)?.has(name) === true)) return [];
    const isForeign = rule.apiGroups.some((group) => !served.has(group));
    const data = {
      role: formatRef(refOf(role)),
      resource: name,
      groups: rule.apiGroups.map((group) => group || 'core').join(', '),
      hint: suggest(name, rule.apiGroups, served),
    };
    return [toCheck('KA0606', { ...source, data, detail: `${name} ${key}`, severity: isForeign ? 'info' : 'warning' })];
  });
}

/** Where a resource of that name is, or what is nearly called so. */
function suggest(name: string, groups: readonly string[], served: Served): string {
  const homes = sortedUnique([...served].filter(([, names]) => names.has(name)).map(([group]) => group || 'core'));
  if (homes.length > 0) return `${name} is of ${homes.join(', ')}`;
  const near = findNearest(
    name.toLowerCase(),
    groups.flatMap((group) => [...(served.get(group) ?? [])]),
  );
  return near === undefined ? 'its definition is not known here' : `did you mean ${near}?`;
}
