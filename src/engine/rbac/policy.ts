import { compareBy } from '../../std/index.ts';
import { nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { aggregate, type ClusterRoleRules } from './aggregation.ts';
import { listSubjectKeys, readBinding, type Binding } from './binding.ts';
import { isFromServer, listBootstrapPolicy } from './bootstrap.ts';
import { listRules, type SourcedRule } from './role.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** One binding that applies to a subject, by the first of its subjects that does. */
export interface Grant {
  readonly binding: Binding;
  readonly subjectIndex: number;
  /** Undefined if the role does not exist. */
  readonly rules: readonly SourcedRule[] | undefined;
  /** The place in the order in which the authorizer visits bindings: cluster-wide ones first, by namespace and name. */
  readonly order: number;
}

/** The roles and bindings of a world, indexed. */
export interface RbacPolicy {
  readonly clusterRoles: ClusterRoleRules;
  readonly bindings: readonly Binding[];
  /** Grants by the key of their subject, then by the namespace of their binding. */
  readonly grants: ReadonlyMap<string, ReadonlyMap<string, readonly Grant[]>>;
  rulesOf(role: Binding['role'], namespace: string): readonly SourcedRule[] | undefined;
}

/**
 * Reads the roles and bindings of a world. The defaults of the API server are there even if no manifest says so: an object
 * of the world wins over the default of its name, and a kind of which the world holds a bootstrapped object came from a
 * server and is taken as it is. Cached by world.
 */
export function readPolicy(world: World): RbacPolicy {
  return world.derive(computePolicy);
}

function computePolicy(world: World): RbacPolicy {
  const clusterRoles = world.kind(RBAC_GROUP, 'ClusterRole').derive(computeClusterRoles);
  const roles = world.kind(RBAC_GROUP, 'Role').derive(computeRoles);
  const bindings = [
    ...world.kind(RBAC_GROUP, 'ClusterRoleBinding').derive(computeClusterRoleBindings),
    ...world.kind(RBAC_GROUP, 'RoleBinding').derive(computeRoleBindings),
  ];
  const rulesOf: RbacPolicy['rulesOf'] = (role, namespace) => {
    if (role.kind === 'ClusterRole') return clusterRoles.get(role.name);
    return role.kind === 'Role' ? roles.get(`${namespace}/${role.name}`) : undefined;
  };
  return { clusterRoles, bindings, grants: indexGrants(bindings, rulesOf), rulesOf };
}

function computeClusterRoles(own: readonly KubernetesObject[]): ClusterRoleRules {
  return aggregate(withDefaults(own, 'ClusterRole'));
}

function computeRoles(own: readonly KubernetesObject[]): ReadonlyMap<string, readonly SourcedRule[]> {
  return new Map(withDefaults(own, 'Role').map((role) => [identify(role), listRules(role)]));
}

function computeClusterRoleBindings(own: readonly KubernetesObject[]): readonly Binding[] {
  return withDefaults(own, 'ClusterRoleBinding').map(readBinding);
}

function computeRoleBindings(own: readonly KubernetesObject[]): readonly Binding[] {
  return withDefaults(own, 'RoleBinding').map(readBinding);
}

function withDefaults(own: readonly KubernetesObject[], kind: string): readonly KubernetesObject[] {
  if (isFromServer(own)) return own;
  const byIdentity = new Map<string, KubernetesObject>();
  for (const object of listBootstrapPolicy()) if (object.kind === kind) byIdentity.set(identify(object), object);
  for (const object of own) byIdentity.set(identify(object), object);
  return [...byIdentity.values()].toSorted(compareBy((object) => namespaceOf(object) ?? '', nameOf));
}

function identify(object: KubernetesObject): string {
  return `${namespaceOf(object) ?? ''}/${nameOf(object)}`;
}

function indexGrants(bindings: readonly Binding[], rulesOf: RbacPolicy['rulesOf']): RbacPolicy['grants'] {
  const grants = new Map<string, Map<string, Grant[]>>();
  for (const [order, binding] of bindings.entries()) {
    const rules = rulesOf(binding.role, binding.namespace);
    for (const [subjectIndex, key] of listSubjectKeys(binding).entries()) {
      if (key === undefined) continue;
      let scopes = grants.get(key);
      if (scopes === undefined) grants.set(key, (scopes = new Map()));
      const scope = scopes.get(binding.namespace);
      const grant = { binding, subjectIndex, rules, order };
      if (scope === undefined) scopes.set(binding.namespace, [grant]);
      else if (scope.at(-1)?.binding !== binding) scope.push(grant);
    }
  }
  return grants;
}
