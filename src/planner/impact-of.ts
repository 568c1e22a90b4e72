import { refOf, toRefKey, type Change, type Manifest, type Origin, type RefKey } from '../model/index.ts';
import { listLast } from './deletes.ts';
import type { Entry } from './entry.ts';
import type { ChangedObject, Impact } from './impact/causes.ts';
import type { Site, Sites } from './impact/pointing.ts';
import type { Desired, PlanInput } from './input.ts';
import { atChangedField, atField, lineOf, writtenPath } from './place.ts';
import type { PlannedWorlds } from './planned-worlds.ts';

interface Decided {
  readonly input: PlanInput;
  readonly entries: readonly Entry[];
  /** What is asked for. */
  readonly byKey: ReadonlyMap<RefKey, Desired>;
}

/** What these changes make of the worlds, for whoever looks for causes. */
export function impactOf({ input, entries, byKey }: Decided, { before, after }: PlannedWorlds): Impact {
  const changed = new Map(
    entries.map((entry) => [toRefKey(entry.change.ref), toChangedObject(entry, input.catalog, fieldsOfOrigins(entries))]),
  );
  const locate: Impact['locate'] = (key, pointer) => {
    const desired = byKey.get(key);
    if (desired === undefined) return undefined;
    return pointer === undefined ? lineOf(desired.manifest.origin) : atField(desired, desired.object, pointer, input.catalog);
  };
  return { before, after, changed, locate };
}

type FieldsOf = (origin: Origin) => Change['fields'];

function fieldsOfOrigins(entries: readonly Entry[]): FieldsOf {
  const byOrigin = new Map(entries.map((entry) => [entry.desired?.manifest.origin, entry.change]));
  return (origin) => byOrigin.get(origin)?.fields ?? [];
}

function toChangedObject({ change, before, after, desired }: Entry, catalog: PlanInput['catalog'], fieldsOf: FieldsOf): ChangedObject {
  const locate: ChangedObject['locate'] = (pointer) => {
    if (desired === undefined || after === undefined) return change.source;
    if (pointer === undefined) return lineOf(desired.manifest.origin);
    return atChangedField(desired, change.merged ?? after, pointer, catalog, fieldsOf);
  };
  return { step: change, before, locate };
}

/** Where the objects of a plan stand in the files of both sides. */
export function sitesOf({ input, entries }: Decided): Sites {
  const byKey = new Map(entries.map((entry) => [toRefKey(entry.change.ref), entry]));
  const movedTo = new Map(
    entries.flatMap(({ change: { ref, movedFrom } }) => (movedFrom === undefined ? [] : [[toRefKey(movedFrom), toRefKey(ref)]])),
  );
  const fieldsOf = fieldsOfOrigins(entries);
  let last: ReadonlyMap<RefKey, Manifest> | undefined;
  const { catalog } = input;
  const after = (key: RefKey): Site | undefined => {
    const { desired, after: object, change } = byKey.get(key) ?? {};
    if (desired === undefined || object === undefined) return undefined;
    const planned = change?.merged ?? object;
    return {
      locate: (pointer) => atChangedField(desired, planned, pointer, catalog, fieldsOf),
      trail: (pointer) => desired.manifest.origin.trail?.(writtenPath(desired, planned, pointer, catalog)) ?? [],
    };
  };
  const before = (key: RefKey, isGone: boolean): Site | undefined => {
    const entry = byKey.get(movedTo.get(key) ?? key);
    last ??= new Map(listLast(input));
    const manifest = last.get(key);
    if (manifest === undefined) return undefined;
    const { object } = manifest;
    const former: Desired = { manifest, key, ref: refOf(object), object };
    const planned = (isGone ? entry?.before : (entry?.change.merged ?? entry?.after)) ?? object;
    const pathOf = (pointer: string): ReturnType<typeof writtenPath> => writtenPath(former, planned, pointer, catalog);
    return {
      locate: (pointer) => manifest.origin.locate(pathOf(pointer)),
      trail: (pointer) => manifest.origin.trail?.(pathOf(pointer)) ?? [],
    };
  };
  return { changeOf: (key) => byKey.get(key)?.change, movedTo: (key) => movedTo.get(key), after, before };
}
