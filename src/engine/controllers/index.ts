export type { Controller, Intent } from './controller.ts';
export { expandWorld } from './expand-world.ts';
export { resolveFenceposts, type Fenceposts } from './rollout-arithmetic.ts';
export { stepScheduler } from './scheduler-step.ts';
export { CONTROLLERS } from './table.ts';
