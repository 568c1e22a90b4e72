import { getArray, getNumber, getString, isArray, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import { gvkOf, type KubernetesObject } from '../object.ts';

/**
 * An updated object with what the server once allocated for the live one and the update does not ask for: the cluster
 * addresses, node ports and health check port of a Service (`patchAllocatedValues` of pkg/registry/core/service). A zero or
 * an empty text asks for nothing. The object itself where there is nothing to keep.
 */
export function keepAllocated(live: KubernetesObject, updated: KubernetesObject): KubernetesObject {
  const [before, after] = [live['spec'], updated['spec']];
  const { group, kind } = gvkOf(updated);
  if (group !== '' || kind !== 'Service' || !isObject(before) || !isObject(after)) return updated;
  const kept = { ...keepAddress(before, after), ...keepPorts(before, after), ...keepHealthPort(before, after) };
  return Object.keys(kept).length === 0 ? updated : { ...updated, spec: { ...after, ...kept } };
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
