import { labelsOf, nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { aggregate, type ClusterRoleRules } from './aggregation.ts';
import { readBinding, toSubjectKey, type Binding } from './binding.ts';
import { BOOTSTRAP_POLICY } from './bootstrap.ts';
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
  const clusterRoles = aggregate(withDefaults(world, 'ClusterRole'));
  const roles = new Map(withDefaults(world, 'Role').map((role) => [`${namespaceOf(role) ?? ''}/${nameOf(role)}`, listRules(role)]));
  const bindings = [...withDefaults(world, 'ClusterRoleBinding'), ...withDefaults(world, 'RoleBinding')].map(readBinding);
  const rulesOf: RbacPolicy['rulesOf'] = (role, namespace) => {
    if (role.kind === 'ClusterRole') return clusterRoles.get(role.name);
    return role.kind === 'Role' ? roles.get(`${namespace}/${role.name}`) : undefined;
  };
  return { clusterRoles, bindings, grants: indexGrants(bindings, rulesOf), rulesOf };
}

function withDefaults(world: World, kind: string): readonly KubernetesObject[] {
  const own = world.byKind(RBAC_GROUP, kind);
  if (own.some((object) => labelsOf(object).has('kubernetes.io/bootstrapping'))) return own;
  const identity = (object: KubernetesObject): string => `${namespaceOf(object) ?? ''}/${nameOf(object)}`;
  const byIdentity = new Map<string, KubernetesObject>();
  for (const object of BOOTSTRAP_POLICY) if (object.kind === kind) byIdentity.set(identity(object), object);
  for (const object of own) byIdentity.set(identity(object), object);
  const compare = (a: readonly [string, unknown], b: readonly [string, unknown]): number => (a[0] < b[0] ? -1 : 1);
  return [...byIdentity].toSorted(compare).map(([, object]) => object);
}

function indexGrants(bindings: readonly Binding[], rulesOf: RbacPolicy['rulesOf']): RbacPolicy['grants'] {
  const grants = new Map<string, Map<string, Grant[]>>();
  for (const [order, binding] of bindings.entries()) {
    const rules = rulesOf(binding.role, binding.namespace);
    const seen = new Set<string>();
    for (const [subjectIndex, subject] of binding.subjects.entries()) {
      const key = toSubjectKey(subject);
      if (key === undefined || seen.has(key)) continue;
      seen.add(key);
      let scopes = grants.get(key);
      if (scopes === undefined) grants.set(key, (scopes = new Map()));
      const scope = scopes.get(binding.namespace);
      const grant = { binding, subjectIndex, rules, order };
      if (scope === undefined) scopes.set(binding.namespace, [grant]);
      else scope.push(grant);
    }
  }
  return grants;
}
