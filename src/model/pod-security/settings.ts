import { getArray, getNumber, getString, type JsonObject, type JsonValue } from '../../std/index.ts';
import { labelsOf, type KubernetesObject } from '../object.ts';
import type { World } from '../world.ts';
import type { PodSecuritySite } from './judge-pod.ts';
import { parseLevel, parseVersion, PRIVILEGED, type LevelVersion, type PodSecurityMode, type PodSecurityPolicy } from './level.ts';

/** What the configuration of an API server says of Pod Security (`PodSecurityConfiguration`). */
export interface PodSecuritySettings {
  /** For namespaces whose labels say nothing. */
  readonly defaults: PodSecurityPolicy;
  readonly exemptNamespaces: ReadonlySet<string>;
  readonly exemptRuntimeClasses: ReadonlySet<string>;
  /** The server's minor version, which knows no later wording of a level than its own; the newest known if absent. */
  readonly server?: number;
}

/** The settings of a server that is not configured otherwise: everything is let in, nothing is exempt. */
export const USUAL_SETTINGS: PodSecuritySettings = {
  defaults: PRIVILEGED,
  exemptNamespaces: new Set(),
  exemptRuntimeClasses: new Set(),
};

/** The group and kind under which a world holds the settings: no API serves them, whoever knows them puts them there. */
const SETTINGS_KIND: { readonly group: string; readonly kind: string } = {
  group: 'pod-security.admission.config.k8s.io',
  kind: 'PodSecurityConfiguration',
};

/** The settings as an object that a world can hold. */
export function toPodSecurityObject(settings: JsonObject): KubernetesObject {
  return { ...settings, apiVersion: `${SETTINGS_KIND.group}/v1`, kind: SETTINGS_KIND.kind, metadata: { name: 'cluster' } };
}

/** Where a pod of a namespace of a world would be; of a namespace that is not known no label is. */
export function podSecuritySiteOf(world: World, namespace: string): PodSecuritySite {
  const object = world.get({ group: '', kind: 'Namespace', name: namespace });
  const settings = podSecuritySettingsOf(world);
  return { namespace, labels: object === undefined ? NO_LABELS : labelsOf(object), settings };
}

const NO_LABELS: ReadonlyMap<string, string> = new Map();

/** The settings of a world's server: those of a `PodSecurityConfiguration` among its objects, or the usual ones. */
function podSecuritySettingsOf(world: World): PodSecuritySettings {
  return world.kind(SETTINGS_KIND.group, SETTINGS_KIND.kind).derive(readFirst);
}

function readFirst([object]: readonly JsonValue[]): PodSecuritySettings {
  return object === undefined ? USUAL_SETTINGS : readPodSecuritySettings(object);
}

/** Reads a `PodSecurityConfiguration`; a field that it has not has its default. */
export function readPodSecuritySettings(object: JsonValue): PodSecuritySettings {
  const names = (field: string): ReadonlySet<string> =>
    new Set(getArray(object, 'exemptions', field).filter((item) => typeof item === 'string'));
  const levelOf = (mode: PodSecurityMode): LevelVersion => ({
    level: parseLevel(getString(object, 'defaults', mode)) ?? 'privileged',
    version: parseVersion(getString(object, 'defaults', `${mode}-version`) ?? 'latest') ?? 'latest',
  });
  const server = getNumber(object, 'server');
  return {
    ...(server === undefined ? {} : { server }),
    defaults: { enforce: levelOf('enforce'), audit: levelOf('audit'), warn: levelOf('warn') },
    exemptNamespaces: names('namespaces'),
    exemptRuntimeClasses: names('runtimeClasses'),
  };
}
