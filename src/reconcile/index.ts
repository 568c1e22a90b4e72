export type { ApplyEvent, ApplyPlanOptions, SecretAnswer } from './apply-options.ts';
export { applyPlan } from './apply-plan.ts';
export type { ApplyResult, Conclusion, StepResult } from './apply-result.ts';
export { assessHealth } from './health/assess-health.ts';
export type { Health, HealthContext, HealthMode, HealthStatus } from './health/health.ts';
export { membershipLabel, parentRef, withMembership, type InventoryOptions } from './inventory/membership.ts';
export { listUnits, readInventory, type Inventory } from './inventory/read-inventory.ts';
export type { Outcome, Phase } from './machine-state.ts';
