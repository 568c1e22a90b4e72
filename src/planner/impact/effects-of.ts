import { toRefKey, type Change, type Effect, type Engine, type Origin } from '../../model/index.ts';
import type { Decided, Entry } from '../entry.ts';
import type { PlanInput } from '../input.ts';
import { atChangedField, atField, lineOf } from '../place.ts';
import type { PlannedWorlds } from '../planned-worlds.ts';
import type { ChangedObject, Impact } from './causes.ts';
import { listEffects } from './effects.ts';

/** What units do together, as these engines find. */
export function effectsOf(units: readonly Decided[], { before, after }: PlannedWorlds, engines: readonly Engine[]): readonly Effect[] {
  const changed = new Map(
    units.flatMap(({ entries, input }) => {
      const byOrigin = new Map(entries.map((entry) => [entry.desired?.manifest.origin, entry.change]));
      const fieldsOf: FieldsOf = (origin) => byOrigin.get(origin)?.fields ?? [];
      return entries.map((entry) => [toRefKey(entry.change.ref), toChangedObject(entry, input.catalog, fieldsOf)] as const);
    }),
  );
  const locate: Impact['locate'] = (key, pointer) => {
    const unit = units.find(({ byKey }) => byKey.has(key));
    const desired = unit?.byKey.get(key);
    if (unit === undefined || desired === undefined) return undefined;
    return pointer === undefined ? lineOf(desired.manifest.origin) : atField(desired, desired.object, pointer, unit.input.catalog);
  };
  return listEffects({ before, after, changed, locate }, engines);
}

type FieldsOf = (origin: Origin) => Change['fields'];

function toChangedObject({ change, before, after, desired }: Entry, catalog: PlanInput['catalog'], fieldsOf: FieldsOf): ChangedObject {
  const locate: ChangedObject['locate'] = (pointer) => {
    if (desired === undefined || after === undefined) return change.source;
    if (pointer === undefined) return lineOf(desired.manifest.origin);
    return atChangedField(desired, change.merged ?? after, pointer, catalog, fieldsOf);
  };
  return { step: change, before, locate };
}
