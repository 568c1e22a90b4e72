import {
  gvkOf,
  isKubernetesObject,
  withMetadata,
  type Kind,
  type KubernetesObject,
  type Schema,
  type SchemaCatalog,
} from '../model/index.ts';
import { defaultObject, toGoForm } from '../model/schema/index.ts';
import { getArray, getObject, isArray, isObject, type JsonValue } from '../std/index.ts';

const SYSTEM_METADATA = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
] as const;

const memo = new WeakMap<KubernetesObject, { readonly kind: Kind | undefined; readonly value: KubernetesObject }>();

/**
 * The object in the form in which objects are compared: with defaults filled in, without status and what the server
 * sets, without fields that mean the same as absent ones or that the server does not store. Computed once an object.
 */
export function canonicalOf(object: KubernetesObject, catalog: SchemaCatalog): KubernetesObject {
  const kind = catalog.find(gvkOf(object));
  const known = memo.get(object);
  if (known !== undefined && known.kind === kind) return known.value;
  const value = canonicalize(object, kind, catalog);
  memo.set(object, { kind, value });
  return value;
}

function canonicalize(object: KubernetesObject, kind: Kind | undefined, catalog: SchemaCatalog): KubernetesObject {
  const plain = tidy(withoutSystemFields(object, kind));
  const defaulted = kind === undefined ? plain : defaultObject(toGoForm(kind, plain), catalog);
  const sparse = withoutEmpty(defaulted, kind?.schema, kind !== undefined && !kind.custom);
  return isKubernetesObject(sparse) ? sparse : { ...defaulted, metadata: {} };
}

/** The object without status and without the metadata that the server sets. */
export function withoutSystemFields(object: KubernetesObject, kind: Kind | undefined): KubernetesObject {
  const plain = SYSTEM_METADATA.some((name) => name in object.metadata)
    ? withMetadata(object, Object.fromEntries(SYSTEM_METADATA.map((name) => [name, undefined])))
    : object;
  if (plain['status'] === undefined || !hasOwnStatus(kind)) return plain;
  const { status: _, ...rest } = plain;
  return { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: plain.metadata };
}

/** Whether status is the cluster's to write, as it is for every kind but custom ones without the subresource. */
export function hasOwnStatus(kind: Kind | undefined): boolean {
  return kind === undefined || !kind.custom || kind.subresources.includes('status');
}

/** What controllers and the server write into the spec of an object, and authors do not. */
function tidy(object: KubernetesObject): KubernetesObject {
  const { group, kind } = gvkOf(object);
  if (group === 'apps' && kind === 'StatefulSet') return withoutClaimTypes(object);
  if (group === 'rbac.authorization.k8s.io' && kind === 'ClusterRole' && isObject(object['aggregationRule'])) {
    const { rules: _, ...rest } = object;
    return { ...rest, apiVersion: object.apiVersion, kind, metadata: object.metadata };
  }
  return object;
}

function withoutClaimTypes(object: KubernetesObject): KubernetesObject {
  const spec = getObject(object, 'spec');
  const claims = getArray(spec, 'volumeClaimTemplates');
  if (spec === undefined || claims.length === 0) return object;
  const plain = claims.map((claim) => {
    if (!isObject(claim)) return claim;
    const { apiVersion: _a, kind: _k, status: _s, ...rest } = claim;
    return rest;
  });
  return { ...object, spec: { ...spec, volumeClaimTemplates: plain } };
}

/** Fields of built-in types that are structs, not pointers to them (but for the `resources` of a pod): empty, they are as good as absent. */
const ALWAYS_THERE = new Set(['conditions', 'resources', 'spec', 'strategy', 'updateStrategy']);

function isAlwaysThere(name: string, struct: Schema | undefined): boolean {
  return (
    ALWAYS_THERE.has(name) &&
    struct?.properties !== undefined &&
    !(name === 'resources' && struct?.definition?.endsWith('.PodSpec') === true)
  );
}

function isEmptyObject(value: JsonValue | undefined): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

/**
 * Without nulls where they mean absent and, in built-in types, without what their JSON form cannot tell from absent:
 * empty lists and maps. Structs stay: `emptyDir: {}` says something.
 */
function withoutEmpty(value: JsonValue, schema: Schema | undefined, builtIn: boolean): JsonValue | undefined {
  if (value === null) return schema?.nullable === true || (schema !== undefined && schema.type === undefined) ? value : undefined;
  if (isArray(value)) return withoutEmptyItems(value, schema, builtIn);
  if (!isObject(value)) return value;
  const out: [string, JsonValue][] = [];
  let changed = false;
  for (const [name, item] of Object.entries(value)) {
    const sparse = withoutEmpty(item, childOf(schema, name), builtIn);
    const kept = builtIn && isAlwaysThere(name, schema) && isEmptyObject(sparse) ? undefined : sparse;
    changed ||= kept !== item;
    if (kept !== undefined) out.push([name, kept]);
  }
  const isMap = schema?.additionalProperties !== undefined && schema.properties === undefined;
  if (builtIn && isMap && out.length === 0) return undefined;
  return changed ? Object.fromEntries(out) : value;
}

function withoutEmptyItems(list: readonly JsonValue[], schema: Schema | undefined, builtIn: boolean): JsonValue | undefined {
  if (builtIn && list.length === 0) return undefined;
  const itemSchema = schema === ANYTHING ? ANYTHING : schema?.items;
  const items = list.map((item) => withoutEmpty(item, itemSchema, builtIn) ?? (isObject(item) ? {} : item));
  return items.every((item, index) => item === list[index]) ? list : items;
}

/** Of what is stored as it comes, nulls included. */
const ANYTHING: Schema = {};

function childOf(schema: Schema | undefined, name: string): Schema | undefined {
  if (schema === ANYTHING) return schema;
  if (schema?.properties !== undefined && Object.hasOwn(schema.properties, name)) return schema.properties[name];
  if (schema?.preserveUnknownFields === true) return ANYTHING;
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
