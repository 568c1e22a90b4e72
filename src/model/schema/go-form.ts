import { isArray, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import { isKubernetesObject, type KubernetesObject } from '../object.ts';
import { DROPPED_ZEROS, POINTED_TEXTS } from './go-zeros.ts';
import type { Kind, Schema } from './schema.ts';

/**
 * An object as it is after Go has read it into its type and written it again, which the API server does with all that it
 * stores: without nulls, and without the empty lists, maps and texts, zeros and `false` that `omitempty` leaves out. What Go
 * points to (`replicas: 0`, `automountServiceAccountToken: false`) stays. Of custom resources only the metadata has a type.
 */
export function toGoForm(kind: Kind, object: KubernetesObject): KubernetesObject {
  const metadata = kind.schema.properties?.['metadata'];
  if (kind.custom) return metadata === undefined ? object : { ...object, metadata: toFields(object.metadata, metadata) };
  const written = toFields(object, kind.schema);
  const whole = { ...written, metadata: isObject(written['metadata']) ? written['metadata'] : {} };
  return isKubernetesObject(whole) ? whole : object;
}

/** Fields that are held by value and said to be written always, empty or not. */
const ALWAYS_WRITTEN: Readonly<Record<string, string>> = {
  Container: 'resources',
  EphemeralContainer: 'resources',
  IngressStatus: 'loadBalancer',
  PersistentVolumeClaimSpec: 'resources',
  ServiceStatus: 'loadBalancer',
};

function toFields(value: JsonObject, schema: Schema): JsonObject {
  const struct = structOf(schema);
  const kept: Record<string, JsonValue> = {};
  for (const [name, item] of Object.entries(value)) {
    const child = childOf(schema, name);
    const written = child === undefined ? item : toValue(item, child);
    if (!isLeftOut(written, child, schema.properties === undefined, `${struct}.${name}`)) kept[name] = written;
  }
  const always = ALWAYS_WRITTEN[struct];
  if (always !== undefined) kept[always] ??= {};
  return kept;
}

/** The struct of a definition; where two of one name differ, with its group: `discovery.EndpointPort`. */
function structOf({ definition }: Schema): string {
  if (definition === 'io.k8s.api.discovery.v1.EndpointPort') return 'discovery.EndpointPort';
  return definition?.slice(definition.lastIndexOf('.') + 1) ?? '';
}

function toValue(value: JsonValue, schema: Schema): JsonValue {
  if (isArray(value)) return schema.items === undefined ? value : value.map((item) => toValue(item, schema.items ?? {}));
  return isObject(value) ? toFields(value, schema) : value;
}

/** Whether Go writes nothing of a field. The entries of maps are all written. */
function isLeftOut(value: JsonValue, schema: Schema | undefined, isEntry: boolean, field: string): boolean {
  if (schema === undefined || schema.preserveUnknownFields === true || isEntry) return false;
  if (value === null) return true;
  if (isArray(value)) return value.length === 0;
  if (isObject(value))
    return Object.keys(value).length === 0 && schema.properties === undefined && schema.additionalProperties !== undefined;
  if (value === '') return schema.type === 'string' && !POINTED_TEXTS.has(field);
  return (value === 0 || value === false) && DROPPED_ZEROS.has(field);
}

function childOf({ properties, additionalProperties }: Schema, name: string): Schema | undefined {
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}
