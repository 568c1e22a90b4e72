export type { Controller, Intent } from './controller.ts';
export { expandWorld } from './expand-world.ts';
export { stepScheduler } from './scheduler-step.ts';
export { CONTROLLERS } from './table.ts';
