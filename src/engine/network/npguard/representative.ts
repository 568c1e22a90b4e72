import { compareBy, getArray, getAt, getObject, getString, getStringMap, type JsonValue } from '../../../std/index.ts';
import { isSelected, readLabelSelector, type Selector } from '../../../model/index.ts';
import type { Direction, Policy } from '../policy.ts';

/** The pods that a peer of a rule would select, as the rule writes it. */
export interface PodPeer {
  readonly namespaces: Selector;
  readonly pods: Selector;
  /** `[all namespaces]/[pod with {role=monitoring}]`. */
  readonly title: string;
  /** Whether both selectors say something and with `matchLabels` alone: then a pod that is there stands for it. */
  readonly isPlain: boolean;
}

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** The pod peers that a rule of a policy writes; those of addresses and nodes are none. */
export function listPodPeers(policy: Policy, direction: Direction, index: number): readonly PodPeer[] {
  const rule = getArray(policy.object, 'spec', direction)[index] ?? null;
  return getArray(rule, direction === 'ingress' ? 'from' : 'to').flatMap((peer) => {
    if (policy.place.tier === 'namespace') return readPeer(policy, peer);
    const namespaces = getObject(peer, 'namespaces');
    if (namespaces !== undefined) return [toPeer(namespaces, {})];
    const pods = getObject(peer, 'pods');
    return pods === undefined ? [] : [toPeer(getAt(pods, 'namespaceSelector') ?? {}, getAt(pods, 'podSelector') ?? {})];
  });
}

function readPeer(policy: Policy, peer: JsonValue): readonly PodPeer[] {
  if (getObject(peer, 'ipBlock') !== undefined) return [];
  const own = { matchLabels: { [NAME_LABEL]: policy.namespace } };
  return [toPeer(getObject(peer, 'namespaceSelector') ?? own, getObject(peer, 'podSelector') ?? {})];
}

function toPeer(namespaces: JsonValue, pods: JsonValue): PodPeer {
  const isPlain = [namespaces, pods].every(
    (selector) => getArray(selector, 'matchExpressions').length === 0 && getStringMap(selector, 'matchLabels').size > 0,
  );
  return {
    namespaces: readLabelSelector(namespaces),
    pods: readLabelSelector(pods),
    title: `${titleOfNamespaces(namespaces)}/${titleOf('pod', pods) ?? '[all pods]'}`,
    isPlain,
  };
}

function titleOfNamespaces(selector: JsonValue): string {
  const labels = getStringMap(selector, 'matchLabels');
  const name = labels.get(NAME_LABEL);
  if (name !== undefined && labels.size === 1 && getArray(selector, 'matchExpressions').length === 0) return name;
  return titleOf('namespace', selector) ?? '[all namespaces]';
}

function titleOf(what: string, selector: JsonValue): string | undefined {
  const labels = [...getStringMap(selector, 'matchLabels')].map(([key, value]) => `${key}=${value}`).toSorted();
  const expressions = getArray(selector, 'matchExpressions')
    .toSorted(compareBy((expression) => getString(expression, 'key') ?? ''))
    .map((expression) => {
      const values = getArray(expression, 'values').map(String).join(' ');
      return `{Key:${getString(expression, 'key') ?? ''},Operator:${getString(expression, 'operator') ?? ''},Values:[${values}],}`;
    });
  const all = [...labels, ...expressions];
  return all.length === 0 ? undefined : `[${what} with {${all.join()}}]`;
}

/** Whether a peer means every pod of the cluster. */
export function isEntireCluster({ namespaces, pods }: PodPeer): boolean {
  return namespaces.requirements.length === 0 && namespaces.invalid !== true && pods.requirements.length === 0 && pods.invalid !== true;
}

/** Whether a rule's selector selects who is known by a selector alone: it is empty, or says the same. */
export function isSameSelector(rule: Selector, known: Selector): boolean {
  return rule.invalid !== true && (rule.requirements.length === 0 || keyOf(rule) === keyOf(known));
}

/** The same text for selectors that say the same. */
export function keyOf(selector: Selector): string {
  return selector.requirements
    .map(({ key, operator, values }) => `${key} ${operator} ${values.toSorted().join()}`)
    .toSorted()
    .join(';');
}

/** Whether a peer selects a pod that is there. */
export function selectsPod(
  { namespaces, pods }: PodPeer,
  namespaceLabels: ReadonlyMap<string, string>,
  labels: ReadonlyMap<string, string>,
): boolean {
  return isSelected(namespaces, namespaceLabels) && isSelected(pods, labels);
}
