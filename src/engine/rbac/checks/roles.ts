import { sha256, sortedUnique } from '../../../std/index.ts';
import { formatRef, refOf, type Fact, type KubernetesObject, type World } from '../../../model/index.ts';
import { isTooLarge, listKeyed, PermissionSet } from '../permission.ts';
import { RBAC_GROUP, readPolicy } from '../policy.ts';
import { listRules, type SourcedRule } from '../role.ts';
import { describeRule } from '../wording.ts';
import { isOfKubernetes, toCheck, type CheckScope } from './check.ts';

/** Rules that grant more than they say, less than they say, or what another rule of the role grants as well; aggregated roles are always looked at. */
export function checkRoles(world: World, isAsked: CheckScope['isAskedRole']): readonly Fact[] {
  const roles = [...world.byKind(RBAC_GROUP, 'ClusterRole'), ...world.byKind(RBAC_GROUP, 'Role')];
  return roles
    .filter((role) => !isOfKubernetes(role))
    .flatMap((role) => (isAggregated(role) ? checkReplaced(role, world) : isAsked(role) ? checkRules(role) : []));
}

function isAggregated(role: KubernetesObject): boolean {
  return role['aggregationRule'] !== undefined;
}

function checkRules(role: KubernetesObject): readonly Fact[] {
  const rules = listRules(role);
  return [
    ...rules.flatMap((rule) => [
      ...checkSize(role, rule),
      ...checkWildcards(role, rule),
      ...checkStars(role, rule),
      ...checkNames(role, rule),
    ]),
    ...checkRedundant(role, rules),
  ];
}

/** What is not broken down is in no difference: it must be said. */
function checkSize(role: KubernetesObject, { rule, source, key }: SourcedRule): readonly Fact[] {
  return isTooLarge(rule) ? [toCheck('KA0614', { ...source, data: { role: formatRef(refOf(role)) }, detail: sha256(key) })] : [];
}

/** `*` takes in what does not exist yet; on all resources of the core group, or of every group, Secrets too. */
function checkWildcards(role: KubernetesObject, { rule, source, key }: SourcedRule): readonly Fact[] {
  const { verbs, apiGroups, resources } = rule;
  const isAnyResource = resources.includes('*');
  if (!isAnyResource && !verbs.includes('*') && !apiGroups.includes('*')) return [];
  const isWide = isAnyResource && (apiGroups.includes('*') || apiGroups.includes(''));
  const data = { role: formatRef(refOf(role)), rule: describeRule(rule) };
  return [toCheck('KA0601', { ...source, data, detail: key, severity: isWide ? 'warning' : 'info' })];
}

/** `pods/*` looks like all subresources of pods, and is compared letter by letter. */
function checkStars(role: KubernetesObject, { rule, source, key }: SourcedRule): readonly Fact[] {
  const stars = sortedUnique(rule.resources.filter((resource) => resource.endsWith('/*')));
  if (stars.length === 0) return [];
  return [toCheck('KA0603', { ...source, data: { role: formatRef(refOf(role)), resources: stars }, detail: key })];
}

/** The name of what is asked for is known only where it stands in the URL. */
function checkNames(role: KubernetesObject, { rule, source, key }: SourcedRule): readonly Fact[] {
  if (rule.resourceNames.length === 0) return [];
  const own = rule.resources.filter((resource) => !resource.includes('/'));
  if (own.length === 0) return [];
  const told = (
    verbs: readonly string[],
  ): { readonly role: string; readonly verbs: readonly string[]; readonly resources: readonly string[] } => ({
    role: formatRef(refOf(role)),
    verbs: rule.verbs.filter((verb) => verbs.includes(verb)),
    resources: own,
  });
  const [never, rarely] = [told(['create', 'deletecollection']), told(['list', 'watch'])];
  return [
    ...(never.verbs.length === 0 ? [] : [toCheck('KA0604', { ...source, data: never, detail: key })]),
    ...(rarely.verbs.length === 0 ? [] : [toCheck('KA0605', { ...source, data: rarely, detail: key })]),
  ];
}

/** Rules that the others of the role cover: of equal ones the last. */
function checkRedundant(role: KubernetesObject, rules: readonly SourcedRule[]): readonly Fact[] {
  const all = new PermissionSet();
  const counts = new Map<string, number>();
  const keys = rules.map(({ rule }) => new Map(isTooLarge(rule) ? [] : listKeyed(rule).map(({ key, permission }) => [key, permission])));
  for (const own of keys)
    for (const [key, permission] of own) {
      if (!counts.has(key)) all.add(permission);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  const facts: Fact[] = [];
  for (const [index, own] of [...keys.entries()].toReversed()) {
    const rule = rules[index];
    if (rule === undefined || own.size === 0) continue;
    if (![...own].every(([key, permission]) => (counts.get(key) ?? 0) > 1 || all.coversStrictly(permission))) continue;
    for (const key of own.keys()) counts.set(key, (counts.get(key) ?? 0) - 1);
    const data = { role: formatRef(refOf(role)), rule: describeRule(rule.rule) };
    facts.push(toCheck('KA0607', { ...rule.source, data, detail: `${rule.key} ${index}` }));
  }
  return facts.toReversed();
}

/** The controller puts what it selects in place of the rules that are written. */
function checkReplaced(role: KubernetesObject, world: World): readonly Fact[] {
  const ref = refOf(role);
  const effective = new Set(
    readPolicy(world)
      .clusterRoles.get(ref.name)
      ?.map(({ key }) => key),
  );
  const lost = listRules(role).filter(({ key }) => !effective.has(key));
  if (lost.length === 0) return [];
  return [toCheck('KA0613', { ref, path: '/rules', data: { role: formatRef(ref), rules: lost.map(({ rule }) => describeRule(rule)) } })];
}
