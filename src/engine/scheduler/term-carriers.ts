import { isTermMatchingPod, type AffinityTerm, type AffinityTerms } from './affinity-term.ts';
import type { ClusterState } from './cluster-state.ts';
import type { DomainSums } from './domain-sums.ts';
import type { Face, PodClass } from './pod-class.ts';
import { NodeCounts } from './pod-tally.ts';

/** The sums of counts over all nodes that have a label. */
export function sumsOverAll(counts: NodeCounts, topologyKey: string, cluster: ClusterState): DomainSums {
  const inclusion = { isIncluded: () => true, isPresent: (node: number) => cluster.isPresent(node) };
  return counts.sumsOf(topologyKey, cluster.topology(topologyKey), inclusion);
}

/** What a kind of affinity term is called. */
export type TermKind = keyof AffinityTerms;

/** A term of placed pods, with how many of the pods that carry it each node and each of its domains has. */
export interface TermCarrier {
  readonly term: AffinityTerm;
  readonly counts: NodeCounts;
  readonly sums: DomainSums;
}

const KINDS: readonly TermKind[] = ['preferredAffinity', 'preferredAntiAffinity', 'requiredAffinity', 'requiredAntiAffinity'];

/** The affinity terms that placed pods carry: what they demand of the pods that come after them. */
export class TermCarriers {
  readonly #cluster: ClusterState;
  readonly #byKey = new Map<string, TermCarrier>();
  readonly #byKind: Readonly<Record<TermKind, TermCarrier[]>>;
  readonly #about: Readonly<Record<TermKind, Map<Face, { seen: number; readonly found: TermCarrier[] }>>>;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
    this.#byKind = { preferredAffinity: [], preferredAntiAffinity: [], requiredAffinity: [], requiredAntiAffinity: [] };
    this.#about = {
      preferredAffinity: new Map(),
      preferredAntiAffinity: new Map(),
      requiredAffinity: new Map(),
      requiredAntiAffinity: new Map(),
    };
  }

  /** How many different terms were ever carried: what was said of none of them may change when it grows. */
  get size(): number {
    return this.#byKey.size;
  }

  all(): Iterable<TermCarrier> {
    return this.#byKey.values();
  }

  /** Whether any placed pod carries, or carried, a term of a kind. */
  hasAny(kind: TermKind): boolean {
    return this.#byKind[kind].length > 0;
  }

  /** The carried terms of a kind that speak of pods with this face. */
  about(kind: TermKind, face: Face): readonly TermCarrier[] {
    let known = this.#about[kind].get(face);
    if (known === undefined) this.#about[kind].set(face, (known = { seen: 0, found: [] }));
    const carriers = this.#byKind[kind];
    for (; known.seen < carriers.length; known.seen++) {
      const carrier = carriers[known.seen];
      if (carrier !== undefined && isTermMatchingPod(carrier.term, face, face.namespaceLabels)) known.found.push(carrier);
    }
    return known.found;
  }

  /** The terms that pods of a class carry. */
  listCarried({ affinity }: PodClass): readonly TermCarrier[] {
    return KINDS.flatMap((kind) => affinity[kind].map((term) => this.#carrierOf(kind, term)));
  }

  #carrierOf(kind: TermKind, term: AffinityTerm): TermCarrier {
    const key = `${kind} ${term.key}`;
    let carrier = this.#byKey.get(key);
    if (carrier === undefined) {
      const counts = new NodeCounts(this.#cluster.nodes.length);
      carrier = { term, counts, sums: sumsOverAll(counts, term.topologyKey, this.#cluster) };
      this.#byKey.set(key, carrier);
      this.#byKind[kind].push(carrier);
    }
    return carrier;
  }
}
