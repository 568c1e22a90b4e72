import type { KubernetesObject, Precondition } from '../model/index.ts';
import { getArray, getString, isArray, isEqualJson, isObject, parseJson, sha256, stringifyJson, type JsonValue } from '../std/index.ts';
import { fieldsHashOf } from './fields-hash.ts';
import { readPathElement } from './merge/index.ts';
import { hashSecret } from './secret.ts';

/**
 * SHA-256 of what a manager has applied to a live object: the fields that it owns, with their values. Whoever takes over,
 * changes or removes one of them changes the hash; what others write beside them does not. Where nobody is known to have
 * applied it, the whole object counts. Secrets are hashed under the plan's salt first, so that the answer tells nothing of them.
 */
export function appliedHashOf(live: KubernetesObject, manager: string, salt: string): string {
  const owned = getArray(live.metadata, 'managedFields').filter(
    (entry) => getString(entry, 'manager') === manager && getString(entry, 'operation') === 'Apply',
  );
  if (owned.length === 0) return fieldsHashOf(live, salt);
  const known = hashSecret(live, salt);
  return sha256(owned.map((entry) => writeOwned(known, isObject(entry) ? entry['fieldsV1'] : undefined)).join('\n'));
}

/** What a plan relies on of an object that it leaves as it is; undefined for one that no cluster has stored. */
export function keptPreconditionOf(live: KubernetesObject, manager: string, salt: string): Precondition | undefined {
  const uid = getString(live.metadata, 'uid');
  const resourceVersion = getString(live.metadata, 'resourceVersion');
  if (uid === undefined || resourceVersion === undefined) return undefined;
  return { kind: 'present', uid, resourceVersion, fieldsHash: appliedHashOf(live, manager, salt) };
}

/** The values of the owned fields, each after its step. */
function writeOwned(value: JsonValue | undefined, owned: JsonValue | undefined): string {
  let text = '';
  for (const element of isObject(owned) ? Object.keys(owned) : []) {
    if (element === '.' || !isObject(owned)) continue;
    text += `${text === '' ? '{' : ','}${JSON.stringify(element)}:${writeOwned(findElement(value, element), owned[element])}`;
  }
  if (text !== '') return `${text}}`;
  return value === undefined ? '' : stringifyJson(value);
}

function findElement(value: JsonValue | undefined, element: string): JsonValue | undefined {
  const [form, content] = [element.slice(0, 2), element.slice(2)];
  if (form === 'f:') return isObject(value) && Object.hasOwn(value, content) ? value[content] : undefined;
  if (!isArray(value) || readPathElement(element) === undefined) return undefined;
  if (form === 'i:') return value[Number(content)];
  const wanted = parseJson(content);
  if (form === 'v:' || !isObject(wanted)) return value.find((item) => isEqualJson(item, wanted));
  const keys = Object.entries(wanted);
  return value.find((item) => isObject(item) && keys.every(([key, field]) => field !== undefined && isEqualJson(item[key], field)));
}
