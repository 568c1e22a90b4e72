export type { Controller, ControllerContext, Intent } from './controller.ts';
export { expandWorld } from './expand-world.ts';
export { STANDARD_STORAGE_CLASS } from './persistent-volume-claim.ts';
export { stepScheduler, type PlacementAnswer } from './scheduler-step.ts';
export { CONTROLLERS } from './table.ts';
