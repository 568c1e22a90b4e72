import type { KubernetesObject } from '../../model/index.ts';
import { compareStrings, getArray, getString, isEqualJson, type JsonObject, type JsonValue } from '../../std/index.ts';

const MANAGER = 'kapply';

/**
 * Whether somebody else has changed an object that kapply applied, in more than its status: it is gone, or differs and the
 * last who wrote it is not kapply. Who writes under kapply's own name in the same second is taken for it.
 */
export function isDrift(before: KubernetesObject, after: KubernetesObject | undefined): boolean {
  if (after === undefined) return true;
  return !isEqualJson(withoutBookkeeping(before), withoutBookkeeping(after)) && !isWrittenByUs(after);
}

function withoutBookkeeping(object: KubernetesObject): JsonObject {
  const { resourceVersion: _, managedFields: __, generation: ___, ...metadata } = object.metadata;
  const { status: ____, ...rest } = object;
  return { ...rest, metadata };
}

function isWrittenByUs(object: KubernetesObject): boolean {
  const entries = getArray(object.metadata, 'managedFields').filter((entry) => getString(entry, 'subresource') === undefined);
  const own = entries.find((entry) => getString(entry, 'manager') === MANAGER && getString(entry, 'operation') === 'Apply');
  if (own === undefined) return false;
  return entries.every((entry) => entry === own || compareStrings(timeOf(entry), timeOf(own)) < 0);
}

function timeOf(entry: JsonValue): string {
  return getString(entry, 'time') ?? '';
}
