import type { Schema } from '../../model/index.ts';
import type { JsonValue } from '../../std/index.ts';
import { FieldSet } from './field-set.ts';
import { removeItems, withNamedParents } from './remove-items.ts';
import { fieldSetOf } from './value-fields.ts';

/**
 * The merged value without what the applier owned by its last apply, no longer applies, and nobody else owns. What lies
 * within such a field and belongs to another manager keeps the field; what belongs to nobody goes with it. Containers that
 * this empties are left as nulls, which the caller drops once it has compared
 * (structured-merge-diff `Updater.prune`).
 */
export function pruneDropped(
  merged: JsonValue,
  sets: { readonly last: FieldSet; readonly owned: readonly FieldSet[] },
  schema: Schema | undefined,
): JsonValue {
  const owned = sets.owned.reduce((all, set) => all.union(set), FieldSet.EMPTY);
  if (sets.last.difference(owned).isEmpty) return merged;
  const last = withNamedParents(sets.last, schema);
  const all = withNamedParents(fieldSetOf(merged, schema), schema);
  const withoutLast = fieldsAfterRemoving(merged, last, schema);
  const unowned = all.difference(withoutLast.union(withNamedParents(owned, schema)));
  const withoutUnowned = fieldsAfterRemoving(merged, unowned, schema);
  return removeItems(merged, all.difference(withoutUnowned).intersection(last), schema);
}

function fieldsAfterRemoving(value: JsonValue, set: FieldSet, schema: Schema | undefined): FieldSet {
  return withNamedParents(fieldSetOf(removeItems(value, set, schema) ?? {}, schema), schema);
}
