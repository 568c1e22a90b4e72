import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from '../../src/std/index.ts';
import type { Kind, Schema, SchemaCatalog } from '../../src/model/index.ts';

/** Writes the catalog as strict JSON Schema files of the layout that kubeconform reads, so that it gets the same schemas as kplan. */
export function writeKubeconformSchemas(catalog: SchemaCatalog, directory: string): string {
  mkdirSync(directory, { recursive: true });
  for (const kind of catalog.list()) writeFileSync(join(directory, fileOf(kind)), JSON.stringify(convert(kind.schema, new Set())));
  return join(directory, '{{.ResourceKind}}{{.KindSuffix}}.json');
}

function fileOf({ group, version, kind }: Kind): string {
  const prefix = group === '' ? '' : `-${group.split('.')[0] ?? ''}`;
  return `${kind.toLowerCase()}${prefix}-${version}.json`;
}

function convert(schema: Schema, above: ReadonlySet<Schema>): JsonValue {
  if (above.has(schema)) return {};
  const inside = new Set([...above, schema]);
  if (schema.intOrString === true) return { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] };
  if (schema.quantity === true) return { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }] };
  const out: Record<string, JsonValue> = {};
  if (schema.type !== undefined) out['type'] = [schema.type, 'null'];
  if (schema.required !== undefined) out['required'] = [...schema.required];
  if (schema.enum !== undefined) out['enum'] = [...schema.enum, null];
  if (schema.items !== undefined) out['items'] = convert(schema.items, inside);
  if (schema.properties !== undefined) {
    out['properties'] = Object.fromEntries(Object.entries(schema.properties).map(([name, property]) => [name, convert(property, inside)]));
    if (schema.preserveUnknownFields !== true && schema.additionalProperties === undefined) out['additionalProperties'] = false;
  }
  if (typeof schema.additionalProperties === 'object') out['additionalProperties'] = convert(schema.additionalProperties, inside);
  return out;
}
