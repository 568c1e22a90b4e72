import type { Patcher } from '../../engine/admission/index.ts';
import { gvkOf, isKubernetesObject, type Kind, type KubernetesObject, type Schema, type SchemaCatalog } from '../../model/index.ts';
import { defaultObject, toGoForm } from '../../model/schema/index.ts';
import { isArray, isObject, type JsonValue } from '../../std/index.ts';
import { mergeValues } from './merge-values.ts';
import { fieldSchemaOf, listKeysOf } from './shape.ts';
import { listAtomics, listTypeProblems } from './typed-problems.ts';

/**
 * Lays what admission policies write over objects, as the API server does (`mutating/patch.ApplyStructuredMergeDiff`): lists and maps
 * by the merge rules of the kind, nobody owns anything.
 */
export function createPatcher(catalog: SchemaCatalog): Patcher {
  return {
    merge: (object, configuration) => {
      const kind = catalog.find(gvkOf(object));
      if (kind === undefined) return undefined;
      const { apiVersion, kind: name } = object;
      const keyed = (value: JsonValue): JsonValue => (kind.custom ? value : fillKeys(value, kind.schema));
      const patch = keyed({ ...configuration, apiVersion, kind: name });
      const problems = listTypeProblems(patch, kind.schema, 'judged');
      if (problems.length > 0) return { error: `failed to convert patch object to typed object: ${join(problems)}` };
      const atomics = listAtomics(patch, kind.schema);
      if (atomics.length > 0) {
        return { error: `invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}` };
      }
      const merged = mergeValues(keyed(object), patch, kind.schema);
      return complete(merged === undefined ? merged : toRead(merged, kind), object, catalog);
    },
    complete: (patched, object) => {
      const kind = catalog.find(gvkOf(object));
      if (kind === undefined) return undefined;
      const problems = listTypeProblems(patched, kind.schema, 'ignored');
      const [first] = problems;
      if (first === undefined) return complete(toRead(patched, kind), object, catalog);
      const unknown = /^\.(.*): field not declared in schema$/.exec(first)?.[1];
      return { error: unknown === undefined ? first : `strict decoding error: unknown field "${unknown.replace(/\[[^\]]*\]/g, '')}"` };
    },
  };
}

function complete(value: JsonValue | undefined, object: KubernetesObject, catalog: SchemaCatalog): ReturnType<Patcher['merge']> {
  return isKubernetesObject(value) ? { object: defaultObject(value, catalog) } : { object };
}

/** What Go reads of JSON. */
function toRead(value: JsonValue, kind: Kind): JsonValue {
  if (!isKubernetesObject(value)) return value;
  const read = toGoForm(kind, value);
  return kind.custom ? read : fillKeys(read, kind.schema);
}

/** Keys that a built-in type asks for are empty where they are left out: that is their default to the server. */
function fillKeys(value: JsonValue, schema: Schema | undefined): JsonValue {
  if (schema === undefined || typeof value !== 'object' || value === null) return value;
  if (!isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fillKeys(field, fieldSchemaOf(schema, name))]));
  }
  const { items } = schema;
  const keys = listKeysOf(schema).filter((key) => items?.required?.includes(key));
  return value.map((item) => {
    const filled = fillKeys(item, items);
    if (!isObject(filled)) return filled;
    const missing = keys.filter((key) => filled[key] === undefined);
    return { ...filled, ...Object.fromEntries(missing.map((key) => [key, items?.properties?.[key]?.type === 'string' ? '' : 0])) };
  });
}

function join(problems: readonly string[]): string {
  return problems.length === 1 ? problems.join('') : ['errors:', ...problems.map((problem) => `  ${problem}`)].join('\n');
}
