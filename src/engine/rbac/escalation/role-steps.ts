import { getArray } from '../../../std/index.ts';
import { nameOf, namespaceOf, refOf } from '../../../model/index.ts';
import type { Binding } from '../binding.ts';
import { RBAC_GROUP, type Grant } from '../policy.ts';
import type { Place } from './place.ts';
import type { Need } from './powers.ts';
import { listWaysToCreate, toRights, type Site } from './site.ts';

const RESOURCES: ReadonlyMap<string, string> = new Map([
  ['ClusterRole', `${RBAC_GROUP}/clusterroles`],
  ['Role', `${RBAC_GROUP}/roles`],
]);

/** What is got by writing roles and bindings past the API server's own check, with `bind` and `escalate`. */
export function addRoleSteps(site: Site): void {
  addBinding(site);
  addBindingEdits(site);
  addEscalation(site);
  addAggregation(site);
}

const BIND = [...rightsTo('bind', 'ClusterRole'), ...rightsTo('bind', 'Role')];
const ESCALATE_CLUSTER_ROLES = rightsTo('escalate', 'ClusterRole');
const ESCALATE = [...ESCALATE_CLUSTER_ROLES, ...rightsTo('escalate', 'Role')];

function toAll(scope: string): Place {
  return scope === '*' ? { kind: 'admin' } : { kind: 'control', scope };
}

function rightsTo(verbs: string, kind: string): readonly string[] {
  const resource = RESOURCES.get(kind);
  return resource === undefined ? [] : toRights(verbs, resource);
}

function addBinding(site: Site): void {
  const { powers, scope, around } = site;
  const bindings = scope === '*' ? ['clusterrolebindings', 'rolebindings'] : ['rolebindings'];
  for (const resource of bindings) {
    const isWide = resource === 'clusterrolebindings';
    for (const create of listWaysToCreate(powers, `${RBAC_GROUP}/${resource}`)) {
      const all = powers.find(rightsTo('bind', 'ClusterRole'));
      site.give('bind', isWide || scope !== '*' ? toAll(scope) : { kind: 'control', scope }, [...create, all]);
      if (!site.isFirst || (scope === '*' && !isWide)) continue;
      for (const role of listBindable(site, scope === '*' ? ['ClusterRole'] : ['ClusterRole', 'Role'])) {
        if (around.policy.rulesOf(role, scope) === undefined) continue;
        site.bind('bind', role, [...create, powers.find(rightsTo('bind', role.kind), [role.name])]);
      }
    }
  }
}

/** The roles that are named in rights to bind; and where every Role of a namespace may be bound, those. */
function listBindable({ powers, scope, around }: Site, kinds: readonly string[]): readonly Binding['role'][] {
  return kinds.flatMap((kind) => {
    const rights = rightsTo('bind', kind);
    const isAll = kind === 'Role' && powers.find(rights) !== undefined;
    const names = isAll ? around.world.kind(RBAC_GROUP, 'Role').inNamespace(scope).map(nameOf) : powers.listNames(rights);
    return names.map((name) => ({ kind, name }));
  });
}

/** An existing binding takes more subjects from whoever may bind its role; who holds the role already gains nothing. */
function addBindingEdits(site: Site): void {
  const { powers, scope, around } = site;
  if (!site.isFirst || !powers.hasSome(BIND)) return;
  const rights = toRights('patch update', `${RBAC_GROUP}/${scope === '*' ? 'clusterrolebindings' : 'rolebindings'}`);
  if (!powers.hasSome(rights)) return;
  for (const { ref, namespace, role } of around.policy.bindings) {
    if (namespace !== (scope === '*' ? '' : scope)) continue;
    const needs = [powers.find(rights, [ref.name]), powers.find(rightsTo('bind', role.kind), [role.name])];
    site.bind('binding-edit', role, needs, [{ ref, path: '/roleRef' }]);
  }
}

/** A role that one is bound to is made to hold everything. */
function addEscalation(site: Site): void {
  const { powers, scope } = site;
  if (!powers.hasSome(ESCALATE)) return;
  for (const grant of powers.grants) {
    const { kind, name } = grant.binding.role;
    if (!RESOURCES.has(kind) || !isOfScope(grant, scope)) continue;
    const needs = [powers.find(rightsTo('escalate', kind), [name]), powers.find(rightsTo('patch update', kind), [name]), toNeed(grant)];
    site.give('escalate', toAll(scope), needs);
  }
}

function isOfScope({ binding, order }: Grant, scope: string): boolean {
  return order >= 0 && binding.namespace === (scope === '*' ? '' : scope);
}

function toNeed(grant: Grant): Need {
  return { rights: [], names: [], grants: [grant] };
}

/** A new ClusterRole that an aggregated role takes up widens that one. */
function addAggregation(site: Site): void {
  const { powers, scope, around } = site;
  if (!powers.hasSome(ESCALATE_CLUSTER_ROLES)) return;
  const aggregated = new Map(
    around.world
      .byKind(RBAC_GROUP, 'ClusterRole')
      .filter((role) => namespaceOf(role) === undefined && getArray(role, 'aggregationRule', 'clusterRoleSelectors').length > 0)
      .map((role) => [nameOf(role), refOf(role)]),
  );
  for (const grant of powers.grants) {
    const { kind, name } = grant.binding.role;
    const ref = aggregated.get(name);
    const isTaken = kind === 'ClusterRole' && (ref !== undefined || DEFAULT_AGGREGATED.has(name));
    if (!isTaken || !isOfScope(grant, scope)) continue;
    for (const create of listWaysToCreate(powers, `${RBAC_GROUP}/clusterroles`)) {
      const names = create[1]?.names ?? [];
      const needs = [...create, powers.find(ESCALATE_CLUSTER_ROLES, names), toNeed(grant)];
      site.give('aggregate', toAll(scope), needs, ref === undefined ? [] : [{ ref, path: '/aggregationRule' }]);
    }
  }
}

const DEFAULT_AGGREGATED: ReadonlySet<string> = new Set(['admin', 'edit', 'view']);
