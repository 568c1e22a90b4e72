import { getArray, getNumber, getString, type JsonValue } from '../../../std/index.ts';

/** The points at which plugins are asked that this simulation knows. */
export type ExtensionPoint = 'queueSort' | 'preFilter' | 'filter' | 'postFilter' | 'preScore' | 'score' | 'reserve' | 'bind';

/** A plugin's name with its weight, 0 where none is given. */
export interface EnabledPlugin {
  readonly name: string;
  readonly weight: number;
}

/** The plugins in the default order, each with the points that it implements (`default_plugins.go`). */
const DEFAULTS: readonly (EnabledPlugin & { readonly points: readonly ExtensionPoint[] })[] = [
  { name: 'PrioritySort', weight: 0, points: ['queueSort'] },
  { name: 'NodeUnschedulable', weight: 0, points: ['filter'] },
  { name: 'NodeName', weight: 0, points: ['filter'] },
  { name: 'TaintToleration', weight: 3, points: ['filter', 'preScore', 'score'] },
  { name: 'NodeAffinity', weight: 2, points: ['preFilter', 'filter', 'preScore', 'score'] },
  { name: 'NodePorts', weight: 0, points: ['preFilter', 'filter'] },
  { name: 'NodeResourcesFit', weight: 1, points: ['preFilter', 'filter', 'preScore', 'score'] },
  { name: 'VolumeRestrictions', weight: 0, points: ['preFilter', 'filter'] },
  { name: 'NodeVolumeLimits', weight: 0, points: ['preFilter', 'filter'] },
  { name: 'VolumeBinding', weight: 0, points: ['preFilter', 'filter', 'reserve', 'preScore', 'score'] },
  { name: 'VolumeZone', weight: 0, points: ['preFilter', 'filter'] },
  { name: 'PodTopologySpread', weight: 2, points: ['preFilter', 'filter', 'preScore', 'score'] },
  { name: 'InterPodAffinity', weight: 2, points: ['preFilter', 'filter', 'preScore', 'score'] },
  { name: 'DynamicResources', weight: 2, points: ['preFilter', 'filter', 'postFilter', 'score', 'reserve'] },
  { name: 'DefaultPreemption', weight: 0, points: ['postFilter'] },
  { name: 'NodeResourcesBalancedAllocation', weight: 1, points: ['preScore', 'score'] },
  { name: 'ImageLocality', weight: 1, points: ['score'] },
  { name: 'DefaultBinder', weight: 0, points: ['bind'] },
  { name: 'NodeDeclaredFeatures', weight: 0, points: ['preFilter', 'filter'] },
];

/** Plugins of the real scheduler that say nothing of nodes, or only in clusters with features that are off. */
const SILENT: ReadonlySet<string> = new Set(['GangScheduling', 'SchedulingGates']);

/** Whether a name is that of a plugin which is linked into kube-scheduler. */
export function isKnownPlugin(name: string): boolean {
  return SILENT.has(name) || DEFAULTS.some((plugin) => plugin.name === name);
}

/** The plugins of a minor version's default profile. */
function listDefaults(minor: number): readonly EnabledPlugin[] {
  return DEFAULTS.filter(({ name }) => !(name === 'NodeDeclaredFeatures' && minor < 36) && !(name === 'DynamicResources' && minor < 34));
}

/** The plugins of a point, in their order, with the weights that count there. */
export type PluginSets = Readonly<Record<ExtensionPoint, readonly EnabledPlugin[]>>;

/** The points, each with how the framework calls its plugins. */
export const POINTS: Readonly<Record<ExtensionPoint, string>> = {
  queueSort: 'QueueSortPlugin',
  preFilter: 'PreFilterPlugin',
  filter: 'FilterPlugin',
  postFilter: 'PostFilterPlugin',
  preScore: 'PreScorePlugin',
  score: 'ScorePlugin',
  reserve: 'ReservePlugin',
  bind: 'BindPlugin',
};

/** What a profile's `plugins` makes of the default ones, point by point (`mergePlugins`, `expandMultiPointPlugins`). */
export function toPluginSets(plugins: JsonValue | undefined, minor: number): PluginSets {
  const multiPoint = mergeSet(listDefaults(minor), readSet(plugins, 'multiPoint'));
  const of = (point: ExtensionPoint): readonly EnabledPlugin[] => expand(point, multiPoint, readSet(plugins, point));
  return {
    queueSort: of('queueSort'),
    preFilter: of('preFilter'),
    filter: of('filter'),
    postFilter: of('postFilter'),
    preScore: of('preScore'),
    score: of('score'),
    reserve: of('reserve'),
    bind: of('bind'),
  };
}

interface PluginSet {
  readonly enabled: readonly EnabledPlugin[];
  readonly disabled: ReadonlySet<string>;
}

function readSet(plugins: JsonValue | undefined, point: string): PluginSet {
  const enabled = getArray(plugins, point, 'enabled').map((plugin) => ({
    name: getString(plugin, 'name') ?? '',
    weight: getNumber(plugin, 'weight') ?? 0,
  }));
  return { enabled, disabled: new Set(getArray(plugins, point, 'disabled').map((plugin) => getString(plugin, 'name') ?? '')) };
}

function mergeSet(defaults: readonly EnabledPlugin[], { enabled, disabled }: PluginSet): readonly EnabledPlugin[] {
  const kept = disabled.has('*') ? [] : defaults.filter(({ name }) => !disabled.has(name));
  const replaced = kept.map((plugin) => enabled.findLast(({ name }) => name === plugin.name) ?? plugin);
  return [...replaced, ...enabled.filter((plugin) => !replaced.includes(plugin))];
}

function expand(point: ExtensionPoint, multiPoint: readonly EnabledPlugin[], { enabled, disabled }: PluginSet): readonly EnabledPlugin[] {
  if (disabled.has('*')) return enabled;
  const general = multiPoint.filter((plugin) => hasPoint(plugin.name, point) && !disabled.has(plugin.name));
  const isIn = (list: readonly EnabledPlugin[], { name }: EnabledPlugin): boolean => list.some((plugin) => plugin.name === name);
  const overriding = enabled.filter((plugin) => isIn(general, plugin));
  const others = enabled.filter((plugin) => !isIn(general, plugin));
  return [...overriding, ...general.filter((plugin) => !isIn(enabled, plugin)), ...others];
}

/** Whether a plugin is asked at a point at all; undefined for a plugin that is not kube-scheduler's. */
export function hasPoint(name: string, point: ExtensionPoint): boolean | undefined {
  return isKnownPlugin(name) ? DEFAULTS.some((plugin) => plugin.name === name && plugin.points.includes(point)) : undefined;
}
