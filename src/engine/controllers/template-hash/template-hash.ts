import { getObject, printGo, stringifyJson, type JsonObject } from '../../../std/index.ts';
import { layoutOf } from './go-layout.ts';
import { formatGo } from './go-text.ts';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const utf8 = new TextEncoder();

/**
 * The `pod-template-hash` that the Deployment controller of a minor version, of the newest if that is not known, computes of a template
 * with its defaults (`controller.ComputeHash`). `collisions` is what the Deployment's status says of earlier ones that met. Undefined for a template
 * whose metadata holds times or managed fields.
 */
export function computeTemplateHash(template: JsonObject, minor: string | undefined, collisions?: number): string | undefined {
  const text = formatGo(template, 'v1.PodTemplateSpec', layoutOf(minor));
  if (text === undefined) return undefined;
  const hash = fnv32a(utf8.encode(text));
  return toSafeText(String(collisions === undefined ? hash : fnv32a(toLittleEndian(collisions), hash)));
}

/** From here on an object without a time of creation has no such field in JSON. */
const FIRST_WITHOUT_NULL = 34;

/**
 * The `controller-revision-hash` that the StatefulSet controller of a minor version, of the newest if none is given, computes of a
 * template with its defaults (`history.HashControllerRevision`), as the JSON of the patch that restores it.
 */
export function computeRevisionHash(template: JsonObject, minor: string | undefined, collisions: number): string {
  const isOld = minor !== undefined && Number(minor.slice(minor.indexOf('.') + 1)) < FIRST_WITHOUT_NULL;
  const metadata = { ...(isOld ? { creationTimestamp: null } : {}), ...getObject(template, 'metadata') };
  const patch = { spec: { template: { ...template, metadata, $patch: 'replace' } } };
  const text = printGo(patch, stringifyJson);
  return toSafeText(String(fnv32(utf8.encode(`${text}${collisions}`))));
}

/** The name of a number of Kubernetes' safe characters (`rand.SafeEncodeString`). */
function toSafeText(text: string): string {
  return [...utf8.encode(text)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? '').join('');
}

/** FNV-1a of 32 bits. */
function fnv32a(bytes: Uint8Array, start = 0x811c9dc5): number {
  let hash = start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** FNV-1 of 32 bits. */
function fnv32(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash, 0x01000193) ^ byte;
  return hash >>> 0;
}

/** Eight bytes, of which Go fills four. */
function toLittleEndian(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, count, true);
  return bytes;
}
