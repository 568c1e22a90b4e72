import { compareBy } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { describeBinding, type Binding, toGroupKey, toUserKey } from './binding.ts';
import { readPolicy, type Grant, type RbacPolicy } from './policy.ts';
import type { AccessRequest, UserInfo } from './request.ts';
import type { Permission } from './permission.ts';
import { toPermissionSet, type SourcedRule } from './role.ts';
import { isAllowedBy } from './rule.ts';

/** A rule that allows a request, and the binding through which it applies. */
export interface AllowingRule {
  readonly grant: Grant;
  readonly rule: SourcedRule;
}

/** The API server's answer. */
export interface Decision {
  readonly allowed: boolean;
  /**
   * As the server words it. Empty where it gives none: a plain denial, and the group system:masters, which is
   * allowed everything before RBAC is asked. Of several bindings that allow, the first by namespace and name.
   */
  readonly reason: string;
  /** Every rule that allows it, by binding. */
  readonly rules: readonly AllowingRule[];
}

/**
 * Whether the API server would allow a request: the group system:masters, then RBAC
 * (`plugin/pkg/auth/authorizer/rbac/rbac.go`, `pkg/registry/rbac/validation/rule.go`). The Node authorizer is not asked.
 */
export function authorize(world: World, request: AccessRequest): Decision {
  if (request.user.groups.includes('system:masters')) return { allowed: true, reason: '', rules: [] };
  const policy = readPolicy(world);
  const wanted = toPermission(request);
  const namespace = request.kind === 'resource' ? request.namespace : '';
  const isWanted = ({ rules }: Grant): boolean => rules === undefined || toPermissionSet(rules).covers(wanted);
  const grants = listGrants(policy, request.user, namespace, isWanted);
  const rules = grants.flatMap((grant) =>
    (grant.rules ?? []).filter(({ rule }) => isAllowedBy(rule, request)).map((rule) => ({ grant, rule })),
  );
  const first = rules[0]?.grant;
  const subject = first?.binding.subjects[first.subjectIndex];
  const errors = describeErrors(grants);
  if (first === undefined || subject === undefined) return { allowed: false, reason: errors === '' ? '' : `RBAC: ${errors}`, rules };
  return { allowed: true, reason: `RBAC: allowed by ${describeBinding(first.binding, subject)}`, rules };
}

/**
 * The wanted grants of a user for requests in a namespace (`""`: cluster-wide ones alone), in the authorizer's order, each
 * binding once.
 */
export function listGrants(
  policy: RbacPolicy,
  user: UserInfo,
  namespace: string,
  isWanted: (grant: Grant) => boolean = () => true,
): readonly Grant[] {
  const byBinding = new Map<number, Grant>();
  for (const key of [toUserKey(user.name), ...user.groups.map(toGroupKey)]) {
    const scopes = policy.grants.get(key);
    if (scopes === undefined) continue;
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      for (const grant of scopes.get(scope) ?? []) {
        const known = byBinding.get(grant.order);
        if ((known === undefined || grant.subjectIndex < known.subjectIndex) && isWanted(grant)) byBinding.set(grant.order, grant);
      }
    }
  }
  return [...byBinding.values()].toSorted(compareBy((grant) => grant.order));
}

function toPermission(request: AccessRequest): Permission {
  if (request.kind === 'path') return request;
  const { verb, group, resource, subresource, name } = request;
  return { kind: 'resource', verb, group, resource: subresource === '' ? resource : `${resource}/${subresource}`, name };
}

/** The roles that these grants name and that do not exist, as the server words them together; empty if all exist. */
export function describeErrors(grants: readonly Grant[], describe: (role: Binding['role']) => string = describeMissing): string {
  const errors = [...new Set(grants.filter(({ rules }) => rules === undefined).map(({ binding }) => describe(binding.role)))];
  return errors.length < 2 ? (errors[0] ?? '') : `[${errors.join(', ')}]`;
}

function describeMissing(role: { readonly kind: string; readonly name: string }): string {
  if (role.kind !== 'Role' && role.kind !== 'ClusterRole') return `unsupported role reference kind: "${role.kind}"`;
  return `${role.kind.toLowerCase()}.rbac.authorization.k8s.io "${role.name}" not found`;
}
