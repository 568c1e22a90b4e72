import { annotationsOf, gvkOf, withMetadata, type KubernetesObject } from '../model/index.ts';
import { getObject, isObject, saltedHash, type JsonObject, type JsonValue } from '../std/index.ts';

const PREFIX = '(secret) hmac-sha256:';
const HASHED = /^\(secret\) hmac-sha256:[0-9a-f]{64}$/;

/** Annotations in which other tools keep a copy of the whole object. */
const COPIES = ['kapp.k14s.io/original', 'kubectl.kubernetes.io/last-applied-configuration'] as const;

/** Whether the object is a core Secret. */
export function isSecret(object: KubernetesObject): boolean {
  const { group, kind } = gvkOf(object);
  return group === '' && kind === 'Secret';
}

/** The salted hash that stands for a secret value in plans and reports. What is a hash already stays as it is. */
export function hashSecretValue(salt: string, value: string): string {
  return HASHED.test(value) ? value : PREFIX + saltedHash(salt, value);
}

/** Whether the text stands for a secret value. */
export function isSecretHash(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && HASHED.test(value);
}

/** A Secret with `stringData` folded into `data`, as the API server stores it; other objects as they are. */
export function foldSecret(object: KubernetesObject): KubernetesObject {
  if (!isSecret(object)) return object;
  const { stringData, ...rest } = object;
  const data: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(getObject(object, 'data') ?? {}))
    data[key] = typeof value === 'string' && !isSecretHash(value) ? value.replaceAll(/\s/g, '') : value;
  for (const [key, value] of Object.entries(isObject(stringData) ? stringData : {}))
    data[key] = typeof value === 'string' ? toBase64(value) : value;
  const folded = { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
  return Object.keys(data).length === 0 && getObject(object, 'data') === undefined ? folded : { ...folded, data };
}

/** A Secret without a value in it: each, and each copy of the whole in an annotation, is replaced by its salted hash. */
export function hashSecret(object: KubernetesObject, salt: string): KubernetesObject {
  if (!isSecret(object)) return object;
  const folded = foldSecret(object);
  const data = getObject(folded, 'data');
  const hashed = data === undefined ? folded : { ...folded, data: hashValues(data, salt) };
  const annotations = annotationsOf(hashed);
  const copies = COPIES.filter((name) => annotations.has(name));
  if (copies.length === 0) return hashed;
  const replaced = Object.fromEntries(copies.map((name) => [name, hashSecretValue(salt, annotations.get(name) ?? '')]));
  return withMetadata(hashed, { annotations: { ...getObject(hashed.metadata, 'annotations'), ...replaced } });
}

function hashValues(data: JsonObject, salt: string): JsonObject {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, hashSecretValue(salt, typeof value === 'string' ? value : JSON.stringify(value))]),
  );
}

function toBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
