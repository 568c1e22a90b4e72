export { withNamespace } from './desired.ts';
export { fieldsHashOf } from './fields-hash.ts';
export { DEFAULT_LIMITS, type PlanInput, type PlanLimits } from './input.ts';
export { applyMerge, type ApplyInput, type ApplyOutcome } from './merge/index.ts';
export { updateMerge, type UpdateInput } from './merge/index.ts';
export { FieldSet, formatFieldPath, type FieldConflict, type FieldPath, type PathElement } from './merge/index.ts';
export { createPlan } from './plan.ts';
export { hashSecret, hashSecretValue, isSecretHash } from './secret.ts';
