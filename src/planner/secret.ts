import { gvkOf, type KubernetesObject } from '../model/index.ts';
import { getObject, isObject, saltedHash, stringifyJson, type JsonObject, type JsonValue } from '../std/index.ts';

const PREFIX = '(secret) hmac-sha256:';
const HASHED = /^\(secret\) hmac-sha256:[0-9a-f]{64}$/;

/** Fields of metadata that say which object it is and whose. */
const IDENTITY = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generateName',
  'generation',
  'name',
  'namespace',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** Lists of metadata that the server reads or writes itself. */
const LISTS = new Set(['finalizers', 'managedFields', 'ownerReferences']);

/** Annotations that say how an object is handled: by their domains, without those in which tools keep a copy of the whole. */
const HANDLING =
  /^(kapply\.kplan\.dev|kplan\.dev|applyset\.kubernetes\.io|app\.kubernetes\.io|argocd\.argoproj\.io|cli-utils\.sigs\.k8s\.io|client\.lifecycle\.config\.k8s\.io|config\.k8s\.io|config\.kubernetes\.io|helm\.sh|kubernetes\.io|meta\.helm\.sh)\//;

/** The texts that such annotations have: nothing that could be an object written down. */
const PLAIN = /^[^{}"\n]{0,256}$/;

const KIND = /^\s*(secrets?(list)?|list)\s*$/i;

/**
 * Whether the object is a core Secret, or plainly meant as one: whatever the case of its kind, and the group a misspelt
 * core. Groups with a dot in them are of custom resources. Lists that are left, misspelt ones, may hold Secrets.
 */
export function isSecret(object: KubernetesObject): boolean {
  if (!KIND.test(object.kind)) return false;
  const { group } = gvkOf(object);
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/** The salted hash that stands for a secret value in plans and reports. What is a hash already stays as it is. */
export function hashSecretValue(salt: string, value: JsonValue): string {
  const text = typeof value === 'string' ? value : stringifyJson(value);
  return HASHED.test(text) ? text : PREFIX + saltedHash(salt, text);
}

/** Whether the text stands for a secret value. */
export function isSecretHash(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && HASHED.test(value);
}

/** Whether anything of the object is only there as the hash of a secret value. */
export function holdsSecretHashes(object: KubernetesObject): boolean {
  return isSecret(object) && hasHash(object);
}

function hasHash(value: JsonValue | undefined): boolean {
  return isObject(value) ? Object.values(value).some(hasHash) : isSecretHash(value);
}

/** A Secret with `stringData` folded into `data`, as the API server stores it; other objects as they are. */
export function foldSecret(object: KubernetesObject): KubernetesObject {
  if (!isSecret(object)) return object;
  const { stringData, ...rest } = object;
  const isFoldable = stringData === undefined || stringData === null || isObject(stringData);
  const data = getObject(object, 'data');
  const texts = isObject(stringData) ? stringData : {};
  const head = { apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
  const folded = isFoldable ? { ...rest, ...head } : object;
  if (data === undefined && Object.keys(texts).length === 0) return folded;
  return { ...folded, data: { ...mapValues(data ?? {}, withoutSpace), ...mapValues(texts, toBase64) } };
}

/** A Secret without a value in it: all that is not known to be harmless is replaced by its salted hash. */
export function hashSecret(object: KubernetesObject, salt: string): KubernetesObject {
  if (!isSecret(object)) return object;
  const hash = (value: JsonValue): JsonValue => hashSecretValue(salt, value);
  const fields = mapValues(foldSecret(object), (value, name) => hashField(name, value, hash));
  return { ...fields, apiVersion: object.apiVersion, kind: object.kind, metadata: hashMetadata(object.metadata, hash) };
}

type Hash = (value: JsonValue) => JsonValue;

function hashField(name: string, value: JsonValue, hash: Hash): JsonValue {
  if (value === null || (name === 'type' && typeof value === 'string') || (name === 'immutable' && typeof value === 'boolean'))
    return value;
  return name === 'data' && isObject(value) ? mapValues(value, hash) : hash(value);
}

function hashMetadata(metadata: JsonObject, hash: Hash): JsonObject {
  return mapValues(metadata, (value, name) => {
    if (value === null || (IDENTITY.has(name) && typeof value !== 'object') || (LISTS.has(name) && Array.isArray(value))) return value;
    if (name === 'labels' && isObject(value)) return mapValues(value, (text) => (typeof text === 'object' ? hash(text) : text));
    if (name !== 'annotations' || !isObject(value)) return hash(value);
    return mapValues(value, (text, key) => (isHarmless(key, text) ? text : hash(text)));
  });
}

function isHarmless(name: string, value: JsonValue): boolean {
  return value === null || (HANDLING.test(name) && typeof value === 'string' && PLAIN.test(value));
}

function mapValues(object: JsonObject, change: (value: JsonValue, key: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).flatMap(([key, value]) => (value === undefined ? [] : [[key, change(value, key)]])));
}

function withoutSpace(value: JsonValue): JsonValue {
  return typeof value === 'string' && !isSecretHash(value) ? value.replaceAll(/\s/g, '') : value;
}

function toBase64(value: JsonValue): JsonValue {
  if (typeof value !== 'string') return value;
  const bytes = new TextEncoder().encode(value);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
