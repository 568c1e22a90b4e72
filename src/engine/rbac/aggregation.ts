import { isSelected, labelsOf, nameOf, readLabelSelector, type KubernetesObject, type Selector } from '../../model/index.ts';
import { compareBy, getArray, getOrAdd } from '../../std/index.ts';
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
  const selection = new RoleSelection(clusterRoles);
  const aggregated = clusterRoles.toSorted(compareBy(nameOf)).flatMap((role) => {
    const sources = selection.sourcesOf(role);
    return sources === undefined ? [] : [{ name: nameOf(role), sources }];
  });
  const users = new Map<string, number[]>();
  for (const [index, { sources }] of aggregated.entries()) for (const source of sources) getOrAdd(users, source, () => []).push(index);
  // Whoever takes from none that changed is as it was.
  const isDue = new Uint8Array(aggregated.length).fill(1);
  for (let round = 0, changed = true; changed && round < ROUNDS * (aggregated.length + 1); round++) {
    changed = false;
    for (const [index, { name, sources }] of aggregated.entries()) {
      if (isDue[index] === 0) continue;
      isDue[index] = 0;
      const next = collect(sources.flatMap((source) => rules.get(source) ?? []));
      if (next.length === 0 || isSame(next, rules.get(name) ?? [])) continue;
      rules.set(name, next);
      for (const user of users.get(name) ?? []) isDue[user] = 1;
      changed = true;
    }
  }
  return rules;
}

interface Labelled {
  readonly role: KubernetesObject;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** Which ClusterRoles of some an aggregated one selects. */
export class RoleSelection {
  readonly #all: readonly Labelled[];
  readonly #byLabel = new Map<string, Labelled[]>();

  constructor(roles: readonly KubernetesObject[]) {
    this.#all = roles.toSorted(compareBy(nameOf)).map((role) => ({ role, name: nameOf(role), labels: labelsOf(role) }));
    for (const item of this.#all)
      for (const [key, value] of item.labels) getOrAdd(this.#byLabel, `${key}=${value}`, (): Labelled[] => []).push(item);
  }

  /** The names of the roles whose rules an aggregated role takes, in the order of the controller; undefined for other roles. */
  sourcesOf(role: KubernetesObject): readonly string[] | undefined {
    const selectors = getArray(role, 'aggregationRule', 'clusterRoleSelectors').map((item) => readLabelSelector(item));
    if (selectors.length === 0) return undefined;
    return selectors.flatMap((selector) =>
      this.#candidatesOf(selector).flatMap((item) => (item.role !== role && isSelected(selector, item.labels) ? [item.name] : [])),
    );
  }

  /** Those of a label that is asked for, where one is; else all. */
  #candidatesOf({ requirements }: Selector): readonly Labelled[] {
    const exact = requirements.find(({ operator, values }) => operator === 'In' && values.length === 1);
    return exact === undefined ? this.#all : (this.#byLabel.get(`${exact.key}=${exact.values[0] ?? ''}`) ?? []);
  }
}

function collect(rules: readonly SourcedRule[]): readonly SourcedRule[] {
  const seen = new Map<string, SourcedRule>();
  for (const rule of rules) if (!seen.has(rule.key)) seen.set(rule.key, rule);
  return [...seen.values()];
}

function isSame(a: readonly SourcedRule[], b: readonly SourcedRule[]): boolean {
  return a.length === b.length && a.every((rule, i) => rule.key === b[i]?.key);
}
