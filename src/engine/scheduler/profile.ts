import type { JsonObject } from '../../std/index.ts';
import { toPluginSets, type PluginSets } from './configuration/plugin-sets.ts';
import { DEFAULT_SETTINGS, type PluginSettings } from './configuration/plugin-settings.ts';
import type { Plugin } from './plugin.ts';
import { PLUGINS } from './plugins/index.ts';

/** A profile of a KubeSchedulerConfiguration: which plugins are asked for the pods that name it, and what these are told. */
export interface SchedulerProfile {
  /** The `schedulerName` of its pods. */
  readonly schedulerName: string;
  /** `plugins` as it stands in the file; undefined for the default ones. */
  readonly plugins: JsonObject | undefined;
  readonly settings: PluginSettings;
}

/** A profile at work. */
export interface Profile {
  /** The minor version of the scheduler: 36. */
  readonly minor: number;
  readonly settings: PluginSettings;
  /** All of them, whatever they are asked. */
  readonly all: readonly Plugin[];
  /** The plugins that look at nodes, in the order in which they are prepared: the first that refuses the pod at once ends it. */
  readonly plugins: readonly Plugin[];
  /** The names of these plugins in the order in which a node is put to them. */
  readonly filters: readonly string[];
  readonly scores: readonly { readonly plugin: Plugin; readonly weight: number }[];
  readonly reserves: readonly Plugin[];
  /** The names of the plugins that look for a way out for a pod that finds no node, in their order. */
  readonly postFilters: readonly string[];
  /** The names of the plugins that may refuse a pod before any node is looked at, in their order. */
  readonly preFilters: readonly string[];
}

/** The scheduler of pods that name none. */
export const DEFAULT_SCHEDULER = 'default-scheduler';

const DEFAULT_PROFILE: SchedulerProfile = { schedulerName: DEFAULT_SCHEDULER, plugins: undefined, settings: DEFAULT_SETTINGS };

/** Profiles by the name of their scheduler; without any, the default one of a minor version (`1.36`). */
export function toProfiles(profiles: readonly SchedulerProfile[] | undefined, kubernetesVersion = '1.36'): ReadonlyMap<string, Profile> {
  const minor = Number(kubernetesVersion.split('.')[1]);
  return new Map((profiles ?? [DEFAULT_PROFILE]).map((profile) => [profile.schedulerName, toProfile(profile, minor)]));
}

/** Whether pods of a `schedulerName` are scheduled by these profiles; without any, by the default one. */
export function isServed(schedulerName: string, profiles: readonly SchedulerProfile[] = [DEFAULT_PROFILE]): boolean {
  return profiles.some((profile) => profile.schedulerName === schedulerName);
}

function toProfile({ plugins, settings }: SchedulerProfile, minor: number): Profile {
  const sets = toPluginSets(plugins, minor);
  const order = listPrepared(sets);
  const names = new Set([...order, ...sets.score.map(({ name }) => name)]);
  return {
    minor,
    settings,
    all: PLUGINS.filter(({ name }) => names.has(name)),
    plugins: order.flatMap((name) => find(name)),
    filters: sets.filter.map(({ name }) => name),
    scores: sets.score.flatMap(({ name, weight }) => find(name).map((plugin) => ({ plugin, weight: weight === 0 ? 1 : weight }))),
    reserves: sets.reserve.flatMap(({ name }) => find(name)),
    postFilters: sets.postFilter.map(({ name }) => name),
    preFilters: sets.preFilter.map(({ name }) => name),
  };
}

/** Plugins without a PreFilter are never the first to refuse: they may come where they do as filters. */
function listPrepared({ preFilter, filter }: PluginSets): readonly string[] {
  const first = preFilter.map(({ name }) => name);
  const others = filter.map(({ name }) => name).filter((name) => !first.includes(name));
  const isSameOrder = filter.filter(({ name }) => first.includes(name)).every(({ name }, index) => name === first[index]);
  return isSameOrder ? filter.map(({ name }) => name) : [...others, ...first];
}

function find(name: string): readonly Plugin[] {
  return PLUGINS.filter((plugin) => plugin.name === name);
}

/** The default profile of the newest version. */
export const STANDARD_PROFILE: Profile = toProfile(DEFAULT_PROFILE, 36);
