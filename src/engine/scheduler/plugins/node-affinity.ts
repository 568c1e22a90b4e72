import { isTermMatched, readNodeSelectorTerm, toRequiredNodeMatcher } from '../../../model/index.ts';
import { getArray, getNumber, getObject, getString, getStringMap, type JsonObject, type JsonValue } from '../../../std/index.ts';
import type { Aspect } from '../aspect.ts';
import type { ClusterState } from '../cluster-state.ts';
import { normalize, SKIP, type Plugin, type PreparedFilter } from '../plugin.ts';
import type { PodInfo } from '../pod-class.ts';
import { SUCCESS, unresolvable } from '../verdict.ts';

const MISMATCH = unresolvable("node(s) didn't match Pod's node affinity/selector");
const CONFLICT = unresolvable('pod affinity terms conflict');
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Holds pods to the nodes that their nodeSelector and required node affinity name, and prefers the preferred ones. */
export const NODE_AFFINITY: Plugin = {
  name: 'NodeAffinity',
  isStatic: true,
  reads: ['affinity', 'nodeSelector'],
  weight: 2,
  filter: (pod, cluster) => {
    const required = getObject(pod.class.spec, 'affinity', 'nodeAffinity', REQUIRED);
    if (required === undefined && getStringMap(pod.class.spec, 'nodeSelector').size === 0) return SKIP;
    return prepare(pod.class.spec, required, cluster);
  },
  looksAt: { score: 'aspects' },
  aspects: (pod, cluster) => cluster.ofClass(pod, listPreferenceAspects),
  score: (pod, cluster, feasible) => {
    const [preference] = cluster.ofClass(pod, listPreferenceAspects);
    if (preference === undefined) return undefined;
    return normalize(Float64Array.from(feasible, preference.of), { reverse: false });
  },
};

/** How much each node is preferred; nothing for pods without preferences. */
function listPreferenceAspects(pod: PodInfo, cluster: ClusterState): readonly Aspect[] {
  const terms = getArray(pod.class.spec, 'affinity', 'nodeAffinity', PREFERRED).flatMap(readPreference);
  if (terms.length === 0) return [];
  const values = Float64Array.from(cluster.nodes, (node) =>
    terms.reduce((sum, { weight, term }) => sum + (isTermMatched(term, node) ? weight : 0), 0),
  );
  return [{ isFixed: true, of: (node) => values[node] ?? 0 }];
}

function prepare(spec: JsonObject, required: JsonObject | undefined, cluster: ClusterState): PreparedFilter {
  const names = required === undefined ? undefined : toNamedNodes(required);
  if (names?.size === 0) return { kind: 'reject', verdict: CONFLICT };
  const matches = toRequiredNodeMatcher(spec);
  return {
    kind: 'filter',
    filter: (index) => {
      const node = cluster.nodes[index];
      return node !== undefined && matches(node) ? SUCCESS : MISMATCH;
    },
    ...(names === undefined ? {} : { candidates: names }),
  };
}

/** The nodes that the terms name, where every term names some; undefined where one does not. */
function toNamedNodes(required: JsonObject): Set<string> | undefined {
  const all = new Set<string>();
  for (const term of getArray(required, 'nodeSelectorTerms')) {
    const names = toNamesOfTerm(term);
    if (names === undefined) return undefined;
    for (const name of names) all.add(name);
  }
  return all;
}

function toNamesOfTerm(term: JsonValue): readonly string[] | undefined {
  let names: readonly string[] | undefined;
  for (const field of getArray(term, 'matchFields')) {
    if (getString(field, 'key') !== 'metadata.name' || getString(field, 'operator') !== 'In') continue;
    const values = getArray(field, 'values').flatMap((value) => (typeof value === 'string' ? [value] : []));
    names = names === undefined ? values : names.filter((name) => values.includes(name));
  }
  return names;
}

function readPreference(item: JsonValue): { weight: number; term: NonNullable<ReturnType<typeof readNodeSelectorTerm>> }[] {
  const weight = getNumber(item, 'weight') ?? 0;
  const term = readNodeSelectorTerm(getObject(item, 'preference'));
  return term === undefined || weight === 0 ? [] : [{ weight, term }];
}
