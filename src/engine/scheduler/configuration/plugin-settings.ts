import type { JsonObject, JsonValue } from '../../../std/index.ts';

/** How NodeResourcesFit scores. */
export interface FitStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly WeighedResource[];
  /** Scores, 0 to 10, by utilization; for `RequestedToCapacityRatio`. */
  readonly shape: readonly { readonly utilization: number; readonly score: number }[];
}

/** A resource with how much it counts. */
export interface WeighedResource {
  readonly name: string;
  readonly weight: number;
}

/** What the plugins of a profile are told beside the pod and the cluster (`pluginConfig`). */
export interface PluginSettings {
  /** A node affinity that all pods of the profile have beside their own. */
  readonly addedAffinity: JsonObject | undefined;
  readonly fitStrategy: FitStrategy;
  readonly ignoredResources: ReadonlySet<string>;
  readonly ignoredResourceGroups: ReadonlySet<string>;
  readonly balancedResources: readonly string[];
  /** Spread constraints of pods without their own; undefined for those of the system. */
  readonly defaultConstraints: readonly JsonValue[] | undefined;
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
}

const CPU_AND_MEMORY: readonly WeighedResource[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

/** What plugins are told where nobody says anything (`apis/config/v1/defaults.go`). */
export const DEFAULT_SETTINGS: PluginSettings = {
  addedAffinity: undefined,
  fitStrategy: { type: 'LeastAllocated', resources: CPU_AND_MEMORY, shape: [] },
  ignoredResources: new Set(),
  ignoredResourceGroups: new Set(),
  balancedResources: CPU_AND_MEMORY.map(({ name }) => name),
  defaultConstraints: undefined,
  hardPodAffinityWeight: 1,
  ignorePreferredTermsOfExistingPods: false,
};
