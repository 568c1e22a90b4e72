import { isSelected, labelsOf, nameOf, readLabelSelector, type KubernetesObject, type Selector } from '../../model/index.ts';
import { compareBy, getArray } from '../../std/index.ts';
import { listRules, type SourcedRule } from './role.ts';

/** How often the roles are looked at, times their number, before they count as never resting. */
const ROUNDS = 3;

/** The effective rules of every ClusterRole by name, aggregated ones at their fixpoint. */
export type ClusterRoleRules = ReadonlyMap<string, readonly SourcedRule[]>;

/**
 * What the ClusterRole aggregation controller makes of these ClusterRoles (`pkg/controller/clusterroleaggregation`): a
 * role with an `aggregationRule` holds the rules of the roles that it selects, in place of its own. The roles are looked at
 * by name, again and again until none changes; without circles that is within as many rounds as there are aggregated roles. In a circle what
 * the controller arrives at depends on the order in which it happens to look, and it may never rest. It applies no empty list, so a
 * role whose selectors find no rule keeps its own.
 */
export function aggregate(clusterRoles: readonly KubernetesObject[]): ClusterRoleRules {
  const rules = new Map(clusterRoles.map((role) => [nameOf(role), listRules(role)]));
  const byName = clusterRoles.toSorted(compareBy(nameOf));
  const aggregated = byName.flatMap((role) => {
    const sources = listSources(role, byName);
    return sources === undefined ? [] : [{ name: nameOf(role), sources }];
  });
  for (let round = 0, changed = true; changed && round < ROUNDS * (aggregated.length + 1); round++) {
    changed = false;
    for (const { name, sources } of aggregated) {
      const next = collect(sources.flatMap((source) => rules.get(source) ?? []));
      if (next.length === 0 || isSame(next, rules.get(name) ?? [])) continue;
      rules.set(name, next);
      changed = true;
    }
  }
  return rules;
}

/** The names of the roles whose rules an aggregated role takes, in the order of the controller; undefined for other roles. */
export function listSources(role: KubernetesObject, candidates: readonly KubernetesObject[]): readonly string[] | undefined {
  const selectors: Selector[] = getArray(role, 'aggregationRule', 'clusterRoleSelectors').map((item) => readLabelSelector(item));
  if (selectors.length === 0) return undefined;
  const others = candidates
    .filter((candidate) => candidate !== role)
    .map((candidate) => ({ name: nameOf(candidate), labels: labelsOf(candidate) }));
  return selectors.flatMap((selector) => others.filter(({ labels }) => isSelected(selector, labels)).map(({ name }) => name));
}

function collect(rules: readonly SourcedRule[]): readonly SourcedRule[] {
  const seen = new Map<string, SourcedRule>();
  for (const rule of rules) if (!seen.has(rule.key)) seen.set(rule.key, rule);
  return [...seen.values()];
}

function isSame(a: readonly SourcedRule[], b: readonly SourcedRule[]): boolean {
  return a.length === b.length && a.every((rule, i) => rule.key === b[i]?.key);
}
