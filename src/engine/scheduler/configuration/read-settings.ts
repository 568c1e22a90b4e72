import { getArray, getBoolean, getNumber, getObject, getString, type JsonValue } from '../../../std/index.ts';
import { DEFAULT_SETTINGS, type FitStrategy, type PluginSettings, type WeighedResource } from './plugin-settings.ts';

/** What `pluginConfig` tells the plugins, by their names; what is not said is as by default. */
export function readSettings(args: ReadonlyMap<string, JsonValue>): PluginSettings {
  const fit = args.get('NodeResourcesFit');
  const affinity = args.get('InterPodAffinity');
  const balanced = readResources(getArray(args.get('NodeResourcesBalancedAllocation'), 'resources'));
  return {
    addedAffinity: getObject(args.get('NodeAffinity'), 'addedAffinity'),
    fitStrategy: readStrategy(getObject(fit, 'scoringStrategy')),
    ignoredResources: readNames(getArray(fit, 'ignoredResources')),
    ignoredResourceGroups: readNames(getArray(fit, 'ignoredResourceGroups')),
    balancedResources: balanced.length === 0 ? DEFAULT_SETTINGS.balancedResources : balanced.map(({ name }) => name),
    defaultConstraints: readConstraints(args.get('PodTopologySpread')),
    hardPodAffinityWeight: getNumber(affinity, 'hardPodAffinityWeight') ?? DEFAULT_SETTINGS.hardPodAffinityWeight,
    ignorePreferredTermsOfExistingPods: getBoolean(affinity, 'ignorePreferredTermsOfExistingPods') === true,
  };
}

function readNames(values: readonly JsonValue[]): ReadonlySet<string> {
  return new Set(values.flatMap((value) => (typeof value === 'string' ? [value] : [])));
}

function readResources(values: readonly JsonValue[]): readonly WeighedResource[] {
  return values.map((value) => ({ name: getString(value, 'name') ?? '', weight: getNumber(value, 'weight') || 1 }));
}

function readStrategy(strategy: JsonValue | undefined): FitStrategy {
  const standard = DEFAULT_SETTINGS.fitStrategy;
  if (strategy === undefined) return standard;
  const type = getString(strategy, 'type');
  const resources = readResources(getArray(strategy, 'resources'));
  const shape = getArray(strategy, 'requestedToCapacityRatio', 'shape').map((point) => ({
    utilization: getNumber(point, 'utilization') ?? 0,
    score: getNumber(point, 'score') ?? 0,
  }));
  return {
    type: type === 'MostAllocated' || type === 'RequestedToCapacityRatio' ? type : 'LeastAllocated',
    resources: resources.length === 0 ? standard.resources : resources,
    shape,
  };
}

function readConstraints(args: JsonValue | undefined): PluginSettings['defaultConstraints'] {
  return getString(args, 'defaultingType') === 'List' ? getArray(args, 'defaultConstraints') : undefined;
}
