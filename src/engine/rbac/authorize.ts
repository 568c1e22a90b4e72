import { compareBy } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import { readAccessIndex } from './access-index.ts';
import { type Binding, toGroupKey, toUserKey } from './binding.ts';
import { decideForNode } from './node-authorizer.ts';
import { readPolicy, type Grant, type RbacPolicy } from './policy.ts';
import type { AccessRequest, UserInfo } from './request.ts';
import type { SourcedRule } from './role.ts';
import { isAllowedBy } from './rule.ts';

/** A rule that allows a request, and the binding through which it applies. */
export interface AllowingRule {
  readonly grant: Grant;
  readonly rule: SourcedRule;
}

/** The API server's answer. */
export interface Verdict {
  readonly allowed: boolean;
  /**
   * As the server words it. Empty where it gives none: a plain denial, and the group system:masters, which is
   * allowed everything before RBAC is asked. Of several bindings that allow, the first by namespace and name.
   */
  readonly reason: string;
}

/** The API server's answer, and why. */
export interface Decision extends Verdict {
  /** Every rule that allows it, by binding. */
  readonly rules: readonly AllowingRule[];
}

/**
 * Whether the API server would allow a request: the group system:masters, then the Node authorizer, then RBAC
 * (`plugin/pkg/auth/authorizer/rbac/rbac.go`, `pkg/registry/rbac/validation/rule.go`).
 */
export function decide(world: World, request: AccessRequest): Verdict {
  if (request.user.groups.includes('system:masters')) return { allowed: true, reason: '' };
  const node = decideForNode(world, request);
  if (node?.allowed === true) return { allowed: true, reason: '' };
  const verdict = decideByRoles(world, request);
  if (verdict.allowed || node === undefined) return verdict;
  return { allowed: false, reason: [node.reason, verdict.reason].filter((reason) => reason !== '').join('\n') };
}

function decideByRoles(world: World, request: AccessRequest): Verdict {
  const index = readAccessIndex(world);
  const grant = index.findGrant(request);
  if (grant !== undefined) return { allowed: true, reason: grant.reason };
  if (!index.hasUnresolved) return { allowed: false, reason: '' };
  const errors = describeErrors(listGrants(readPolicy(world), request.user, namespaceOf(request), ({ rules }) => rules === undefined));
  return { allowed: false, reason: errors === '' ? '' : `RBAC: ${errors}` };
}

/** What `decide` says, with every rule that allows it. */
export function authorize(world: World, request: AccessRequest): Decision {
  const verdict = decide(world, request);
  if (!verdict.allowed || request.user.groups.includes('system:masters')) return { ...verdict, rules: [] };
  const grants = listGrants(readPolicy(world), request.user, namespaceOf(request), readAccessIndex(world).toAllows(request));
  const rules = grants.flatMap((grant) =>
    (grant.rules ?? []).filter(({ rule }) => isAllowedBy(rule, request)).map((rule) => ({ grant, rule })),
  );
  return { ...verdict, rules };
}

function namespaceOf(request: AccessRequest): string {
  return request.kind === 'resource' ? request.namespace : '';
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

/** The roles that these grants name and that do not exist, as the server words them together; empty if all exist. */
export function describeErrors(grants: readonly Grant[], describe: (role: Binding['role']) => string = describeMissing): string {
  const errors = [...new Set(grants.filter(({ rules }) => rules === undefined).map(({ binding }) => describe(binding.role)))];
  return errors.length < 2 ? (errors[0] ?? '') : `[${errors.join(', ')}]`;
}

function describeMissing(role: { readonly kind: string; readonly name: string }): string {
  if (role.kind !== 'Role' && role.kind !== 'ClusterRole') return `unsupported role reference kind: "${role.kind}"`;
  return `${role.kind.toLowerCase()}.rbac.authorization.k8s.io "${role.name}" not found`;
}
