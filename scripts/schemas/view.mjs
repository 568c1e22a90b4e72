// The view of one release: its kinds and their schemas, reduced to what decides about objects. Documentation is dropped.

const KEPT = [
  'type',
  'format',
  'required',
  'enum',
  'nullable',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-int-or-string',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-validations',
];
const DROPPED = new Set(['description', 'title', 'default', 'x-kubernetes-group-version-kind', 'x-kubernetes-unions']);
const PREFIX = '#/components/schemas/';

/** `{ release, kinds, definitions }` of a dump, everything sorted; throws on a keyword that it does not know. */
export function toView({ release, schemas, resources }) {
  const definitions = new Map();
  const listKeys = findListKeys(schemas);
  const nameOfKind = new Map();
  for (const name of sortedTexts(Object.keys(schemas))) {
    for (const schema of schemas[name]) {
      for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? [])
        nameOfKind.set(`${group}/${version}/${kind}`, name);
      const reduced = reduce(schema, name, listKeys.get(name));
      const known = definitions.get(name);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(reduced)) throw new Error(`${name} differs between documents`);
      definitions.set(name, reduced);
    }
  }
  const kinds = resources.map((item) => toKind(item, nameOfKind)).toSorted(byKey);
  const names = reach(
    kinds.flatMap((kind) => [kind.schema, ...kind.subresources.map((item) => item.schema)]),
    definitions,
  );
  return { release, kinds, definitions: Object.fromEntries(names.map((name) => [name, definitions.get(name)])) };
}

/**
 * The fields of each definition that are keys of a list of them. Documents give every field that Go always writes its zero
 * value as default; as such it decides nothing, but merging needs the default of an optional list key.
 */
function findListKeys(schemas) {
  const keys = new Map();
  const visit = (schema) => {
    const target = onlyReference(schema.items?.allOf, '') ?? schema.items?.$ref;
    if (target !== undefined)
      keys.set(target.slice(PREFIX.length), schema['x-kubernetes-list-map-keys'] ?? keys.get(target.slice(PREFIX.length)));
    for (const item of Object.values(schema.properties ?? {})) visit(item);
  };
  for (const schema of Object.values(schemas).flat()) visit(schema);
  return keys;
}

function reduce(schema, at, listKeys = []) {
  const out = {};
  for (const key of KEPT) if (key in schema) out[key] = sorted(schema[key]);
  if (schema.properties !== undefined) {
    out.properties = mapValues(schema.properties, (item, name) => {
      const isOptionalKey = listKeys.includes(name) && !schema.required?.includes(name);
      const hasDefault = 'default' in item && (isOptionalKey || !isZero(item.default));
      return { ...reduce(item, `${at}.${name}`), ...(hasDefault ? { default: sorted(item.default) } : {}) };
    });
  }
  if (schema.items !== undefined) out.items = reduce(schema.items, `${at}[]`);
  const rest = schema.additionalProperties;
  if (rest !== undefined) out.additionalProperties = typeof rest === 'boolean' ? rest : reduce(rest, `${at}{}`);
  for (const key of ['anyOf', 'oneOf', 'not']) if (key in schema) out[key] = reduceLogic(schema[key], at);
  const target = schema.$ref ?? onlyReference(schema.allOf, at);
  if (target !== undefined) out.$ref = target.slice(PREFIX.length);
  const unknown = Object.keys(schema).filter((key) => !(key in out) && !DROPPED.has(key) && key !== 'allOf');
  if (unknown.length > 0) throw new Error(`${at}: unknown keywords ${unknown.join(', ')}`);
  return out;
}

const reduceLogic = (value, at) => (Array.isArray(value) ? value.map((item) => reduce(item, at)) : reduce(value, at));

const isZero = (value) => ['{}', '""', '0', 'false'].includes(JSON.stringify(value));

/** OpenAPI 3.0 forbids neighbours of `$ref`, so a field's default stands beside `allOf: [{ $ref }]`. */
function onlyReference(allOf, at) {
  if (allOf === undefined) return undefined;
  if (allOf.length !== 1 || allOf[0].$ref === undefined) throw new Error(`${at}: allOf is not a single reference`);
  return allOf[0].$ref;
}

function toKind({ group, version, preference, resource, default: isDefault }, nameOfKind) {
  const kind = resource.responseKind.kind;
  const schema = nameOfKind.get(`${group}/${version}/${kind}`);
  const subresources = (resource.subresources ?? []).map((item) => toSubresource(item, group, version, nameOfKind)).toSorted(byKey);
  return {
    group,
    version,
    kind,
    plural: resource.resource,
    singular: resource.singularResource,
    shortNames: sortedTexts(resource.shortNames ?? []),
    categories: sortedTexts(resource.categories ?? []),
    namespaced: resource.scope === 'Namespaced',
    preference,
    default: isDefault,
    verbs: sortedTexts(resource.verbs),
    subresources,
    schema: schema ?? null,
  };
}

function toSubresource(item, group, version, nameOfKind) {
  const answer = item.responseKind ?? {};
  const gvk = [answer.group || group, answer.version || version, answer.kind];
  const schema = nameOfKind.get(gvk.join('/')) ?? nameOfKind.get(`/${gvk[1]}/${gvk[2]}`);
  return { name: item.subresource, kind: answer.kind ?? '', verbs: sortedTexts(item.verbs), schema: schema ?? null };
}

const keyOf = (item) => ('plural' in item ? `${item.group}/${item.version}/${item.plural}` : item.name);
const byKey = (a, b) => (keyOf(a) < keyOf(b) ? -1 : 1);

/** The names that the given ones refer to, however far, sorted. */
export function reach(roots, definitions) {
  const found = new Set();
  const open = roots.filter((name) => name !== null);
  while (open.length > 0) {
    const name = open.pop();
    if (found.has(name)) continue;
    found.add(name);
    const definition = definitions.get(name);
    if (definition === undefined) throw new Error(`${name} is referred to but not defined`);
    visitReferences(definition, (target) => open.push(target));
  }
  return sortedTexts(found);
}

/** Calls `visit` with every `$ref` inside a schema. */
export function visitReferences(schema, visit) {
  if (schema.$ref !== undefined) visit(schema.$ref);
  for (const item of Object.values(schema.properties ?? {})) visitReferences(item, visit);
  for (const item of [schema.items, schema.additionalProperties, schema.not]) if (typeof item === 'object') visitReferences(item, visit);
  for (const item of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) visitReferences(item, visit);
}

const mapValues = (object, change) => Object.fromEntries(sortedTexts(Object.keys(object)).map((key) => [key, change(object[key], key)]));

const sortedTexts = (texts) => [...texts].toSorted((a, b) => (a < b ? -1 : 1));

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  return typeof value === 'object' && value !== null ? mapValues(value, sorted) : value;
}
