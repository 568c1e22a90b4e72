export { applyMerge, type ApplyInput, type ApplyOutcome } from './merge/index.ts';
export { updateMerge, type UpdateInput } from './merge/index.ts';
export { FieldSet, formatFieldPath, type FieldConflict, type FieldPath, type PathElement } from './merge/index.ts';
