import {
  getArray,
  getObject,
  getString,
  isEqualJson,
  quoteGo,
  sortedUnique,
  stringifyJsonInOrder,
  type JsonValue,
} from '../../std/index.ts';
import { nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { decide, describeErrors, listGrants } from './authorize.ts';
import { readBinding } from './binding.ts';
import type { Permission } from './permission.ts';
import { RBAC_GROUP, readPolicy } from './policy.ts';
import { listRules, toPermissionSet } from './role.ts';
import type { UserInfo } from './request.ts';
import type { PolicyRule } from './rule.ts';
import { withoutEmpty } from './semantic.ts';

/** Somebody writes a Role, ClusterRole, RoleBinding or ClusterRoleBinding. */
export interface GrantWrite {
  readonly user: UserInfo;
  /** As it is stored; absent if it is made. */
  readonly before?: KubernetesObject;
  readonly after: KubernetesObject;
  /** Whether the URL names the object, as a server-side apply's does: then rights to `escalate` that are for one name count when it is made. */
  readonly isNamed: boolean;
}

const RESOURCES: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    ClusterRole: 'clusterroles',
    ClusterRoleBinding: 'clusterrolebindings',
    Role: 'roles',
    RoleBinding: 'rolebindings',
  }),
);

const EVERYTHING: readonly Permission[] = [
  { kind: 'resource', verb: '*', group: '*', resource: '*' },
  { kind: 'path', verb: '*', path: '*' },
];

/**
 * Why the API server would not let somebody write a role or binding who may otherwise write such objects: it grants what they
 * do not hold, or gives a binding another role, in the server's words. Undefined if it would
 * (`pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased`, `pkg/registry/rbac/escalation_check.go`).
 */
export function refuseGrant(world: World, write: GrantWrite): string | undefined {
  const { before, after } = write;
  return guard(world, write) ?? (before === undefined ? undefined : refuseRoleChange(before, after));
}

/** Why the API server would not let a binding be changed to another role, in its words; undefined where the role stays. */
export function refuseRoleChange(before: KubernetesObject, after: KubernetesObject): string | undefined {
  const [was, is] = [before, after].map((binding) => getObject(binding, 'roleRef'));
  if (was === undefined || is === undefined) return undefined;
  const [old, next] = [was, is].map((role) => ['apiGroup', 'kind', 'name'].map((field) => getString(role, field) ?? ''));
  if (next === undefined || isEqualJson(old ?? [], next)) return undefined;
  const [APIGroup = '', Kind = '', Name = ''] = next;
  const value = stringifyJsonInOrder({ APIGroup, Kind, Name });
  return `${after.kind}.${RBAC_GROUP} ${quoteGo(nameOf(after))} is invalid: roleRef: Invalid value: ${value}: cannot change roleRef`;
}

function guard(world: World, write: GrantWrite): string | undefined {
  const { user, before, after } = write;
  if (user.groups.includes('system:masters')) return undefined;
  const isRole = after.kind === 'Role' || after.kind === 'ClusterRole';
  if (isRole && mayEscalate(world, write)) return undefined;
  if (before !== undefined && isOnlyCollection(before, after)) return undefined;
  return isRole ? refuseRole(world, write) : refuseBinding(world, write);
}

function mayEscalate(world: World, { user, before, after, isNamed }: GrantWrite): boolean {
  const name = isNamed || before !== undefined ? nameOf(after) : '';
  return isAllowed(world, user, 'escalate', { kind: after.kind, name, namespace: namespaceOf(after) ?? '' });
}

function isAllowed(
  world: World,
  user: UserInfo,
  verb: string,
  { kind, name, namespace }: { readonly kind: string; readonly name: string; readonly namespace: string },
): boolean {
  const resource = RESOURCES.get(kind);
  if (resource === undefined) return false;
  return decide(world, { kind: 'resource', user, verb, group: RBAC_GROUP, resource, subresource: '', namespace, name }).allowed;
}

function refuseRole(world: World, { user, before, after }: GrantWrite): string | undefined {
  const refusal = confirmHeld(
    world,
    user,
    after,
    listRules(after).flatMap(({ rule }) => breakDown(rule)),
  );
  if (refusal !== undefined) return forbid(after, refusal);
  if (![before, after].some((role) => role !== undefined && getArray(role, 'aggregationRule', 'clusterRoleSelectors').length > 0))
    return undefined;
  if (confirmHeld(world, user, after, EVERYTHING) === undefined) return undefined;
  return forbid(after, 'must have cluster-admin privileges to use the aggregationRule');
}

function refuseBinding(world: World, { user, after }: GrantWrite): string | undefined {
  const { role, namespace } = readBinding(after);
  if (isAllowed(world, user, 'bind', { ...role, namespace })) return undefined;
  const rules = readPolicy(world).rulesOf(role, namespace);
  if (rules === undefined) return describeMissing(after, role);
  const refusal = confirmHeld(
    world,
    user,
    after,
    rules.flatMap(({ rule }) => breakDown(rule)),
  );
  return refusal === undefined ? undefined : forbid(after, refusal);
}

function forbid(object: KubernetesObject, why: string): string {
  return `${RESOURCES.get(object.kind) ?? ''}.${RBAC_GROUP} ${quoteGo(nameOf(object))} is forbidden: ${why}`;
}

/** A role that does not exist: the store names it as if it were of the kind that is written (`qualifiedResourceFromContext`). */
function describeMissing(written: KubernetesObject, role: { readonly kind: string; readonly name: string }): string {
  if (role.kind !== 'Role' && role.kind !== 'ClusterRole') return `unsupported role reference kind: ${quoteGo(role.kind)}`;
  return `${RESOURCES.get(written.kind) ?? ''}.${RBAC_GROUP} ${quoteGo(role.name)} not found`;
}

/** What the user lacks of the wanted permissions, as `ConfirmNoEscalation` words it. */
function confirmHeld(world: World, user: UserInfo, written: KubernetesObject, wanted: readonly Permission[]): string | undefined {
  const grants = listGrants(readPolicy(world), user, namespaceOf(written) ?? '');
  const sets = grants.flatMap(({ rules }) => (rules === undefined ? [] : [toPermissionSet(rules)]));
  const missing = wanted.filter((permission) => !sets.some((set) => set.covers(permission)));
  if (missing.length === 0) return undefined;
  const who = `user ${quoteGo(user.name)} (groups=${quoteList(user.groups)})`;
  const errors = describeErrors(grants, (role) => describeMissing(written, role));
  const unresolved = errors === '' ? '' : `; resolution errors: [${errors}]`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${describe(missing).join('\n')}${unresolved}`;
}

/** A rule as permissions, paths as they are written and in the order of `BreakdownRule`. */
function breakDown(rule: PolicyRule): readonly Permission[] {
  const names = rule.resourceNames.length === 0 ? [undefined] : rule.resourceNames;
  return [
    ...rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        rule.verbs.flatMap((verb) =>
          names.map((name): Permission => ({ kind: 'resource', verb, group, resource, ...(name === undefined ? {} : { name }) })),
        ),
      ),
    ),
    ...rule.nonResourceURLs.flatMap((path) => rule.verbs.map((verb): Permission => ({ kind: 'path', verb, path }))),
  ];
}

/** Permissions as `CompactRules` and `CompactString` print them: those of the same resource and name are one line with all their verbs. */
function describe(permissions: readonly Permission[]): readonly string[] {
  const lines: string[] = [];
  const verbs = new Map<string, string[]>();
  for (const permission of permissions) {
    const object = describeObject(permission);
    if (permission.kind === 'path') lines.push(`{${object}, Verbs:${quoteList([permission.verb])}}`);
    else verbs.set(object, [...(verbs.get(object) ?? []), permission.verb]);
  }
  for (const [object, list] of verbs) lines.push(`{${object}, Verbs:${quoteList(list)}}`);
  return sortedUnique(lines);
}

function describeObject(permission: Permission): string {
  if (permission.kind === 'path') return `NonResourceURLs:${quoteList([permission.path])}`;
  const { group, resource, name } = permission;
  const names = name === undefined ? '' : `, ResourceNames:${quoteList([name])}`;
  return `APIGroups:${quoteList([group])}, Resources:${quoteList([resource])}${names}`;
}

/** A list of texts as Go prints it with `%q`. */
function quoteList(texts: readonly string[]): string {
  return `[${texts.map(quoteGo).join(' ')}]`;
}

/** Whether a write changes nothing but what the garbage collector needs (`IsOnlyMutatingGCFields`). */
function isOnlyCollection(before: KubernetesObject, after: KubernetesObject): boolean {
  return isEqualJson(withoutCollection(before), withoutCollection(after));
}

function withoutCollection(object: KubernetesObject): JsonValue {
  const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _fields, ...metadata } = object.metadata;
  return withoutEmpty({ ...object, metadata });
}
