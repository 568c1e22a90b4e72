import { nameOf, namespaceOf, type KubernetesObject } from '../../../src/model/index.ts';
import { getArray, getAt, getString, getStringMap, type JsonValue } from '../../../src/std/index.ts';

type Direction = 'Ingress' | 'Egress';

/** NetworkPolicy by the book, for labels and numbered ports: both ends' policies, every rule, every peer. */
export function isReachableNaively(
  policies: readonly KubernetesObject[],
  namespaces: readonly KubernetesObject[],
  [from, to]: readonly [from: KubernetesObject, to: KubernetesObject],
  port: number,
): boolean {
  const isOpen = (direction: Direction, subject: KubernetesObject, peer: KubernetesObject): boolean => {
    const selecting = policies.filter(
      (policy) =>
        namespaceOf(policy) === namespaceOf(subject) &&
        getArray(policy, 'spec', 'policyTypes').includes(direction) &&
        isSelected(getAt(policy, 'spec', 'podSelector'), subject),
    );
    const side = direction === 'Ingress' ? 'from' : 'to';
    const isAllowing = (rule: JsonValue): boolean => {
      const [peers, ports] = [getArray(rule, side), getArray(rule, 'ports')];
      const isPort = ports.length === 0 || ports.some((item) => getAt(item, 'port') === port);
      return isPort && (peers.length === 0 || peers.some((item) => isPeer(item, peer)));
    };
    const isPeer = (item: JsonValue, pod: KubernetesObject): boolean => {
      const [ofNamespaces, ofPods] = [getAt(item, 'namespaceSelector'), getAt(item, 'podSelector')];
      const namespace = namespaces.find((object) => nameOf(object) === namespaceOf(pod));
      const isNear = ofNamespaces === undefined ? namespaceOf(pod) === namespaceOf(subject) : isSelected(ofNamespaces, namespace);
      return isNear && (ofPods === undefined || isSelected(ofPods, pod));
    };
    const rules = selecting.flatMap((policy) => getArray(policy, 'spec', direction.toLowerCase()));
    return selecting.length === 0 || rules.some(isAllowing);
  };
  return isOpen('Egress', from, to) && isOpen('Ingress', to, from);
}

function isSelected(selector: JsonValue | undefined, object: KubernetesObject | undefined): boolean {
  const wanted = getStringMap(selector, 'matchLabels');
  return [...wanted].every(([key, value]) => getString(object, 'metadata', 'labels', key) === value);
}
