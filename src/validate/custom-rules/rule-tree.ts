import { typeOfSchema, type CelType } from '../../cel/index.ts';
import { getArray, getAt, getBoolean, getObject, getString, isArray, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import { compileRules, type CompiledRule } from './compile-rules.ts';

/** The rules of one node of a schema and of all below it; nodes without any are left out. */
export interface RuleNode {
  readonly schema: JsonObject;
  /** What the schema says the type is; empty where it says none. */
  readonly typeName: string;
  /** Undefined where expressions can see nothing. */
  readonly type: CelType | undefined;
  readonly rules: readonly CompiledRule[];
  readonly items: RuleNode | undefined;
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly additional: RuleNode | undefined;
  readonly allOf: readonly RuleNode[];
}

const trees = new WeakMap<JsonObject, Map<string, RuleNode | undefined>>();

/**
 * The rules in the schema of a custom resource, or of a part of one, compiled once for each version of Kubernetes (`NewValidator` of
 * apiextensions-apiserver, `schema/cel`); undefined where it has none.
 */
export function compileTree(schema: JsonObject, version: string, isRoot = true): RuleNode | undefined {
  let made = trees.get(schema);
  if (made === undefined) trees.set(schema, (made = new Map()));
  const key = isRoot ? version : `part ${version}`;
  if (!made.has(key)) made.set(key, hasRules(schema) ? compileNode(schema, schema, isRoot, version) : undefined);
  return made.get(key);
}

/** Rules in `allOf` alone are none to the server. */
function hasRules(schema: JsonValue | undefined): boolean {
  if (!isObject(schema)) return false;
  if (getArray(schema, 'x-kubernetes-validations').length > 0) return true;
  const children = [schema['items'], schema['additionalProperties'], ...Object.values(getObject(schema, 'properties') ?? {})];
  return children.some(hasRules);
}

/** `rules` is what the rules stand in, which in `allOf` is not what the values are typed by. */
function compileNode(rules: JsonObject, schema: JsonObject, isRoot: boolean, version: string): RuleNode | undefined {
  const type = typeOfSchema(schema, 'selfType', isRoot);
  const below = (key: 'items' | 'additionalProperties'): RuleNode | undefined => {
    const [inner, typed] = [getObject(rules, key), getObject(schema, key)];
    return inner === undefined || typed === undefined ? undefined : compileNode(inner, typed, isEmbedded(typed), version);
  };
  const node = {
    schema,
    typeName: getString(schema, 'type') ?? '',
    type,
    rules: type === undefined ? NONE : compileRules({ ...schema, ...pickRules(rules) }, type, version),
    items: below('items'),
    properties: type === undefined ? new Map<string, RuleNode>() : compileProperties(rules, schema, version),
    additional: below('additionalProperties'),
    allOf: getArray(rules, 'allOf').flatMap((item) => (isObject(item) ? (compileNode(item, schema, isRoot, version) ?? []) : [])),
  };
  const parts = [node.rules, node.allOf].some(({ length }) => length > 0) || node.properties.size > 0;
  return parts || node.items !== undefined || node.additional !== undefined ? node : undefined;
}

const NONE: readonly CompiledRule[] = [];

function pickRules(schema: JsonObject): JsonObject {
  return { 'x-kubernetes-validations': getArray(schema, 'x-kubernetes-validations') };
}

function compileProperties(rules: JsonObject, schema: JsonObject, version: string): ReadonlyMap<string, RuleNode> {
  const nodes = new Map<string, RuleNode>();
  const typed = getObject(schema, 'properties');
  for (const [name, inner] of Object.entries(getObject(rules, 'properties') ?? {})) {
    const property = getObject(typed, name);
    const isSeen = property !== undefined && typeOfSchema(property, '') !== undefined;
    if (!isSeen || !isObject(inner)) continue;
    const node = compileNode(inner, property, isEmbedded(property), version);
    if (node !== undefined) nodes.set(name, node);
  }
  return nodes;
}

function isEmbedded(schema: JsonObject): boolean {
  return getBoolean(schema, 'x-kubernetes-embedded-resource') === true;
}

/** The item of an earlier list that an item is the successor of: the first with the same keys, in lists that are maps. */
export function findPredecessor(schema: JsonObject, earlier: JsonValue | undefined, item: JsonValue | undefined): JsonObject | undefined {
  const isMap = getString(schema, 'type') === 'array' && getString(schema, 'x-kubernetes-list-type') === 'map';
  const keys = getArray(schema, 'x-kubernetes-list-map-keys').filter((key) => typeof key === 'string');
  if (!isMap || keys.length === 0 || !isObject(item) || !isArray(earlier)) return undefined;
  const wanted = keys.map((key) => getAt(item, key));
  if (!wanted.every(isScalar)) return undefined;
  return earlier.find((one): one is JsonObject => isObject(one) && keys.every((key, index) => getAt(one, key) === wanted[index]));
}

function isScalar(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}
