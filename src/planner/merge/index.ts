export { applyMerge, type ApplyInput, type ApplyOutcome } from './apply.ts';
export { formatConflicts, type FieldConflict } from './conflict.ts';
export { FieldSet, FieldSetBuilder } from './field-set.ts';
export { readManagers, type ManagedEntry, type Managers } from './managers.ts';
export { formatFieldPath, toFieldElement, type FieldPath, type PathElement } from './path-element.ts';
export { updateMerge, type UpdateInput } from './update.ts';
export { elementOf, fieldSchemaOf, isAssociative, itemsOf } from './shape.ts';
export { mergeValues } from './merge-values.ts';
