import type { KubernetesObject } from '../../model/index.ts';
import { findJsonObjectFault, getString } from '../../std/index.ts';
import { judgeConfigKey } from '../object/names.ts';
import { findBadBase64 } from '../structural/scalars.ts';
import type { Report } from '../problem.ts';
import { Place } from './place.ts';

const CODE = 'KV0123';

/** What `ValidateConfigMap` says. */
export function checkConfigMap(object: KubernetesObject, report: Report): void {
  const place = Place.of(object, [], CODE, report);
  checkKeys(place.at('data'), place.at('data'));
  checkKeys(place.at('binaryData'), place.at('binaryData'));
  const bytes = new Set(place.at('binaryData').keys());
  for (const key of place.at('data').keys()) {
    if (bytes.has(key)) place.at('data').entry(key).invalid('duplicate of key present in binaryData', key);
  }
  if (isTooLarge(listEntries(place.at('data')), listEntries(place.at('binaryData')))) place.tooLong(LARGEST);
}

/** How many bytes the values of a Secret or a ConfigMap may have together. */
const LARGEST = 1024 * 1024;
const REDACTED = '<secret contents redacted>';

/** What must be the text of a JSON object. */
const JSON_KEYS: ReadonlySet<string> = new Set(['.dockercfg', '.dockerconfigjson']);

/** The keys that a Secret of a type must have. */
const WANTED: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
]);

/** What `ValidateSecret` says. The texts of `stringData` are data to the server. */
export function checkSecret(object: KubernetesObject, report: Report): void {
  const place = Place.of(object, [], CODE, report);
  const [data, texts] = [place.at('data'), place.at('stringData')];
  for (const map of [data, texts]) checkKeys(map, data);
  const keys = new Set([...data.keys(), ...texts.keys()]);
  const type = getString(object, 'type') ?? '';
  const read = (key: string): Uint8Array | undefined => (texts.has(key) ? encode(texts.entry(key)) : decode(data.entry(key)));
  for (const key of WANTED.get(type) ?? []) {
    const bytes = keys.has(key) ? read(key) : undefined;
    if (!keys.has(key) || (type === 'kubernetes.io/ssh-auth' && bytes?.length === 0)) data.entry(key).required();
    const fault = bytes !== undefined && JSON_KEYS.has(key) ? findJsonObjectFault(bytes) : undefined;
    if (fault !== undefined) (texts.has(key) ? texts.entry(key).as(data, `[${key}]`) : data.entry(key)).invalid(fault, REDACTED);
  }
  const kept = listEntries(data).filter(({ key }) => !texts.has(key));
  if (isTooLarge(listEntries(texts), kept)) data.tooLong(LARGEST);
  const hasLogin = keys.has('username') || keys.has('password');
  if (type === 'kubernetes.io/basic-auth' && !hasLogin) for (const key of ['username', 'password']) data.entry(key).required();
  const account = place.at('metadata').at('annotations').entry('kubernetes.io/service-account.name');
  if (type === 'kubernetes.io/service-account-token' && account.text === '') account.required();
}

/** The bytes of a text as the server has them; undefined where it is none, of which the schema speaks. */
function encode({ value, isSet, text }: Place): Uint8Array | undefined {
  return isSet && typeof value !== 'string' ? undefined : new TextEncoder().encode(text);
}

/** The bytes that are written in base64; undefined where it is no base64. */
function decode({ value, isSet, text }: Place): Uint8Array | undefined {
  if ((isSet && typeof value !== 'string') || findBadBase64(text) >= 0) return undefined;
  return Uint8Array.from(atob(text.replace(/[\r\n]/g, '')), (letter) => letter.charCodeAt(0));
}

function listEntries(map: Place): readonly Place[] {
  return map.keys().map((key) => map.entry(key));
}

/** Whether values have too many bytes together: texts, of which a letter has up to three, and those in base64. */
function isTooLarge(texts: readonly Place[], encoded: readonly Place[]): boolean {
  const letters = sum([...texts, ...encoded].map(({ text }) => text.length));
  if (letters * 3 <= LARGEST) return false;
  return sum([...texts.map(encode), ...encoded.map(decode)].map((bytes) => bytes?.length ?? 0)) > LARGEST;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

function checkKeys(map: Place, named: Place): void {
  for (const key of map.keys()) for (const reason of judgeConfigKey(key)) map.at(key).as(named, `[${key}]`).invalid(reason, key);
}
