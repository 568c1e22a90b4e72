import { annotationsOf, labelsOf, type KubernetesObject } from '../../../model/index.ts';
import { getArray, getAt, getObject, getString, sortedUnique, type JsonObject, type JsonValue } from '../../../std/index.ts';

/** A volume as a CSI driver knows it. */
export interface CsiVolume {
  readonly driver: string;
  readonly handle: string;
}

/** A volume plugin that once was part of Kubernetes, and the driver that does its work today (`csi-translation-lib`). */
interface Migration {
  readonly field: string;
  readonly plugin: string;
  readonly driver: string;
  /** The node label that stands for a zone with the driver, where volumes are translated to it. */
  readonly topologyKey?: string;
  readonly handleOf: (source: JsonObject, zones: readonly string[]) => string | undefined;
}

const MIGRATIONS: readonly Migration[] = [
  {
    field: 'awsElasticBlockStore',
    plugin: 'kubernetes.io/aws-ebs',
    driver: 'ebs.csi.aws.com',
    topologyKey: 'topology.ebs.csi.aws.com/zone',
    handleOf: (source) => toEbsHandle(getString(source, 'volumeID') ?? ''),
  },
  {
    field: 'azureDisk',
    plugin: 'kubernetes.io/azure-disk',
    driver: 'disk.csi.azure.com',
    handleOf: (source) =>
      (getString(source, 'kind') ?? 'Managed').toLowerCase() === 'managed' ? (getString(source, 'diskURI') ?? '') : undefined,
  },
  {
    field: 'cinder',
    plugin: 'kubernetes.io/cinder',
    driver: 'cinder.csi.openstack.org',
    topologyKey: 'topology.cinder.csi.openstack.org/zone',
    handleOf: (source) => getString(source, 'volumeID') ?? '',
  },
  {
    field: 'gcePersistentDisk',
    plugin: 'kubernetes.io/gce-pd',
    driver: 'pd.csi.storage.gke.io',
    topologyKey: 'topology.gke.io/zone',
    handleOf: (source, zones) => toGceHandle(getString(source, 'pdName') ?? '', zones),
  },
  {
    field: 'portworxVolume',
    plugin: 'kubernetes.io/portworx-volume',
    driver: 'pxd.portworx.com',
    handleOf: (source) => getString(source, 'volumeID') ?? '',
  },
];

/** Plugins with a driver of which the scheduler does not take over volumes (`isCSIMigrationOn`). */
const NOT_COUNTED: ReadonlySet<string> = new Set(['kubernetes.io/azure-file', 'kubernetes.io/vsphere-volume']);

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const BETA_REGION = 'failure-domain.beta.kubernetes.io/region';
const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';

/** The CSI volume that an inline volume of a pod is; undefined if it is none. */
export function toInlineCsiVolume(source: JsonObject): CsiVolume | undefined {
  return toCsi(source, []);
}

/** The CSI volume that a PersistentVolume is, its own or a translated one. */
export function toCsiVolume(volume: KubernetesObject): CsiVolume | undefined {
  const csi = getObject(volume, 'spec', 'csi');
  if (csi !== undefined) return { driver: getString(csi, 'driver') ?? '', handle: getString(csi, 'volumeHandle') ?? '' };
  const labels = labelsOf(volume);
  return toCsi(getObject(volume, 'spec') ?? {}, (labels.get(BETA_ZONE) || labels.get(ZONE) || '').split('__'));
}

/** The driver that a provisioner's volumes count for; undefined where they are not counted. */
export function toDriver(provisioner: string): string | undefined {
  if (NOT_COUNTED.has(provisioner)) return undefined;
  return MIGRATIONS.find(({ plugin }) => plugin === provisioner)?.driver ?? provisioner;
}

function toCsi(source: JsonObject, zones: readonly string[]): CsiVolume | undefined {
  for (const { field, driver, handleOf } of MIGRATIONS) {
    const fields = getObject(source, field);
    const handle = fields === undefined ? undefined : handleOf(fields, zones);
    if (handle !== undefined) return { driver, handle };
  }
  return undefined;
}

/** The node affinity of a PersistentVolume, translated where a CSI driver has taken over on the node (`tryTranslatePVToCSI`). */
export function toNodeAffinity(volume: KubernetesObject, csiNode: KubernetesObject | undefined): JsonObject | undefined {
  const required = getObject(volume, 'spec', 'nodeAffinity', 'required');
  if (csiNode === undefined) return required;
  const migration = MIGRATIONS.find(({ field }) => getObject(volume, 'spec', field) !== undefined);
  if (migration?.topologyKey === undefined) return required;
  const migrated = annotationsOf(csiNode).get(MIGRATED_PLUGINS)?.split(',') ?? [];
  return migrated.includes(migration.plugin) ? translate(volume, required, migration.topologyKey) : required;
}

function translate(volume: KubernetesObject, required: JsonObject | undefined, topologyKey: string): JsonObject | undefined {
  const terms = getArray(required, 'nodeSelectorTerms');
  const labels = labelsOf(volume);
  const isBeta = !hasKey(terms, ZONE) && (hasKey(terms, BETA_ZONE) || (!labels.has(ZONE) && labels.has(BETA_ZONE)));
  const zoneLabel = isBeta ? BETA_ZONE : ZONE;
  const isRenamed = hasValues(terms, zoneLabel);
  const renamed = isRenamed
    ? terms.map((term) => renameKey(term, zoneLabel, topologyKey))
    : addZones(terms, labels, zoneLabel, topologyKey);
  const final = isBeta && hasValues(renamed, BETA_REGION) ? renamed.map((term) => renameKey(term, BETA_REGION, REGION)) : renamed;
  return final.length === 0 ? required : { nodeSelectorTerms: final };
}

function addZones(
  terms: readonly JsonValue[],
  labels: ReadonlyMap<string, string>,
  zoneLabel: string,
  topologyKey: string,
): readonly JsonValue[] {
  const zones = sortedUnique((labels.get(zoneLabel) ?? '').split('__').flatMap((zone) => (zone.trim() === '' ? [] : [zone.trim()])));
  if (zones.length === 0) return terms;
  const added = { key: topologyKey, operator: 'In', values: zones };
  return (terms.length === 0 ? [{}] : terms).map((term) => ({
    ...getObject(term),
    matchExpressions: [...getArray(term, 'matchExpressions'), added],
  }));
}

function hasKey(terms: readonly JsonValue[], key: string): boolean {
  return terms.some((term) => getArray(term, 'matchExpressions').some((item) => getString(item, 'key') === key));
}

function hasValues(terms: readonly JsonValue[], key: string): boolean {
  return terms.some((term) =>
    getArray(term, 'matchExpressions').some((item) => getString(item, 'key') === key && getArray(item, 'values').length > 0),
  );
}

function renameKey(term: JsonValue, from: string, to: string): JsonValue {
  if (getAt(term, 'matchExpressions') === undefined) return term;
  const rename = (item: JsonValue): JsonValue => (getString(item, 'key') === from ? { ...getObject(item), key: to } : item);
  return { ...getObject(term), matchExpressions: getArray(term, 'matchExpressions').map(rename) };
}

/** `aws://zone/vol-1` is `vol-1` (`KubernetesVolumeIDToEBSVolumeID`). */
function toEbsHandle(id: string): string | undefined {
  if (!id.startsWith('aws://')) return id;
  const path = /^aws:\/\/[^/]*(\/.*)?$/.exec(id)?.[1] ?? '';
  const name = path.replace(/^\/+|\/+$/g, '');
  return /^vol-[^/]*$/.test(name) ? name : undefined;
}

function toGceHandle(name: string, zones: readonly string[]): string | undefined {
  const [zone = ''] = zones;
  if (zones.length <= 1) return `projects/UNSPECIFIED/zones/${zone === '' ? 'UNSPECIFIED' : zone}/disks/${name}`;
  const regions = new Set(zones.map((item) => (item.split('-').length === 3 ? item.split('-').slice(0, 2).join('-') : undefined)));
  const [region] = regions;
  return regions.size === 1 && region !== undefined ? `projects/UNSPECIFIED/regions/${region}/disks/${name}` : undefined;
}
