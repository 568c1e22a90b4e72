import { isStarMatch } from '../../std/index.ts';
import { World } from '../../model/index.ts';
import { listPrincipals } from './accounts.ts';
import { compact, listHoldings, toCoverage, type Holding } from './holding.ts';
import type { Permission } from './permission.ts';
import { readPolicy } from './policy.ts';
import { toPrincipal, type Principal } from './principal.ts';
import { isUrlMatch } from './rule.ts';
import { isEffective } from './scope.ts';

/** A policy of `kplan.yaml`: who must never be able to do what. Empty `names` and `namespaces` are all. */
export interface DenyRule {
  /** `ServiceAccount shop/*`, `User jane`, `*`. */
  readonly subjects: readonly string[];
  readonly except: readonly string[];
  readonly verbs: readonly string[];
  /** `secrets` (of any group), `deployments.apps`, `pods/exec`. */
  readonly resources: readonly string[];
  readonly names: readonly string[];
  readonly paths: readonly string[];
  readonly namespaces: readonly string[];
  readonly reason?: string;
  /** As it is named in messages: `deny[0] of kplan.yaml`. */
  readonly label: string;
}

/** What somebody may do although a policy denies it: the part of its rights that is denied. */
export interface Violation {
  readonly rule: DenyRule;
  readonly principal: Principal;
  readonly holdings: readonly Holding[];
}

/** Whether a policy speaks of somebody. */
export function isMeant({ subjects, except }: Pick<DenyRule, 'except' | 'subjects'>, { text }: Pick<Principal, 'text'>): boolean {
  return subjects.some((pattern) => isStarMatch(pattern, text)) && !except.some((pattern) => isStarMatch(pattern, text));
}

/**
 * Who may do what a policy denies, by any binding, also one of a group that it is surely in; what a policy denies to the
 * group itself is told of the group alone. What every cluster grants from the start does not count, nor does the group
 * system:masters, from which nothing can be taken.
 */
export function listViolations(world: World, rules: readonly DenyRule[]): readonly Violation[] {
  const [policy, fresh] = [readPolicy(world), readPolicy(World.EMPTY)];
  return rules.flatMap((rule) =>
    listPrincipals(world).flatMap((principal) => {
      if (principal.key === 'group system:masters' || !isMeant(rule, principal)) return [];
      const own = principal.groups.filter((key) => !isMeant(rule, toPrincipal(key)));
      const isFromTheStart = toCoverage(fresh, [principal.key, ...principal.groups]);
      const denied = [principal.key, ...own].flatMap((key) => listHoldings(policy, key).flatMap((holding) => narrow(holding, rule)));
      const holdings = compact(denied.filter(({ permission, namespace }) => !isFromTheStart(permission, namespace)));
      return holdings.length === 0 ? [] : [{ rule, principal, holdings }];
    }),
  );
}

/** The part of a holding that a policy denies. */
export function narrow(holding: Holding, rule: DenyRule): readonly Holding[] {
  const { permission, namespace } = holding;
  const { namespaces } = rule;
  if (namespace !== '' && namespaces.length > 0 && !namespaces.some((pattern) => isStarMatch(pattern, namespace))) return [];
  return intersect(permission, rule)
    .filter((part) => isEffective(part, namespace))
    .map((part) => ({ ...holding, permission: part }));
}

/** What a permission and a policy have in common. */
export function intersect(permission: Permission, rule: Pick<DenyRule, 'names' | 'paths' | 'resources' | 'verbs'>): readonly Permission[] {
  const verbs = rule.verbs.flatMap((verb) => meet(permission.verb, verb) ?? []);
  if (permission.kind === 'path') {
    const paths = rule.paths.flatMap((path) => meetPaths(permission.path, path) ?? []);
    return verbs.flatMap((verb) => paths.map((path): Permission => ({ kind: 'path', verb, path })));
  }
  const names = meetNames(permission.name, rule.names);
  const resources = rule.resources.flatMap((text) => meetResources(permission, parseResource(text)) ?? []);
  return verbs.flatMap((verb) =>
    resources.flatMap((resource) =>
      names.map((name): Permission => ({ kind: 'resource', verb, ...resource, ...(name === undefined ? {} : { name }) })),
    ),
  );
}

interface Resource {
  readonly group: string;
  readonly resource: string;
}

/** `deployments.apps/scale`; without a group, any. */
function parseResource(text: string): Resource {
  const [, name = '', group, sub = ''] = /^([^./]*)(?:\.([^/]*))?(\/.*)?$/.exec(text) ?? [];
  return { group: group ?? '*', resource: name + sub };
}

function meetResources(held: Resource, denied: Resource): Resource | undefined {
  const group = meet(held.group, denied.group);
  if (group === undefined) return undefined;
  const [own, other] = [held.resource, denied.resource];
  const isSubresource = (any: string, one: string): boolean => any.startsWith('*/') && one.endsWith(any.slice(1));
  if (own === other || other === '*' || isSubresource(other, own)) return { group, resource: own };
  return own === '*' || isSubresource(own, other) ? { group, resource: other } : undefined;
}

function meet(a: string, b: string): string | undefined {
  if (a === '*') return b;
  return b === '*' || a === b ? a : undefined;
}

function meetNames(held: string | undefined, denied: readonly string[]): readonly (string | undefined)[] {
  if (denied.length === 0) return [held];
  return held === undefined ? denied : denied.filter((name) => name === held);
}

function meetPaths(held: string, denied: string): string | undefined {
  if (isUrlMatch(held, denied)) return denied;
  return isUrlMatch(denied, held) ? held : undefined;
}
