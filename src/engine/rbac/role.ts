import { getArray, stringifyJson } from '../../std/index.ts';
import { refOf, type KubernetesObject, type ObjectRef } from '../../model/index.ts';
import { listKeyed, PermissionSet } from './permission.ts';
import { readRule, type PolicyRule } from './rule.ts';

/** A rule with the object and field that it is written in: for aggregated roles, not the role that grants it. */
export interface SourcedRule {
  readonly rule: PolicyRule;
  readonly source: { readonly ref: ObjectRef; readonly path: string };
  /** Equal for rules that are deeply equal. */
  readonly key: string;
}

const RULES = new WeakMap<KubernetesObject, readonly SourcedRule[]>();

/** The rules that stand in a Role or ClusterRole; remembered, for objects never change. */
export function listRules(role: KubernetesObject): readonly SourcedRule[] {
  let rules = RULES.get(role);
  if (rules === undefined) RULES.set(role, (rules = decode(role)));
  return rules;
}

function decode(role: KubernetesObject): readonly SourcedRule[] {
  const ref = refOf(role);
  return getArray(role, 'rules').map((value, index) => {
    const rule = readRule(value);
    return { rule, source: { ref, path: `/rules/${index}` }, key: stringifyJson({ ...rule }) };
  });
}

const SETS = new WeakMap<readonly SourcedRule[], PermissionSet>();

/** What rules permit together; remembered, for rules never change. */
export function toPermissionSet(rules: readonly SourcedRule[]): PermissionSet {
  let set = SETS.get(rules);
  if (set === undefined) {
    set = new PermissionSet(rules.flatMap(({ rule }) => listKeyed(rule).map(({ permission }) => permission)));
    SETS.set(rules, set);
  }
  return set;
}
