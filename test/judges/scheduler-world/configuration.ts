import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import { fields } from './fields.ts';

const SCORING = [
  'ImageLocality',
  'InterPodAffinity',
  'NodeAffinity',
  'NodeResourcesBalancedAllocation',
  'NodeResourcesFit',
  'PodTopologySpread',
  'TaintToleration',
];
const FILTERING = [
  'InterPodAffinity',
  'NodeAffinity',
  'NodePorts',
  'NodeResourcesFit',
  'NodeUnschedulable',
  'PodTopologySpread',
  'TaintToleration',
];

/** The `schedulerName` of a second profile. */
export const SECOND_SCHEDULER = 'second';

/** What is weighed besides what every node has. */
const SCORED = ['cpu', 'memory', 'ephemeral-storage', 'example.com/gpu', 'hugepages-2Mi'];

/**
 * A configuration with which kube-scheduler starts. Where devices stand for an extended resource, that is not weighed: kube-scheduler
 * 1.36 ends with a nil pointer in `NodeResourcesBalancedAllocation` then, which has no cache of expressions, and kplan does not count devices.
 */
export function makeConfiguration(random: Random, { hasDevices, hasVolumes }: ConfigurationTheme): JsonValue {
  const scored = hasDevices ? SCORED.filter((name) => name !== 'example.com/gpu') : SCORED;
  const profile = (schedulerName: string): JsonObject => ({
    schedulerName,
    ...fields(random, {
      plugins: [hasVolumes ? 1 : 2, () => (hasVolumes && !random.once(3) ? withoutFirst(random) : makePlugins(random))],
      pluginConfig: [2, () => makePluginConfig(random, scored)],
    }),
  });
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles: [profile('default-scheduler'), profile(SECOND_SCHEDULER)],
  };
}

/** What the pods of a configuration are about. */
interface ConfigurationTheme {
  readonly hasDevices: boolean;
  readonly hasVolumes: boolean;
}

/** The plugins that look at volumes, in their order: the later have something to say where the first are off. */
const OF_VOLUMES = ['VolumeRestrictions', 'NodeVolumeLimits', 'VolumeBinding'];

function withoutFirst(random: Random): JsonObject {
  return { multiPoint: { disabled: OF_VOLUMES.slice(0, random.pick([1, 1, 2, 3, 3])).map((name) => ({ name })) } };
}

function makePlugins(random: Random): JsonObject {
  const named = (name: string): JsonObject => ({ name });
  const off = (names: readonly string[]): JsonObject => ({ disabled: names.map(named) });
  const filters = random.some(FILTERING).slice(0, 2);
  return random.pick<() => JsonObject>([
    () => ({ score: { ...off([random.pick(SCORING)]) } }),
    () => ({ score: { ...off(['*']), enabled: [{ name: random.pick(SCORING), weight: 1 + random.below(9) }] } }),
    () => ({ score: { enabled: [{ name: random.pick(SCORING), weight: 1 + random.below(9) }] } }),
    () => ({ filter: off(filters), preFilter: off(filters) }),
    () => ({ multiPoint: off([random.pick([...SCORING, 'DefaultPreemption', 'DynamicResources', 'VolumeBinding'])]) }),
    () => ({ multiPoint: { enabled: [{ name: random.pick(SCORING), weight: 1 + random.below(9) }] } }),
    () => ({ filter: { enabled: [named(random.pick(FILTERING))] } }),
    () => ({ preFilter: { enabled: [named(random.pick(['InterPodAffinity', 'VolumeBinding', 'VolumeZone', 'DynamicResources']))] } }),
    () => ({ postFilter: random.pick([off(['DynamicResources']), off(['*'])]) }),
    () => ({
      multiPoint: {
        ...off(['*']),
        enabled: ['PrioritySort', 'DefaultBinder', 'DefaultPreemption', 'DynamicResources', ...new Set(random.some(SCORING))].map(named),
      },
    }),
  ])();
}

function makePluginConfig(random: Random, scored: readonly string[]): readonly JsonValue[] {
  const weight = (): JsonObject => fields(random, { weight: [2, () => 1 + random.below(9)] });
  const resources = (names: readonly string[]): JsonValue => names.map((name) => ({ name, ...weight() }));
  const listed = random.some(scored);
  const type = random.pick(['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']);
  const scoringStrategy = {
    type,
    ...(listed.length === 0 ? {} : { resources: resources(listed) }),
    ...(type === 'RequestedToCapacityRatio' ? { requestedToCapacityRatio: { shape: makeShape(random) } } : {}),
  };
  const term = { matchExpressions: [{ key: 'disk', operator: 'In', values: [random.pick(['ssd', 'hdd'])] }] };
  const all: Readonly<Record<string, () => JsonObject>> = {
    InterPodAffinity: () =>
      fields(random, { hardPodAffinityWeight: [2, () => random.below(101)], ignorePreferredTermsOfExistingPods: [2, () => true] }),
    NodeAffinity: () => ({
      addedAffinity: fields(random, {
        requiredDuringSchedulingIgnoredDuringExecution: [2, () => ({ nodeSelectorTerms: [term] })],
        preferredDuringSchedulingIgnoredDuringExecution: [2, () => [{ weight: 1 + random.below(100), preference: term }]],
      }),
    }),
    NodeResourcesBalancedAllocation: () => ({ resources: listed.map((name) => ({ name, weight: 1 })) }),
    NodeResourcesFit: () =>
      fields(random, {
        scoringStrategy: [1, () => scoringStrategy],
        ignoredResources: [4, () => ['example.com/gpu']],
        ignoredResourceGroups: [4, () => ['example.com']],
      }),
    PodTopologySpread: () => ({ defaultingType: 'List', defaultConstraints: makeConstraints(random) }),
  };
  return random.some(Object.keys(all)).map((name) => ({ name, args: all[name]?.() ?? {} }));
}

function makeShape(random: Random): JsonValue {
  const points = [0, 30, 60, 100].filter(() => !random.once(3));
  return (points.length === 0 ? [50] : points).map((utilization) => ({ utilization, score: random.below(11) }));
}

function makeConstraints(random: Random): JsonValue {
  const keys = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].filter(() => random.once(2));
  return keys.map((topologyKey) => ({
    maxSkew: 1 + random.below(3),
    topologyKey,
    whenUnsatisfiable: random.pick(['DoNotSchedule', 'ScheduleAnyway']),
  }));
}
