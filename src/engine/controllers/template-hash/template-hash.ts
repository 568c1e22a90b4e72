import type { JsonObject } from '../../../std/index.ts';
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

/** Eight bytes, of which Go fills four. */
function toLittleEndian(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, count, true);
  return bytes;
}
