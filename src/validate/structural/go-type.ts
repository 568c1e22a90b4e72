import type { Schema } from '../../model/index.ts';
import { isArray, type JsonValue } from '../../std/index.ts';

/** The struct's name as Go's decoder gives it: `DeploymentSpec` for `io.k8s.api.apps.v1.DeploymentSpec`. */
export function toStructName(definition: string): string {
  return definition.slice(definition.lastIndexOf('.') + 1);
}

/** The Go type that a schema node was made from, as far as the schema tells: `int32`, `[]v1.Container`, `map[string]string`. */
export function toGoType(schema: Schema): string {
  if (schema.intOrString === true) return 'int32';
  const type = schema.type ?? 'any';
  switch (type) {
    case 'integer':
      return schema.format === 'int32' ? 'int32' : 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : 'string';
    case 'array':
      return `[]${schema.items === undefined ? 'interface {}' : toGoType(schema.items)}`;
    case 'object':
    case 'any':
      return toObjectType(schema);
  }
}

function toObjectType(schema: Schema): string {
  if (schema.definition !== undefined) return schema.definition.split('.').slice(-2).join('.');
  return typeof schema.additionalProperties === 'object'
    ? `map[string]${toGoType(schema.additionalProperties)}`
    : 'map[string]interface {}';
}

/** Fields whose types have names of their own, which no schema knows. */
export const NAMED_TYPES: Readonly<Record<string, string>> = {
  'ManagedFieldsEntry.operation': 'v1.ManagedFieldsOperationType',
  'ObjectMeta.uid': 'types.UID',
  'OwnerReference.uid': 'types.UID',
};

/** What Go's JSON decoder calls a value. */
export function toGoValue(value: JsonValue): 'string' | 'number' | 'bool' | 'array' | 'object' | 'null' {
  if (value === null) return 'null';
  if (isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
    case 'bigint':
      return 'number';
    default:
      return 'object';
  }
}
