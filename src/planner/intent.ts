import { gvkOf, toRefKey, type KubernetesObject, type ObjectRef } from '../model/index.ts';
import { compareStrings, sha256Base64Url, stringifyJson } from '../std/index.ts';
import type { Desired } from './input.ts';

/**
 * What was last applied to the objects of a unit: a short hash of each manifest by a short hash of its identity. A field
 * that somebody takes out of an object leaves no trace in it; that its manifest is still the one that was applied tells that
 * the manifest did not ask for the difference.
 */
export type Intents = ReadonlyMap<string, string>;

const LENGTH = 8;
/** A ConfigMap holds 1 MiB; of larger units nothing is remembered. */
const MOST = 25_000;

const keys = new WeakMap<ObjectRef, string>();

/** Under what an object's intent is known. */
export function intentKeyOf(ref: ObjectRef): string {
  const known = keys.get(ref);
  if (known !== undefined) return known;
  const key = shorten(toRefKey(ref));
  keys.set(ref, key);
  return key;
}

/** The intent of a manifest as it is applied; undefined of a Secret, of which not even a hash is kept. */
export function intentOf(desired: KubernetesObject): string | undefined {
  const { group, kind } = gvkOf(desired);
  return group === '' && kind === 'Secret' ? undefined : shorten(stringifyJson(desired));
}

/** Whether an object was last applied as its manifest asks for it now. */
export function isAsLastApplied({ ref, object }: Pick<Desired, 'ref' | 'object'>, intents: Intents | undefined): boolean {
  const last = intents?.get(intentKeyOf(ref));
  return last !== undefined && last === intentOf(object);
}

/** Intents from the text that `writeIntents` made; what is none of them is not read. */
export function readIntents(text: string): Intents {
  const intents = new Map<string, string>();
  for (let at = 0; at + 2 * LENGTH <= text.length; at += 2 * LENGTH)
    intents.set(text.slice(at, at + LENGTH), text.slice(at + LENGTH, at + 2 * LENGTH));
  return intents;
}

/** Intents as text: the same for the same, in any order; none where there are too many to be kept. */
export function writeIntents(intents: Intents): string {
  if (intents.size > MOST) return '';
  return [...intents]
    .map(([key, intent]) => key + intent)
    .toSorted(compareStrings)
    .join('');
}

function shorten(text: string): string {
  return sha256Base64Url(text).slice(0, LENGTH);
}
