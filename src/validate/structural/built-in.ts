import type { Schema } from '../../model/index.ts';
import { findNearest, isArray, isObject, stringifyJson, type JsonValue } from '../../std/index.ts';
import { ABSENT_WORDS, EMPTY_WORDS, SAID_ELSEWHERE } from './absent-words.ts';
import { Cursor, toDottedPath, type Check } from './cursor.ts';
import { EMPTY_IS_A_VALUE, ENUM_WORDS } from './enum-words.ts';
import { NAMED_TYPES, toGoType, toGoValue, toStructName } from './go-type.ts';
import { checkKeys } from './list-keys.ts';
import { explainTime, findBadBase64, isTime, judgeQuantity } from './scalars.ts';

/** `decode` judges types and unknown fields alone: all that counts in a status, which a create drops. */
export type Strictness = 'decode' | 'full';

const MICRO_TIME = /\.MicroTime$/;
const compiled: Readonly<Record<Strictness, WeakMap<Schema, Check>>> = { decode: new WeakMap(), full: new WeakMap() };

/**
 * The check of a value by a built-in type, as `runtime.DecodeInto` with strict decoding judges it, followed by what the
 * schema says of required fields, enums and list keys. Compiled once for each node.
 */
export function checkBuiltIn(schema: Schema, strictness: Strictness): Check {
  const known = compiled[strictness].get(schema);
  if (known !== undefined) return known;
  let check: Check | undefined;
  const lazy: Check = (value, at) => (check ??= compile(schema, strictness))(value, at);
  compiled[strictness].set(schema, lazy);
  check = compile(schema, strictness);
  compiled[strictness].set(schema, check);
  return check;
}

function compile(schema: Schema, strictness: Strictness): Check {
  if (schema.quantity === true) return checkQuantity;
  if (schema.intOrString === true) return checkIntOrString;
  const type = schema.type ?? 'any';
  switch (type) {
    case 'object':
      return isMap(schema) ? compileMap(schema, strictness) : compileStruct(schema, schema.properties ?? {}, strictness);
    case 'array':
      return compileList(schema, strictness);
    case 'string':
      return compileString(schema, strictness);
    case 'integer':
      return compileInteger(schema);
    case 'number':
      return (value, at) => (typeof value === 'number' || typeof value === 'bigint' ? undefined : reportType(at, value, 'float64'));
    case 'boolean':
      return (value, at) => (typeof value === 'boolean' ? undefined : reportType(at, value, 'bool'));
    case 'any':
      return schema.properties === undefined ? () => undefined : compileStruct(schema, schema.properties, strictness);
  }
}

/** Whether any key is fine: of a map, or where nothing is known. What is neither and has no fields is a struct without any. */
function isMap({ properties, additionalProperties, preserveUnknownFields }: Schema): boolean {
  return properties === undefined && (additionalProperties !== undefined || preserveUnknownFields === true);
}

/** A field of a struct that must be there, or whose zero value is itself found wanting. */
interface AbsentField {
  readonly name: string;
  readonly zero: Check | undefined;
}

function compileStruct(schema: Schema, properties: Readonly<Record<string, Schema>>, strictness: Strictness): Check {
  const name = toStructName(schema.definition ?? '');
  const goType = toGoType(schema);
  const fields = new Map(Object.entries(properties).map(([field, child]) => [field, checkChild(schema, child, strictness)]));
  let absent: readonly AbsentField[] | undefined;
  return (value, at) => {
    if (!isObject(value)) return reportType(at, value, goType);
    const outer = at.struct;
    at.struct = name;
    for (const field of Object.keys(value)) {
      const check = fields.get(field);
      const item = value[field];
      if (check === undefined) reportUnknown(at, field, [...fields.keys()]);
      else if (item !== null && item !== undefined) step(at, field, check, item);
    }
    if (strictness === 'full') {
      absent ??= listAbsentFields(schema, properties);
      for (const field of absent) if (isUnset(value[field.name])) reportAbsent(at, field, value[field.name] === '');
    }
    at.struct = outer;
  };
}

function checkChild(schema: Schema, child: Schema, strictness: Strictness): Check {
  return SCHEMA_OR_OTHER.test(child.definition ?? '')
    ? checkInnerSchemas(checkBuiltIn(schema, strictness))
    : checkBuiltIn(child, strictness);
}

const SCHEMA_OR_OTHER = /\.JSONSchemaPropsOr(?:Array|Bool)$/;

/** A schema within a schema, or several: read by a decoder of its own, which minds types alone. */
function checkInnerSchemas(check: Check): Check {
  return (value, at) => {
    // A lone value that is no schema is ignored; an item of a list is not.
    for (const schema of isArray(value) ? value.filter((item) => item !== null) : [value].filter(isObject)) {
      const inner = new Cursor();
      inner.path.push(...at.path);
      inner.maps.push(...at.maps);
      inner.struct = at.struct;
      check(schema, inner);
      at.problems.push(...inner.problems.filter(({ code }) => code === 'KV0041'));
    }
  };
}

function step(at: Cursor, key: string | number, check: Check, value: JsonValue): void {
  at.path.push(key);
  check(value, at);
  at.path.pop();
}

/** Go makes the empty text of a text that is left out: a required one is missing either way. */
function isUnset(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '';
}

function reportAbsent(at: Cursor, { name, zero }: AbsentField, isEmpty: boolean): void {
  if (zero !== undefined) return step(at, name, zero, {});
  const field = `${at.struct}.${name}`;
  const problem = (isEmpty ? EMPTY_WORDS[field] : undefined) ?? ABSENT_WORDS[field] ?? 'Required value';
  if (problem === SAID_ELSEWHERE) return undefined;
  at.path.push(name);
  at.report('KV0043', { field: at.field, problem });
  at.path.pop();
  return undefined;
}

function listAbsentFields(schema: Schema, properties: Readonly<Record<string, Schema>>): readonly AbsentField[] {
  const required = new Set(schema.required);
  return Object.entries(properties).flatMap(([name, child]): AbsentField[] => {
    if (isOptional(schema.definition ?? '', name)) return [];
    if (HELD_BY_VALUE.has(name) && child.properties !== undefined)
      return hasWants(child) ? [{ name, zero: checkBuiltIn(child, 'full') }] : [];
    return required.has(name) && child.type !== 'boolean' ? [{ name, zero: undefined }] : [];
  });
}

/** Fields of Go structs, not of pointers to them: left out they are there all the same, with all that they lack. */
const HELD_BY_VALUE = new Set([
  'jobTemplate',
  'limitResponse',
  'names',
  'pool',
  'priorityLevelConfiguration',
  'roleRef',
  'scaleTargetRef',
  'spec',
  'target',
  'template',
]);

/** Whether the zero value of a struct lacks something required. Structs held by value cannot be recursive. */
function hasWants(schema: Schema): boolean {
  return listAbsentFields(schema, schema.properties ?? {}).length > 0;
}

/** Fields that the OpenAPI document of some version calls required and the server does not ask for. */
const NOT_ASKED_FOR: Readonly<Record<string, readonly string[]>> = {
  'io.k8s.api.apps.v1.ControllerRevision': ['revision'],
  'io.k8s.api.apps.v1.StatefulSetSpec': ['serviceName'],
  'io.k8s.api.batch.v1.PodFailurePolicy': ['rules'],
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern': ['status'],
  'io.k8s.api.core.v1.Event': ['metadata'],
  'io.k8s.api.core.v1.HTTPHeader': ['value'],
  'io.k8s.api.core.v1.ISCSIPersistentVolumeSource': ['lun'],
  'io.k8s.api.core.v1.ISCSIVolumeSource': ['lun'],
  'io.k8s.api.core.v1.LimitRangeSpec': ['limits'],
  'io.k8s.api.core.v1.ScaleIOPersistentVolumeSource': ['secretRef'],
  'io.k8s.api.core.v1.ScaleIOVolumeSource': ['secretRef'],
  'io.k8s.api.core.v1.Sysctl': ['value'],
  'io.k8s.api.discovery.v1.EndpointSlice': ['endpoints'],
  'io.k8s.api.networking.v1.NetworkPolicySpec': ['podSelector'],
  'io.k8s.api.policy.v1.PodDisruptionBudgetStatus': ['currentHealthy', 'desiredHealthy', 'disruptionsAllowed', 'expectedPods'],
  'io.k8s.api.rbac.v1.RoleRef': ['apiGroup'],
  'io.k8s.api.resource.v1.Counter': ['value'],
  'io.k8s.api.resource.v1.DeviceCapacity': ['value'],
  'io.k8s.api.resource.v1.ResourcePool': ['generation'],
  'io.k8s.api.resource.v1beta1.Counter': ['value'],
  'io.k8s.api.resource.v1beta1.DeviceCapacity': ['value'],
  'io.k8s.api.resource.v1beta2.Counter': ['value'],
  'io.k8s.api.resource.v1beta2.DeviceCapacity': ['value'],
  'io.k8s.api.scheduling.v1.PriorityClass': ['value'],
  'io.k8s.api.storage.v1.CSINodeSpec': ['drivers'],
  'io.k8s.api.storage.v1.TokenRequest': ['audience'],
  // Judged with the rest of the metadata.
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference': ['apiVersion', 'kind', 'name', 'uid'],
};

function isOptional(definition: string, field: string): boolean {
  return field === 'status' || field === 'metadata' || NOT_ASKED_FOR[definition]?.includes(field) === true;
}

function compileMap(schema: Schema, strictness: Strictness): Check {
  const goType = toGoType(schema);
  const values = typeof schema.additionalProperties === 'object' ? checkBuiltIn(schema.additionalProperties, strictness) : undefined;
  return (value, at) => {
    if (!isObject(value)) return reportType(at, value, goType);
    if (values === undefined) return undefined;
    at.maps.push(at.path.length);
    for (const key of Object.keys(value)) {
      const item = value[key];
      if (item !== null && item !== undefined) step(at, key, values, item);
    }
    at.maps.pop();
    return undefined;
  };
}

function compileList(schema: Schema, strictness: Strictness): Check {
  const goType = toGoType(schema);
  const item = schema.items === undefined ? undefined : checkBuiltIn(schema.items, strictness);
  const isStruct = schema.items?.properties !== undefined;
  const isText = schema.items?.enum !== undefined;
  const keys = strictness === 'full' ? checkKeys(schema) : undefined;
  return (value, at) => {
    if (!isArray(value)) return reportType(at, value, goType);
    if (item !== undefined) {
      for (let index = 0; index < value.length; index++) {
        const element = value[index];
        if (element !== null && element !== undefined) step(at, index, item, element);
        else if (isStruct) step(at, index, item, {});
        else if (isText) step(at, index, item, '');
      }
    }
    return keys?.(value, at);
  };
}

function compileString(schema: Schema, strictness: Strictness): Check {
  const goType = toGoType(schema);
  const { format } = schema;
  const allowed = strictness === 'full' && schema.enum !== undefined ? new Set(schema.enum) : undefined;
  const micro = MICRO_TIME.test(schema.definition ?? '');
  return (value, at) => {
    if (typeof value !== 'string') return reportType(at, value, goType);
    if (allowed !== undefined && !allowed.has(value) && (value !== '' || isGiven(at))) return reportEnum(at, value, [...allowed]);
    if (format === 'byte') return reportBase64(at, value);
    if (format === 'date-time' && !isTime(value, micro)) return at.report('KV0046', { field: at.field, reason: explainTime(value, micro) });
    return undefined;
  };
}

/** Whether an empty text where the cursor stands is a value, and not one left out. */
function isGiven(at: Cursor): boolean {
  const step = at.path.at(-1) ?? '';
  return typeof step === 'number' || EMPTY_IS_A_VALUE.has(`${at.struct}.${step}`);
}

function reportBase64(at: Cursor, value: string): void {
  const bad = findBadBase64(value);
  if (bad >= 0) at.report('KV0046', { field: at.field, reason: `illegal base64 data at input byte ${bad}` });
}

function compileInteger(schema: Schema): Check {
  const goType = toGoType(schema);
  const isFit = goType === 'int32' ? isInt32 : isInt64;
  return (value, at) => (isFit(value) ? undefined : reportType(at, value, goType));
}

function isInt32(value: JsonValue): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= -2147483648 && value <= 2147483647;
}

/** Whether Go's decoder makes an `int64` of a number. */
export function isInt64(value: JsonValue): boolean {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value;
  return typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

function checkIntOrString(value: JsonValue, at: Cursor): void {
  if (typeof value !== 'string' && !isInt32(value)) reportType(at, value, 'int32');
}

const QUANTITY_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const QUANTITY_SUFFIX = "unable to parse quantity's suffix";

function checkQuantity(value: JsonValue, at: Cursor): void {
  if (typeof value === 'number' || typeof value === 'bigint') return;
  const verdict = typeof value === 'string' ? judgeQuantity(value) : 'wrong format';
  switch (verdict) {
    case 'fine':
      return;
    case 'zero':
      return at.report('KV0047', { field: at.field, value });
    case 'wrong format':
      return at.report('KV0046', { field: at.field, reason: QUANTITY_FORMAT });
    case 'wrong suffix':
      return at.report('KV0046', { field: at.field, reason: QUANTITY_SUFFIX });
  }
}

function reportType(at: Cursor, value: JsonValue, like: string): void {
  const goType = NAMED_TYPES[`${at.struct}.${String(at.path.at(-1))}`] ?? like;
  const got = toGoValue(value);
  const text = got === 'number' && /^u?int/.test(goType) ? `number ${stringifyJson(value)}` : got;
  const owner = at.struct === '' ? 'value' : `struct field ${at.struct}.${at.structField}`;
  at.report('KV0041', { field: at.field, got: text, owner, type: goType, how: howToWrite(like) });
}

function howToWrite(goType: string): string {
  if (goType.startsWith('[]')) return 'a list, with a `- ` before each item';
  if (goType === 'string') return 'quote what looks like a number or a boolean';
  if (goType === 'bool') return 'true or false, without quotes';
  if (/^(?:u?int|float)/.test(goType)) return 'a number, without quotes';
  return goType.startsWith('map[') ? 'a map of keys and values' : 'a map of its fields';
}

const MOST_NAMES = 10;

/** Reports a field that the struct or schema at the cursor does not have. */
export function reportUnknown(at: Cursor, field: string, known: readonly string[]): void {
  const nearest = findNearest(field, known);
  const names = known.filter((name) => name !== 'apiVersion' && name !== 'kind');
  const some = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), `and ${names.length - MOST_NAMES} more`] : names;
  const fields = nearest === undefined ? some : [nearest];
  at.path.push(field);
  at.report('KV0042', { field: at.field, known: fields });
  at.path.pop();
}

/** Reports a value that is not among those an enum allows. */
export function reportEnum(at: Cursor, value: JsonValue, allowed: readonly JsonValue[]): void {
  const list = typeof at.path.at(-1) === 'number';
  const words = ENUM_WORDS[`${at.struct}.${String(at.path.at(list ? -2 : -1))}`] ?? {};
  const text = stringifyJson(value);
  if (words.reason !== undefined) return at.report('KV0055', { field: at.field, value: text, reason: words.reason });
  const values = words.values?.map((item) => JSON.stringify(item)) ?? allowed.map((item) => stringifyJson(item)).toSorted();
  return at.report('KV0044', { field: words.ofList === true ? toDottedPath(at.path.slice(0, -1)) : at.field, value: text, values });
}
