import { getArray, stringifyJson } from '../../std/index.ts';
import { refOf, type KubernetesObject, type ObjectRef } from '../../model/index.ts';
import { readRule, type PolicyRule } from './rule.ts';

/** A rule with the object and field that it is written in: for aggregated roles, not the role that grants it. */
export interface SourcedRule {
  readonly rule: PolicyRule;
  readonly source: { readonly ref: ObjectRef; readonly path: string };
  /** Equal for rules that are deeply equal. */
  readonly key: string;
}

/** The rules that stand in a Role or ClusterRole. */
export function listRules(role: KubernetesObject): readonly SourcedRule[] {
  const ref = refOf(role);
  return getArray(role, 'rules').map((value, index) => {
    const rule = readRule(value);
    return { rule, source: { ref, path: `/rules/${index}` }, key: stringifyJson({ ...rule }) };
  });
}
