export { adoptObjects, type AdoptResult } from './adopt-objects.ts';
export type { ApplyEvent, ApplyPlanOptions } from './apply-options.ts';
export type { Followed, FollowObject } from './observer.ts';
export { applyPlan } from './apply-plan.ts';
export type { ApplyResult, StepResult } from './apply-result.ts';
export { deleteUnit, listKept } from './delete-unit.ts';
export { assessHealth } from './health/assess-health.ts';
export { compileHealthRules, type HealthExpressions, type HealthRules } from './health/custom.ts';
export type { Health, HealthMode } from './health/health.ts';
export {
  ID_LABEL,
  PART_OF_LABEL,
  isMadeByController,
  membershipLabel,
  parentRef,
  withMembership,
  type InventoryOptions,
} from './inventory/membership.ts';
export { intentsOf, listMemberKinds, UNIT_ANNOTATION } from './inventory/parent.ts';
export { findOwners } from './inventory/owners.ts';
export { listUnits, readInventory, type Inventory } from './inventory/read-inventory.ts';
export { listUnknownKinds, planLeastRights } from './least-rights.ts';
export { readStatus } from './read-status.ts';
