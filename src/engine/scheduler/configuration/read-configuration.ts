import { compareStrings, getArray, getNumber, getObject, getString, isObject, type JsonValue } from '../../../std/index.ts';
import { DEFAULT_SCHEDULER, type SchedulerProfile } from '../profile.ts';
import { duplicate, general, invalid, required, unknownField, type ConfigurationProblem } from './field-errors.ts';
import { hasPoint, isKnownPlugin, POINTS, toPluginSets, type ExtensionPoint } from './plugin-sets.ts';
import { readSettings } from './read-settings.ts';
import { ARGUMENT_FIELDS, validateArguments } from './validate-arguments.ts';

/** What a KubeSchedulerConfiguration file says. */
export interface SchedulerConfiguration {
  /** For `ScheduleOptions.profiles`. */
  readonly profiles: readonly SchedulerProfile[];
  /** What is wrong with it: kube-scheduler would not start. The profiles are of no use then. */
  readonly problems: readonly ConfigurationProblem[];
  /** What it asks for and this simulation does not do, a sentence each. */
  readonly notes: readonly string[];
}

const API_VERSION = 'kubescheduler.config.k8s.io/v1';
const FIELDS: ReadonlySet<string> = new Set([
  'apiVersion',
  'clientConnection',
  'delayCacheUntilActive',
  'enableContentionProfiling',
  'enableProfiling',
  'extenders',
  'kind',
  'leaderElection',
  'parallelism',
  'percentageOfNodesToScore',
  'podInitialBackoffSeconds',
  'podMaxBackoffSeconds',
  'profiles',
]);
const PROFILE_FIELDS: ReadonlySet<string> = new Set(['percentageOfNodesToScore', 'pluginConfig', 'plugins', 'schedulerName']);
const SET_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(POINTS),
  'multiPoint',
  'permit',
  'placementGenerate',
  'placementScore',
  'postBind',
  'preBind',
  'preEnqueue',
]);
/** Plugins of volumes that are gone (`invalidPluginsByVersion`). */
const REMOVED: ReadonlySet<string> = new Set(['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits']);

/** Reads a `KubeSchedulerConfiguration` (v1) as kube-scheduler of a minor version (`1.36`) would, and says in its words what is wrong. */
export function readSchedulerConfiguration(value: JsonValue, kubernetesVersion = '1.36'): SchedulerConfiguration {
  const minor = Number(kubernetesVersion.split('.')[1]);
  if (getString(value, 'kind') !== 'KubeSchedulerConfiguration' || getString(value, 'apiVersion') !== API_VERSION) {
    const got = `${getString(value, 'apiVersion') ?? ''}, Kind=${getString(value, 'kind') ?? ''}`;
    return { profiles: [], problems: [general(`couldn't decode as KubeSchedulerConfiguration, got ${got}: `)], notes: [] };
  }
  const given = getArray(value, 'profiles');
  const profiles = given.length === 0 ? [{}] : given;
  const problems = [
    ...listUnknown(value, FIELDS, ''),
    ...validateNumbers(value),
    ...profiles.flatMap((profile, index) => validateProfile(profile, { index, isAlone: profiles.length === 1, minor })),
    ...validateNames(profiles),
    ...validateExtenders(getArray(value, 'extenders')),
  ];
  return {
    profiles: profiles.map((profile) => ({
      schedulerName: getString(profile, 'schedulerName') ?? DEFAULT_SCHEDULER,
      plugins: getObject(profile, 'plugins'),
      settings: readSettings(new Map(listArguments(profile).map(({ name, args }) => [name, args]))),
    })),
    problems,
    notes: listNotes(value, profiles),
  };
}

function listUnknown(value: JsonValue, known: ReadonlySet<string>, path: string): readonly ConfigurationProblem[] {
  if (!isObject(value)) return [];
  return Object.keys(value).flatMap((field) => (known.has(field) ? [] : [unknownField(path === '' ? field : `${path}.${field}`)]));
}

function validateNumbers(value: JsonValue): readonly ConfigurationProblem[] {
  const [parallelism, percentage] = [getNumber(value, 'parallelism') ?? 16, getNumber(value, 'percentageOfNodesToScore') ?? 0];
  const [initial, most] = [getNumber(value, 'podInitialBackoffSeconds') ?? 1, getNumber(value, 'podMaxBackoffSeconds') ?? 10];
  return [
    ...(parallelism <= 0 ? [invalid('parallelism', parallelism, 'should be an integer value greater than zero')] : []),
    ...validatePercentage(percentage, 'percentageOfNodesToScore'),
    ...(initial <= 0 ? [invalid('podInitialBackoffSeconds', initial, 'must be greater than 0')] : []),
    ...(most < initial ? [invalid('podMaxBackoffSeconds', most, 'must be greater than or equal to PodInitialBackoffSeconds')] : []),
  ];
}

function validatePercentage(percentage: number, path: string): readonly ConfigurationProblem[] {
  return percentage < 0 || percentage > 100 ? [invalid(path, percentage, 'not in valid range [0-100]')] : [];
}

interface PlaceOfProfile {
  readonly index: number;
  readonly isAlone: boolean;
  readonly minor: number;
}

function validateProfile(profile: JsonValue, { index, isAlone, minor }: PlaceOfProfile): readonly ConfigurationProblem[] {
  const path = `profiles[${index}]`;
  const name = getString(profile, 'schedulerName') ?? (isAlone ? DEFAULT_SCHEDULER : '');
  const plugins = getObject(profile, 'plugins');
  return [
    ...listUnknown(profile, PROFILE_FIELDS, path),
    ...(plugins === undefined ? [] : listUnknown(plugins, SET_FIELDS, `${path}.plugins`)),
    ...(name === '' ? [required(`${path}.schedulerName`)] : []),
    ...validatePercentage(getNumber(profile, 'percentageOfNodesToScore') ?? 0, `${path}.percentageOfNodesToScore`),
    ...Object.keys(POINTS).flatMap((point) => validateSet(getArray(plugins, point, 'enabled'), `${path}.plugins.${point}`)),
    ...validatePluginConfig(profile, path),
    ...validatePoints(plugins, name, minor),
  ];
}

function validateSet(enabled: readonly JsonValue[], path: string): readonly ConfigurationProblem[] {
  return enabled.flatMap((plugin, index) => {
    const name = getString(plugin, 'name') ?? '';
    return REMOVED.has(name) ? [toRemoved(`${path}.enabled[${index}]`, name)] : [];
  });
}

function toRemoved(path: string, name: string): ConfigurationProblem {
  return invalid(path, name, `was invalid in version "${API_VERSION}" (KubeSchedulerConfiguration is version "${API_VERSION}")`);
}

function listArguments(profile: JsonValue): readonly { readonly name: string; readonly args: JsonValue }[] {
  return getArray(profile, 'pluginConfig').map((item) => ({ name: getString(item, 'name') ?? '', args: getObject(item, 'args') ?? {} }));
}

function validatePluginConfig(profile: JsonValue, path: string): readonly ConfigurationProblem[] {
  const seen = new Set<string>();
  return listArguments(profile).flatMap(({ name, args }, index) => {
    const at = `${path}.pluginConfig[${index}]`;
    const twice = seen.has(name) ? [duplicate(at, name)] : [];
    seen.add(name);
    if (REMOVED.has(name)) return [...twice, toRemoved(at, name)];
    const fields = ARGUMENT_FIELDS.get(name);
    const unknown = fields === undefined ? [] : listUnknown(args, new Set([...fields, 'apiVersion', 'kind']), '');
    const decoding = unknown.map(({ path: field, message }) => ({
      path: `${at}.args.${field}`,
      message: `decoding .${at}.args: decoding args for plugin ${name}: ${message}`,
    }));
    return [...twice, ...decoding, ...toTold(name, validateArguments(name, args, `${at}.args`), `${at}.args.`)];
  });
}

/** NodeResourcesFit looks at its arguments itself, when it is made, and knows nothing of where they stand. */
function toTold(plugin: string, problems: readonly ConfigurationProblem[], path: string): readonly ConfigurationProblem[] {
  const [first, ...others] = problems;
  if (plugin !== 'NodeResourcesFit' || first === undefined) return problems;
  const messages = problems.map(({ message }) => message.slice(path.length)).join(', ');
  return [{ path: first.path, message: `initializing plugin "${plugin}": ${others.length === 0 ? messages : `[${messages}]`}` }];
}

/** What the framework itself says of its plugins when it is made. */
function validatePoints(plugins: JsonValue | undefined, schedulerName: string, minor: number): readonly ConfigurationProblem[] {
  const sets = toPluginSets(plugins, minor);
  const points = Object.keys(POINTS).flatMap((name) => {
    const point = name as ExtensionPoint;
    const seen = new Set<string>();
    return getArray(plugins, point, 'enabled').flatMap((plugin) => {
      const enabled = getString(plugin, 'name') ?? '';
      const isTwice = seen.has(enabled);
      seen.add(enabled);
      if (hasPoint(enabled, point) === false) return [general(`plugin "${enabled}" does not extend ${POINTS[point]} plugin`)];
      return isTwice ? [general(`plugin "${enabled}" already registered as "${POINTS[point]}"`)] : [];
    });
  });
  const sorts = sets.queueSort.length;
  const queue = `only one queue sort plugin required for profile with scheduler name "${schedulerName}", but got ${sorts}`;
  return [
    ...points,
    ...(sorts === 1 ? [] : [general(queue)]),
    ...(sets.bind.length > 0 ? [] : [general(`at least one bind plugin is needed for profile with scheduler name "${schedulerName}"`)]),
  ];
}

function validateNames(profiles: readonly JsonValue[]): readonly ConfigurationProblem[] {
  const seen = new Map<string, number>();
  return profiles.flatMap((profile, index) => {
    const name = getString(profile, 'schedulerName') ?? '';
    const first = seen.get(name);
    seen.set(name, index);
    if (first === undefined) return [];
    const path = `profiles[${index}].schedulerName`;
    return [{ path, message: `${path}: Duplicate value: profiles[${first}].schedulerName` }];
  });
}

function validateExtenders(extenders: readonly JsonValue[]): readonly ConfigurationProblem[] {
  const weights = extenders.flatMap((extender, index) => {
    const weight = getNumber(extender, 'weight') ?? 0;
    const rates = (getString(extender, 'prioritizeVerb') ?? '') !== '';
    return rates && weight <= 0 ? [invalid(`extenders[${index}].weight`, weight, 'must have a positive weight applied to it')] : [];
  });
  const binders = extenders.filter((extender) => (getString(extender, 'bindVerb') ?? '') !== '').length;
  const found = `found ${binders} extenders implementing bind`;
  return [...weights, ...(binders > 1 ? [invalid('extenders', found, 'only one extender can implement bind')] : [])];
}

function listNotes(value: JsonValue, profiles: readonly JsonValue[]): readonly string[] {
  const extenders = getArray(value, 'extenders');
  const isSampling = [value, ...profiles].some((part) => (getNumber(part, 'percentageOfNodesToScore') ?? 0) > 0);
  const foreign = new Set(profiles.flatMap(listPlugins).filter((name) => name !== '*' && name !== '' && !isKnownPlugin(name)));
  return [
    ...(extenders.length === 0 ? [] : [`${extenders.length} extenders are not asked: what they refuse or prefer is not known.`]),
    ...(isSampling ? ['percentageOfNodesToScore is not followed: every node is looked at.'] : []),
    ...[...foreign].toSorted(compareStrings).map((name) => `The plugin ${name} is not part of kube-scheduler: what it says is not known.`),
    ...(profiles.some(isPreemptionTold)
      ? ['The arguments of DefaultPreemption are not followed: victims are looked for on every node.']
      : []),
  ];
}

function isPreemptionTold(profile: JsonValue): boolean {
  return listArguments(profile).some(({ name }) => name === 'DefaultPreemption');
}

function listPlugins(profile: JsonValue): readonly string[] {
  const plugins = getObject(profile, 'plugins') ?? {};
  return Object.keys(plugins).flatMap((point) => getArray(plugins, point, 'enabled').map((plugin) => getString(plugin, 'name') ?? ''));
}
