import { getArray, getBoolean, getObject, getString, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { KubernetesObject } from '../object.ts';
import { decodeInto, type MutableSchema } from './decode-schema.ts';
import type { Kind, Schema } from './schema.ts';
import { compareApiVersions } from './version-order.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const FREE_FORM: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const TEXT: Schema = { type: 'string' };
/** The server drops nulls only of fields that a definition declares. */
const UNDECLARED_TEXT: Schema = { ...TEXT, nullable: true };

/** The names that a CustomResourceDefinition gives to what it defines; undefined if it lacks a group or a kind. */
export function readDefinedNames(
  definition: KubernetesObject,
): { readonly group: string; readonly kind: string; readonly plural: string } | undefined {
  const spec = getObject(definition, 'spec');
  const group = getString(spec, 'group');
  const kind = getString(spec, 'names', 'kind');
  if (group === undefined || kind === undefined) return undefined;
  return { group, kind, plural: getString(spec, 'names', 'plural') ?? `${kind.toLowerCase()}s` };
}

/**
 * The kinds that a CustomResourceDefinition (v1) serves, preferred version first; none if it lacks a group or a kind.
 * `objectMeta` is the schema that their metadata has besides what the definition says of it.
 */
export function decodeCustomResource(definition: KubernetesObject, objectMeta: Schema): readonly Kind[] {
  const spec = getObject(definition, 'spec');
  const names = readDefinedNames(definition);
  if (names === undefined) return [];
  const { group, kind, plural } = names;
  const served = getArray(spec, 'versions').filter((version) => getBoolean(version, 'served') === true);
  return served
    .map((version): Kind => {
      let schema: Schema | undefined;
      return {
        group,
        version: getString(version, 'name') ?? '',
        kind,
        plural,
        singular: getString(spec, 'names', 'singular') ?? kind.toLowerCase(),
        shortNames: getStrings(spec, 'shortNames'),
        categories: getStrings(spec, 'categories'),
        verbs: VERBS,
        namespaced: getString(spec, 'scope') !== 'Cluster',
        subresources: ['scale', 'status'].filter((name) => getObject(version, 'subresources', name) !== undefined),
        servedByDefault: true,
        custom: true,
        written: getObject(version, 'schema', 'openAPIV3Schema'),
        get schema(): Schema {
          return (schema ??= decodeRoot(spec, version, objectMeta));
        },
      };
    })
    .toSorted((a, b) => compareApiVersions(a.version, b.version));
}

function getStrings(spec: JsonObject | undefined, key: string): readonly string[] {
  return getArray(spec, 'names', key).filter((item) => typeof item === 'string');
}

function decodeRoot(spec: JsonObject | undefined, version: JsonValue, objectMeta: Schema): Schema {
  const raw = getObject(version, 'schema', 'openAPIV3Schema') ?? FREE_FORM;
  const decode = (item: JsonObject): Schema => decodeNode(item, objectMeta, decode);
  const root: MutableSchema = { ...decode(raw) };
  if (getBoolean(spec, 'preserveUnknownFields') === true) root.preserveUnknownFields = true;
  root.type = 'object';
  return addTypeAndMetadata(root, objectMeta);
}

function decodeNode(raw: JsonObject, objectMeta: Schema, decode: (raw: JsonObject) => Schema): Schema {
  const node: MutableSchema = {};
  decodeInto(node, raw, decode);
  if (node.embeddedResource !== true) return node;
  const embedded = addTypeAndMetadata(node, objectMeta, UNDECLARED_TEXT);
  return { ...embedded, required: [...new Set([...(embedded.required ?? []), 'apiVersion', 'kind'])] };
}

/** What every object has without its definition saying so; a definition may only restrict the name. */
function addTypeAndMetadata(node: Schema, objectMeta: Schema, text: Schema = TEXT): Schema {
  const { apiVersion, kind, metadata, ...rest } = node.properties ?? {};
  const implied = { apiVersion: apiVersion ?? text, kind: kind ?? text, metadata: restrict(objectMeta, metadata) };
  return { ...node, properties: toFields(implied, rest) };
}

function toFields(...parts: readonly (Readonly<Record<string, Schema>> | undefined)[]): Readonly<Record<string, Schema>> {
  return Object.assign(Object.create(null), ...parts);
}

function restrict(objectMeta: Schema, metadata: Schema | undefined): Schema {
  const own = metadata?.properties ?? {};
  const restricted = ['name', 'generateName'].filter((field) => own[field] !== undefined);
  if (restricted.length === 0 && metadata?.required === undefined) return objectMeta;
  return {
    ...objectMeta,
    ...(metadata?.required === undefined ? {} : { required: metadata.required }),
    properties: toFields(objectMeta.properties, Object.fromEntries(restricted.map((field) => [field, own[field] ?? TEXT]))),
  };
}
