import { isSelected, readLabelSelector, type Selector } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, stringifyJson, type JsonObject, type JsonValue } from '../../std/index.ts';

/** One pod affinity or anti-affinity term, with the namespaces it speaks of. */
export interface AffinityTerm {
  /** Equal for terms that mean the same. */
  readonly key: string;
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly namespaces: ReadonlySet<string>;
  /** Namespaces by their labels; undefined where the term has no namespaceSelector. */
  readonly namespaceSelector: Selector | undefined;
  /** Of a preferred term; 0 for a required one. */
  readonly weight: number;
}

/** The terms of a pod, by what they do. */
export interface AffinityTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Reads the pod affinity terms of a pod; matchLabelKeys are merged into the selector as the API server does. */
export function readAffinityTerms(spec: JsonObject, namespace: string, labels: ReadonlyMap<string, string>): AffinityTerms {
  const read = (field: string, kind: string): AffinityTerm[] =>
    getArray(spec, 'affinity', field, kind).map((item) =>
      kind === REQUIRED
        ? readTerm(item, namespace, labels, 0)
        : readTerm(getObject(item, 'podAffinityTerm'), namespace, labels, getNumber(item, 'weight') ?? 0),
    );
  return {
    requiredAffinity: read('podAffinity', REQUIRED),
    requiredAntiAffinity: read('podAntiAffinity', REQUIRED),
    preferredAffinity: read('podAffinity', PREFERRED),
    preferredAntiAffinity: read('podAntiAffinity', PREFERRED),
  };
}

function readTerm(value: JsonValue | undefined, namespace: string, labels: ReadonlyMap<string, string>, weight: number): AffinityTerm {
  const listed = getArray(value, 'namespaces').flatMap((item) => (typeof item === 'string' ? [item] : []));
  const byLabels = getObject(value, 'namespaceSelector');
  const namespaces = listed.length === 0 && byLabels === undefined ? [namespace] : listed;
  const selector = withLabelKeys(readLabelSelector(getObject(value, 'labelSelector')), value, labels);
  const topologyKey = getString(value, 'topologyKey') ?? '';
  return {
    key: [topologyKey, namespaces.toSorted().join(','), stringifyJson(byLabels ?? null), toSelectorKey(selector), weight].join('\u0000'),
    topologyKey,
    selector,
    namespaces: new Set(namespaces),
    namespaceSelector: byLabels === undefined ? undefined : readLabelSelector(byLabels),
    weight,
  };
}

function withLabelKeys(selector: Selector, term: JsonValue | undefined, labels: ReadonlyMap<string, string>): Selector {
  const requirements = [...selector.requirements];
  for (const [field, operator] of [
    ['matchLabelKeys', 'In'],
    ['mismatchLabelKeys', 'NotIn'],
  ] as const) {
    for (const key of getArray(term, field)) {
      const value = typeof key === 'string' ? labels.get(key) : undefined;
      if (typeof key === 'string' && value !== undefined) requirements.push({ key, operator, values: [value] });
    }
  }
  return { ...selector, requirements };
}

/** A text that is equal for equal selectors. */
export function toSelectorKey(selector: Selector): string {
  if (selector.invalid === true) return '!';
  return selector.requirements
    .map(({ key, operator, values }) => [key, operator, ...values.toSorted()].join('\u0001'))
    .toSorted()
    .join('\u0002');
}

/** What affinity terms look at of a pod. */
export interface PodFace {
  readonly namespace: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** Whether a pod is one that a term speaks of. */
export function isTermMatchingPod(term: AffinityTerm, pod: PodFace, namespaceLabels: ReadonlyMap<string, string>): boolean {
  const isNamed = term.namespaces.has(pod.namespace);
  const isChosen = isNamed || (term.namespaceSelector !== undefined && isSelected(term.namespaceSelector, namespaceLabels));
  return isChosen && isSelected(term.selector, pod.labels);
}
