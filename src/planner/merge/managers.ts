import { compareStrings, getArray, getString, isObject, type JsonObject, type JsonValue } from '../../std/index.ts';
import type { KubernetesObject } from '../../model/index.ts';
import { FieldSet } from './field-set.ts';

/** One entry of `metadata.managedFields`: who owns which fields, by which operation. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fields: FieldSet;
}

/** The entries of an object, by their identity. */
export type Managers = ReadonlyMap<string, ManagedEntry>;

/**
 * What tells entries apart: an applier is the same in whatever version it applies, an updater is not. Written as the API
 * server writes it, because conflicts are listed in its order.
 */
export function identityOf(entry: Omit<ManagedEntry, 'fields' | 'time'>): string {
  const version = entry.operation === 'Update' ? `,"apiVersion":${JSON.stringify(entry.apiVersion)}` : '';
  const subresource = entry.subresource === undefined ? '' : `,"subresource":${JSON.stringify(entry.subresource)}`;
  return `{"manager":${JSON.stringify(entry.manager)},"operation":"${entry.operation}"${version}${subresource}}`;
}

/** Decodes `metadata.managedFields`; undefined if an entry is malformed. Absent gives no entries. */
export function readManagers(object: KubernetesObject): Managers | undefined {
  const managers = new Map<string, ManagedEntry>();
  for (const item of getArray(object.metadata, 'managedFields')) {
    const entry = isObject(item) ? readEntry(item) : undefined;
    if (entry === undefined) return undefined;
    managers.set(identityOf(entry), entry);
  }
  return managers;
}

function readEntry(item: JsonObject): ManagedEntry | undefined {
  const operation = getString(item, 'operation');
  const apiVersion = getString(item, 'apiVersion');
  if ((operation !== 'Apply' && operation !== 'Update') || apiVersion === undefined || apiVersion === '') return undefined;
  if (getString(item, 'fieldsType') !== 'FieldsV1') return undefined;
  const subresource = getString(item, 'subresource');
  const time = getString(item, 'time');
  return {
    manager: getString(item, 'manager') ?? '',
    operation,
    apiVersion,
    ...(subresource === undefined || subresource === '' ? {} : { subresource }),
    ...(time === undefined ? {} : { time }),
    fields: FieldSet.fromFieldsV1(item['fieldsV1']),
  };
}

/** Encodes entries as `metadata.managedFields`, in the API server's order: appliers first, then by time and name. */
export function writeManagers(managers: Managers): readonly JsonObject[] {
  return [...managers.values()].toSorted(compareEntries).map(writeEntry);
}

/** Whether two lists of entries say the same, times aside. */
export function isSameOwnership(a: Managers, b: Managers): boolean {
  if (a.size !== b.size) return false;
  for (const [identity, entry] of a) {
    const other = b.get(identity);
    if (other === undefined || other.apiVersion !== entry.apiVersion || !other.fields.equals(entry.fields)) return false;
  }
  return true;
}

function writeEntry(entry: ManagedEntry): JsonObject {
  const fields: Record<string, JsonValue> = { manager: entry.manager, operation: entry.operation, apiVersion: entry.apiVersion };
  if (entry.time !== undefined) fields['time'] = entry.time;
  fields['fieldsType'] = 'FieldsV1';
  fields['fieldsV1'] = entry.fields.toFieldsV1();
  if (entry.subresource !== undefined) fields['subresource'] = entry.subresource;
  return fields;
}

function compareEntries(a: ManagedEntry, b: ManagedEntry): number {
  return (
    compareStrings(a.operation, b.operation) ||
    secondsOf(a) - secondsOf(b) ||
    compareStrings(a.manager, b.manager) ||
    compareStrings(a.apiVersion, b.apiVersion) ||
    compareStrings(a.subresource ?? '', b.subresource ?? '')
  );
}

function secondsOf(entry: ManagedEntry): number {
  const time = entry.time === undefined ? Number.NaN : Date.parse(entry.time);
  return Number.isNaN(time) ? 0 : Math.floor(time / 1000);
}
