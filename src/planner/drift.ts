import { type FieldChange, type FieldWriter, type KubernetesObject, type Schema } from '../model/index.ts';
import { compareBy, toPointer } from '../std/index.ts';
import { fieldSetOf, readManagers, type FieldPath, type ManagedEntry } from './merge/index.ts';
import { toIndexPath } from './place.ts';

/** The two sides of an update: what is applied over what, and what comes of it. */
interface Update {
  readonly live: KubernetesObject;
  readonly applied: KubernetesObject;
  readonly merged: KubernetesObject;
  readonly manager: string;
  readonly schema: Schema | undefined;
}

/**
 * The fields of an update with those told apart that drifted: another manager wrote them after ours last did, and ours
 * owns them no more. A write by somebody else takes a field away from whoever applied it (structured-merge-diff
 * `Updater.Update`), so that what we still own has the value that we gave it, and differs because the manifest changed.
 * Fields that were removed leave no trace of who did it: `markReturns` tells them.
 */
export function markDrift(fields: readonly FieldChange[], update: Update): readonly FieldChange[] {
  const drifted = listDrifted(update);
  if (drifted.length === 0) return fields;
  return fields.map((field) => {
    const writer = drifted.find(({ pointer }) => isWithin(field.path, pointer))?.writer;
    return writer === undefined ? field : { ...field, drift: writer };
  });
}

/** The fields of an update to what was applied before, the manifest being the same: whoever did it, the manifest did not. */
export function markReturns(fields: readonly FieldChange[]): readonly FieldChange[] {
  return fields.map((field) => (field.drift === undefined && field.by === undefined ? { ...field, drift: {} } : field));
}

interface Drifted {
  readonly pointer: string;
  readonly writer: FieldWriter;
}

function listDrifted({ live, applied, merged, manager, schema }: Update): readonly Drifted[] {
  const entries = [...(readManagers(live)?.values() ?? [])].filter(({ subresource }) => subresource !== 'status');
  const own = entries.find((entry) => entry.manager === manager && entry.operation === 'Apply');
  const last = timeOf(own);
  if (own === undefined || last === undefined) return [];
  const others = entries.filter((entry) => entry !== own && (timeOf(entry) ?? -1) >= last);
  if (others.length === 0) return [];
  const lost = fieldSetOf(applied, schema).difference(own.fields).paths();
  return lost.flatMap((path) => {
    const writer = path.at(-1)?.startsWith('k:') === true ? undefined : findWriter(others, path);
    const place = writer === undefined ? [] : toIndexPath(path, merged, schema);
    return writer === undefined || place.length < path.length ? [] : [{ pointer: toPointer(place), writer }];
  });
}

/** Of those that own a field, the one that wrote last. */
function findWriter(entries: readonly ManagedEntry[], path: FieldPath): FieldWriter | undefined {
  const [entry] = entries.filter(({ fields }) => fields.has(path)).toSorted(compareBy((item) => -(timeOf(item) ?? 0)));
  return entry?.time === undefined ? undefined : { manager: entry.manager, time: entry.time };
}

function timeOf(entry: ManagedEntry | undefined): number | undefined {
  const time = Date.parse(entry?.time ?? '');
  return Number.isNaN(time) ? undefined : time;
}

function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}
