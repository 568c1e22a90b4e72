export type { Controller, ControllerContext, Intent } from './controller.ts';
export { expandWorld } from './expand-world.ts';
export { stepScheduler, type PlacementAnswer } from './scheduler-step.ts';
export { CONTROLLERS } from './table.ts';
