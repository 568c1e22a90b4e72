import type { Place } from '../native/place.ts';
import { judgeLabelValue } from '../object/names.ts';
import type { Warner } from './say.ts';

const DEPRECATED: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  ['failure-domain.beta.kubernetes.io/region', 'deprecated since v1.17; use "topology.kubernetes.io/region" instead'],
  ['failure-domain.beta.kubernetes.io/zone', 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
  ['beta.kubernetes.io/instance-type', 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  ['scheduler.alpha.kubernetes.io/preferAvoidPods', 'deprecated since v1.22; use Taints and Tolerations instead'],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
]);

/** What is said of a label of nodes that is to go away; undefined of any other. */
export function findDeprecation(label: string): string | undefined {
  return DEPRECATED.get(label);
}

/** A label of nodes as the key of something: `name: label is deprecated`. */
export function warnOfKey(key: Place, warner: Warner): void {
  const found = findDeprecation(key.text);
  if (found !== undefined) warner.say('deprecated', key, `${key.text} is ${found}`);
}

/** `GetWarningsForNodeSelectorTerm`; of preferences the values are not validated, and so said to be wrong here. */
export function warnOfTerm(term: Place, values: 'validated' | 'not validated', warner: Warner): void {
  for (const expression of term.at('matchExpressions').items()) {
    warnOfKey(expression.at('key'), warner);
    for (const value of values === 'validated' ? [] : expression.at('values').items()) {
      for (const reason of judgeLabelValue(value.text)) warner.say('doubtful', value, `${value.text} is invalid, ${reason}`);
    }
  }
}
