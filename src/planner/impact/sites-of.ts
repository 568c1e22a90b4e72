import { refOf, toRefKey, type Change, type Manifest, type Origin, type RefKey } from '../../model/index.ts';
import { listLast } from '../deletes.ts';
import type { Decided } from '../entry.ts';
import type { Desired } from '../input.ts';
import { atChangedField, writtenPath } from '../place.ts';
import type { Site, Sites } from './pointing.ts';

type FieldsOf = (origin: Origin) => Change['fields'];

/** Where the objects of a plan stand in the files of both sides. */
export function sitesOf({ input, entries }: Pick<Decided, 'entries' | 'input'>): Sites {
  const byKey = new Map(entries.map((entry) => [toRefKey(entry.change.ref), entry]));
  const movedTo = new Map(
    entries.flatMap(({ change: { ref, movedFrom } }) => (movedFrom === undefined ? [] : [[toRefKey(movedFrom), toRefKey(ref)]])),
  );
  const byOrigin = new Map(entries.map((entry) => [entry.desired?.manifest.origin, entry.change]));
  const fieldsOf: FieldsOf = (origin) => byOrigin.get(origin)?.fields ?? [];
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
