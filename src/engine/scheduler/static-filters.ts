import { stringifyJson } from '../../std/index.ts';
import type { ClusterState } from './cluster-state.ts';
import { SKIP, type NodeFilter, type Plugin, type PreparedFilter } from './plugin.ts';
import type { PodInfo } from './pod-class.ts';
import { SUCCESS, type Verdict } from './verdict.ts';

/** What a plugin that looks at nodes alone says of each of them. */
interface KnownVerdicts {
  readonly prepared: PreparedFilter;
  readonly verdicts: Verdict[];
  refusals: number;
}

/**
 * The answers of plugins that look at nodes alone, asked once for all pods that are equal in what the plugin reads
 * (`Plugin.reads`). A node that changes is asked about again.
 */
export class StaticFilters {
  readonly #cluster: ClusterState;
  readonly #known = new Map<Plugin, Map<string, KnownVerdicts>>();
  #version = 0;

  constructor(cluster: ClusterState) {
    this.#cluster = cluster;
  }

  /** Grows as nodes change: what was prepared before may leave out what matters now. */
  get version(): number {
    return this.#version;
  }

  /** The plugin's answer for a pod. Where the pod names its nodes nothing is kept: of each such pod there is hardly more than one. */
  prepare(plugin: Plugin, pod: PodInfo): PreparedFilter {
    const key = this.#keyOf(plugin, pod);
    const known = this.#known.get(plugin)?.get(key);
    if (known !== undefined) return toFilter(known);
    const prepared = plugin.filter?.(pod, this.#cluster) ?? SKIP;
    if (prepared.kind === 'filter' && prepared.candidates !== undefined) return prepared;
    const made = this.#ask(prepared);
    let byKey = this.#known.get(plugin);
    if (byKey === undefined) this.#known.set(plugin, (byKey = new Map()));
    byKey.set(key, made);
    return toFilter(made);
  }

  /** Asks again about a node that changed. */
  reconsider(node: number): void {
    this.#version++;
    for (const byKey of this.#known.values()) {
      for (const known of byKey.values()) {
        if (known.prepared.kind !== 'filter') continue;
        const verdict = known.prepared.filter(node);
        known.refusals += (verdict === SUCCESS ? 0 : 1) - (known.verdicts[node] === SUCCESS ? 0 : 1);
        known.verdicts[node] = verdict;
      }
    }
  }

  #keyOf({ reads = [] }: Plugin, pod: PodInfo): string {
    return stringifyJson(reads.map((field) => pod.class.spec[field] ?? null));
  }

  #ask(prepared: PreparedFilter): KnownVerdicts {
    if (prepared.kind !== 'filter') return { prepared, verdicts: [], refusals: 0 };
    const verdicts = this.#cluster.nodes.map(({ index }) => prepared.filter(index));
    return { prepared, verdicts, refusals: verdicts.filter((verdict) => verdict !== SUCCESS).length };
  }
}

function toFilter({ prepared, verdicts, refusals }: KnownVerdicts): PreparedFilter {
  if (prepared.kind !== 'filter') return prepared;
  if (refusals === 0) return SKIP;
  const filter: NodeFilter = (node) => verdicts[node] ?? SUCCESS;
  return { kind: 'filter', filter };
}
