import { assertNever, isArray, isObject, type JsonArray, type JsonObject, type JsonValue } from '../../std/index.ts';
import { isKubernetesObject, type KubernetesObject } from '../object.ts';
import { DROPPED_ZEROS, POINTED_TEXTS } from './go-zeros.ts';
import type { Kind, Schema } from './schema.ts';

/**
 * An object as it is after Go has read it into its type and written it again, which the API server does with all that it
 * stores: without nulls (in a map, the zero of what it holds stands for one), and without the empty lists, maps and texts, zeros and `false` that `omitempty` leaves out. What Go
 * points to (`replicas: 0`, `automountServiceAccountToken: false`) stays. Of custom resources only the metadata has a type.
 * Parts that lose nothing are shared with the input.
 */
export function toGoForm(kind: Kind, object: KubernetesObject): KubernetesObject {
  const metadata = kind.schema.properties?.['metadata'];
  if (kind.custom) return metadata === undefined ? object : { ...object, metadata: toFields(object.metadata, metadata) };
  const written = toFields(object, kind.schema);
  const whole = { ...written, metadata: isObject(written['metadata']) ? written['metadata'] : {} };
  return isKubernetesObject(whole) ? whole : object;
}

/** Structs within structs, which Go writes empty or not: those that may be left out of an object. */
const STRUCTS_BY_VALUE: Readonly<Record<string, readonly string[]>> = {
  AllocationResult: ['devices'],
  Container: ['resources'],
  Endpoint: ['conditions'],
  EphemeralContainer: ['resources'],
  IngressServiceBackend: ['port'],
  IngressStatus: ['loadBalancer'],
  JobTemplateSpec: ['metadata', 'spec'],
  LimitedPriorityLevelConfiguration: ['limitResponse'],
  NetworkPolicy: ['spec'],
  NetworkPolicySpec: ['podSelector'],
  PersistentVolumeClaimSpec: ['resources'],
  PodTemplate: ['template'],
  PodTemplateSpec: ['metadata', 'spec'],
  ResourceClaimSpec: ['devices'],
  ResourceClaimTemplateSpec: ['metadata'],
  ServiceStatus: ['loadBalancer'],
};

function toFields(value: JsonObject, schema: Schema): JsonObject {
  const struct = structOf(schema);
  const kept: Record<string, JsonValue> = {};
  const isMap = schema.properties === undefined;
  let changed = false;
  for (const name of Object.keys(value)) {
    const item = value[name] ?? null;
    const child = childOf(schema, name);
    const read = item === null && isMap && child !== undefined ? zeroOf(child) : item;
    const written = child === undefined ? read : toValue(read, child);
    const isKept = child === undefined || isMap || !isLeftOut(written, child, struct, name);
    if (isKept) kept[name] = written;
    changed ||= !isKept || written !== item;
  }
  for (const name of STRUCTS_BY_VALUE[struct] ?? []) {
    const child = childOf(schema, name);
    if (child === undefined || Object.hasOwn(kept, name)) continue;
    kept[name] = toFields({}, child);
    changed = true;
  }
  return changed ? kept : value;
}

/** The struct of a definition; where two of one name differ, with its group: `discovery.EndpointPort`. */
function structOf({ definition }: Schema): string {
  if (definition === 'io.k8s.api.discovery.v1.EndpointPort') return 'discovery.EndpointPort';
  return definition?.slice(definition.lastIndexOf('.') + 1) ?? '';
}

/** What a map holds under a key whose value is null; null where that is nothing. */
function zeroOf({ quantity, type, properties }: Schema): JsonValue {
  if (quantity === true) return '0';
  if (properties !== undefined) return {};
  switch (type) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'object':
    case 'array':
    case undefined:
      return null;
    default:
      return assertNever(type);
  }
}

function toValue(value: JsonValue, schema: Schema): JsonValue {
  if (isArray(value)) return toItems(value, schema.items);
  return isObject(value) ? toFields(value, schema) : value;
}

function toItems(list: JsonArray, schema: Schema | undefined): JsonArray {
  if (schema === undefined) return list;
  const items = list.map((item) => toValue(item, schema));
  return items.every((item, index) => item === list[index]) ? list : items;
}

/** Whether Go writes nothing of a field. The entries of maps are all written. */
function isLeftOut(value: JsonValue, schema: Schema, struct: string, name: string): boolean {
  if (schema.preserveUnknownFields === true) return false;
  if (value === null) return true;
  if (isArray(value)) return value.length === 0;
  if (isObject(value))
    return Object.keys(value).length === 0 && schema.properties === undefined && schema.additionalProperties !== undefined;
  if (value === '') return schema.type === 'string' && !POINTED_TEXTS.has(`${struct}.${name}`);
  return (value === 0 || value === false) && DROPPED_ZEROS.has(`${struct}.${name}`);
}

function childOf({ properties, additionalProperties }: Schema, name: string): Schema | undefined {
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
