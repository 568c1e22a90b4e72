import {
  compareBy,
  getArray,
  getBoolean,
  getNumber,
  getString,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
} from '../../std/index.ts';
import { decodeInto, type MutableSchema } from './decode-schema.ts';
import type { Kind, Schema } from './schema.ts';

/** The decoded pack: schema definitions shared by all versions, and the kinds of each minor version. */
export interface Pack {
  readonly definitions: JsonArray;
  readonly versions: ReadonlyMap<string, JsonArray>;
}

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';

/** Types that hold any JSON, whatever their schema says. */
const FREE_FORM = new Set([
  'io.k8s.apimachinery.pkg.runtime.RawExtension',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  `${EXTENSIONS}JSON`,
  `${EXTENSIONS}JSONSchemaPropsOrArray`,
  `${EXTENSIONS}JSONSchemaPropsOrBool`,
  `${EXTENSIONS}JSONSchemaPropsOrStringArray`,
]);

/** The built-in kinds of one minor version, the versions that the server prefers first. A kind's schema is linked when it is first asked for. */
export function linkKinds(pack: Pack, version: string): readonly Kind[] {
  const link = createLinker(pack.definitions);
  const kinds = (pack.versions.get(version) ?? []).filter(isObject);
  return kinds.toSorted(compareBy((kind) => getNumber(kind, 'preference') ?? 0)).map((raw) => toKind(raw, link));
}

function toKind(raw: JsonObject, link: (index: number | undefined) => Schema): Kind {
  const index = getNumber(raw, 'schema');
  return {
    group: getString(raw, 'group') ?? '',
    version: getString(raw, 'version') ?? '',
    kind: getString(raw, 'kind') ?? '',
    plural: getString(raw, 'plural') ?? '',
    singular: getString(raw, 'singular') ?? '',
    shortNames: getStrings(raw, 'shortNames'),
    categories: getStrings(raw, 'categories'),
    verbs: getStrings(raw, 'verbs'),
    namespaced: getBoolean(raw, 'namespaced') ?? false,
    subresources: getArray(raw, 'subresources').flatMap((item) => getString(item, 'name') ?? []),
    servedByDefault: getBoolean(raw, 'default') ?? false,
    custom: false,
    get schema(): Schema {
      return link(index);
    },
  };
}

function getStrings(raw: JsonObject, key: string): readonly string[] {
  return getArray(raw, key).filter((item) => typeof item === 'string');
}

/**
 * Links definitions to nodes, each once. Definitions refer to each other in circles, so a reference with neighbours
 * (its own default or merge rule) is completed after everything it may lead to.
 */
function createLinker(definitions: JsonArray): (index: number | undefined) => Schema {
  const nodes: (MutableSchema | undefined)[] = [];
  let pending: (() => void)[] = [];
  const follow = (raw: JsonObject): Schema => {
    const target = raw['$ref'];
    if (typeof target !== 'number') return decodeInto({}, raw, follow);
    const definition = define(target);
    if (Object.keys(raw).length === 1) return definition;
    const node: MutableSchema = {};
    pending.push(() => decodeInto(Object.assign(node, definition), raw, follow));
    return node;
  };
  const define = (index: number): MutableSchema => {
    const known = nodes[index];
    if (known !== undefined) return known;
    const node: MutableSchema = {};
    nodes[index] = node;
    const entry = definitions[index];
    const [name, raw] = Array.isArray(entry) ? toEntry(entry) : ['', {}];
    node.definition = name;
    decodeDefinition(node, name, raw, follow);
    return node;
  };
  return (index) => {
    if (index === undefined) return ANY;
    const schema = define(index);
    const work = pending;
    pending = [];
    for (const complete of work) complete();
    return schema;
  };
}

const ANY: Schema = { type: 'object', preserveUnknownFields: true };

function toEntry(entry: JsonArray): [string, JsonObject] {
  const [name, raw] = entry;
  return [typeof name === 'string' ? name : '', isObject(raw) ? raw : {}];
}

function decodeDefinition(node: MutableSchema, name: string, raw: JsonObject, follow: (raw: JsonObject) => Schema): void {
  if (name === QUANTITY) node.quantity = true;
  else if (name === INT_OR_STRING) node.intOrString = true;
  else decodeInto(node, raw, follow);
  if (FREE_FORM.has(name)) node.preserveUnknownFields = true;
}

/** Decodes the pack's JSON; undefined if it is not a pack of the format that this program reads. */
export function decodePack(json: JsonValue): Pack | undefined {
  if (getNumber(json, 'format') !== 1 || !isObject(json) || !isObject(json['versions'])) return undefined;
  const versions = new Map(Object.entries(json['versions']).map(([minor, view]) => [minor, getArray(view, 'kinds')]));
  return { definitions: getArray(json, 'definitions'), versions };
}
