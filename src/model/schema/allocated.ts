import { getArray, getNumber, getObject, getString, isArray, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import { gvkOf, type KubernetesObject } from '../object.ts';
import { isClaimOrSnapshot } from './native-defaults/storage.ts';
import { keepTaintTimes } from './taint-times.ts';

/**
 * An updated object with what the server once allocated for the live one and the update does not ask for: the cluster
 * addresses, node ports and health check port of a Service (`patchAllocatedValues` of pkg/registry/core/service), where a zero or
 * an empty text asks for nothing; the source of a claim, of which one way to say it is enough once it has one
 * (`PrepareForUpdate` of pkg/registry/core/persistentvolumeclaim); and when a device was tainted. The object itself where there is nothing to keep.
 */
export function keepAllocated(live: KubernetesObject, updated: KubernetesObject): KubernetesObject {
  const [before, after] = [live['spec'], updated['spec'] ?? {}];
  const { group, kind } = gvkOf(updated);
  if (!isObject(before) || !isObject(after)) return updated;
  const kept = listKept(`${group}/${kind}`, before, after);
  return Object.keys(kept).length === 0 ? updated : { ...updated, spec: { ...after, ...kept } };
}

function listKept(kind: string, before: JsonObject, after: JsonObject): JsonObject {
  switch (kind) {
    case '/Service':
      return { ...keepAddress(before, after), ...keepPorts(before, after), ...keepHealthPort(before, after) };
    case '/PersistentVolumeClaim':
      return keepSource(before, after);
    case 'resource.k8s.io/DeviceTaintRule':
    case 'resource.k8s.io/ResourceSlice':
      return keepTaintTimes(before, after);
    default:
      return {};
  }
}

function keepSource(before: JsonObject, after: JsonObject): JsonObject {
  const { dataSource, dataSourceRef } = after;
  // One that a server forgets is in a repository alone.
  const source = getObject(before, 'dataSource');
  const hasSource = (source !== undefined && isClaimOrSnapshot(source)) || before['dataSourceRef'] !== undefined;
  return hasSource && dataSource !== undefined && dataSourceRef === undefined ? { dataSourceRef: dataSource } : {};
}

/** How the volume of a Pod that holds its ServiceAccount's token is named, with letters made up anew each time. */
const TOKEN_VOLUME = 'kube-api-access-';
const JOB_LABELS = ['controller-uid', 'batch.kubernetes.io/controller-uid'];

/**
 * An object that a dry run answered, without what the server made up for it: addresses and ports of a Service, the token
 * volume of a Pod, the uid in the labels of a Job. What `known` objects hold - the one applied, the one that is there - is
 * not made up.
 */
export function withoutAllocated(object: KubernetesObject, known: readonly KubernetesObject[]): KubernetesObject {
  const spec = object['spec'];
  const { group, kind } = gvkOf(object);
  if (!isObject(spec)) return object;
  const specs = known.flatMap((item): readonly JsonObject[] => {
    const other = getObject(item, 'spec');
    return other === undefined ? [] : [other];
  });
  switch (`${group}/${kind}`) {
    case '/Service':
      return { ...object, spec: withoutAddresses(spec, specs) };
    case '/Pod':
      return specs.some(hasToken) ? object : { ...object, spec: withoutToken(spec) };
    case 'batch/Job':
      return specs.some((item) => item['selector'] !== undefined) ? object : { ...object, spec: withoutUid(spec) };
    default:
      return object;
  }
}

const MADE_UP = ['clusterIP', 'clusterIPs', 'healthCheckNodePort', 'ipFamilies', 'ipFamilyPolicy'];

function withoutAddresses(spec: JsonObject, known: readonly JsonObject[]): JsonObject {
  const isKnown = (field: string): boolean => known.some((item) => item[field] !== undefined);
  const kept = Object.entries(spec).filter(([field]) => !MADE_UP.includes(field) || isKnown(field));
  const asked = new Set(known.flatMap((item) => getArray(item, 'ports').map(nodePortOf)));
  const ports = getArray(spec, 'ports').map((port) => {
    if (!isObject(port) || port['nodePort'] === undefined || asked.has(nodePortOf(port))) return port;
    const { nodePort: _, ...rest } = port;
    return rest;
  });
  return { ...Object.fromEntries(kept), ...(spec['ports'] === undefined ? {} : { ports }) };
}

function isToken(item: JsonValue): boolean {
  return nameOf(item).startsWith(TOKEN_VOLUME);
}

function hasToken(spec: JsonObject): boolean {
  return getArray(spec, 'volumes').some(isToken);
}

function withoutToken(spec: JsonObject): JsonObject {
  const containers = (field: string): JsonObject =>
    spec[field] === undefined
      ? {}
      : {
          [field]: getArray(spec, field).map((container) =>
            isObject(container) && container['volumeMounts'] !== undefined
              ? { ...container, volumeMounts: getArray(container, 'volumeMounts').filter((mount) => !isToken(mount)) }
              : container,
          ),
        };
  const volumes = spec['volumes'] === undefined ? {} : { volumes: getArray(spec, 'volumes').filter((volume) => !isToken(volume)) };
  return { ...spec, ...volumes, ...containers('containers'), ...containers('initContainers') };
}

function withoutUid(spec: JsonObject): JsonObject {
  const { selector: _, ...rest } = spec;
  const { template } = spec;
  const metadata = getObject(template, 'metadata');
  if (!isObject(template) || metadata === undefined) return rest;
  const labels = Object.fromEntries(Object.entries(getObject(metadata, 'labels') ?? {}).filter(([name]) => !JOB_LABELS.includes(name)));
  return { ...rest, template: { ...template, metadata: { ...metadata, labels } } };
}

const ADDRESSES = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];

function keepAddress(before: JsonObject, after: JsonObject): JsonObject {
  if (typeOf(before) === 'ExternalName' || typeOf(after) === 'ExternalName') return {};
  const kept: Record<string, JsonValue> = {};
  for (const field of ADDRESSES) {
    const was = before[field];
    if (was !== undefined && !isUnasked(was) && isUnasked(after[field])) kept[field] = was;
  }
  return kept;
}

function isUnasked(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '' || (isArray(value) && value.length === 0);
}

function keepPorts(before: JsonObject, after: JsonObject): JsonObject {
  if (!hasNodePorts(before) || !hasNodePorts(after)) return {};
  const [old, ports] = [getArray(before, 'ports'), getArray(after, 'ports')];
  const asked = new Set(ports.map(nodePortOf));
  const known = new Map(old.map((port) => [nameOf(port), nodePortOf(port)]));
  const filled = ports.map((port) => {
    const nodePort = known.get(nameOf(port)) ?? 0;
    return isObject(port) && nodePortOf(port) === 0 && nodePort !== 0 && !asked.has(nodePort) ? { ...port, nodePort } : port;
  });
  return filled.every((port, index) => port === ports[index]) ? {} : { ports: filled };
}

function keepHealthPort(before: JsonObject, after: JsonObject): JsonObject {
  const port = getNumber(before, 'healthCheckNodePort') ?? 0;
  if (port === 0 || (getNumber(after, 'healthCheckNodePort') ?? 0) !== 0 || !isCheckedLocally(before) || !isCheckedLocally(after))
    return {};
  return { healthCheckNodePort: port };
}

function typeOf(spec: JsonObject): string {
  return getString(spec, 'type') ?? 'ClusterIP';
}

function hasNodePorts(spec: JsonObject): boolean {
  return typeOf(spec) === 'NodePort' || typeOf(spec) === 'LoadBalancer';
}

function isCheckedLocally(spec: JsonObject): boolean {
  return typeOf(spec) === 'LoadBalancer' && getString(spec, 'externalTrafficPolicy') === 'Local';
}

function nodePortOf(port: JsonValue): number {
  return getNumber(port, 'nodePort') ?? 0;
}

function nameOf(port: JsonValue): string {
  return getString(port, 'name') ?? '';
}
