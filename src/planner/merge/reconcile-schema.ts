import type { Schema } from '../../model/index.ts';
import { FieldSet } from './field-set.ts';
import { fieldSchemaOf, isAssociative } from './shape.ts';
import type { PathElement } from './path-element.ts';

/**
 * A set written when a field was still granular, as of a schema in which it is atomic: who owned a part of it now owns
 * the whole (structured-merge-diff `ReconcileFieldSetWithSchema`). The set itself if nothing of it changed.
 */
export function reconcileWithSchema(set: FieldSet, schema: Schema | undefined): FieldSet {
  if (schema === undefined || set.children.size === 0) return set;
  const members = new Set<PathElement>(set.members);
  const children = new Map<PathElement, FieldSet>();
  let changed = false;
  for (const [element, below] of set.children) {
    const child = element.startsWith('f:') ? fieldSchemaOf(schema, element.slice(2)) : schema.items;
    if (isAtomic(child)) {
      members.add(element);
      changed = true;
      continue;
    }
    const reconciled = reconcileWithSchema(below, child);
    if (reconciled !== below) changed = true;
    children.set(element, reconciled);
  }
  return changed ? FieldSet.from(members, children) : set;
}

function isAtomic(schema: Schema | undefined): boolean {
  if (schema === undefined) return false;
  if (schema.type === 'array') return !isAssociative(schema);
  return schema.type === 'object' && schema.mapType === 'atomic';
}
