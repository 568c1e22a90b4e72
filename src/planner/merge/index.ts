export { applyMerge } from './apply.ts';
export { type FieldConflict } from './conflict.ts';
export { listDuplicates } from './duplicates.ts';
export { FieldSet } from './field-set.ts';
export { readManagers } from './managers.ts';
export { formatFieldPath, keyOfElement, readPathElement, toFieldElement, type FieldPath, type PathElement } from './path-element.ts';
export { updateMerge } from './update.ts';
export { elementOf, fieldSchemaOf, isAssociative, itemsOf, shapeOf } from './shape.ts';
export { mergeValues } from './merge-values.ts';
