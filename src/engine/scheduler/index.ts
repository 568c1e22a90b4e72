export { readSchedulerConfiguration } from './configuration/read-configuration.ts';
export { EmptyNode } from './empty-node.ts';
export { createSchedulerEngine } from './engine.ts';
export { NOT_SIMULATED } from './not-simulated.ts';
export { isNodesSpec, parseNodesSpec } from './nodes-spec.ts';
export { openTrial } from './trial.ts';
export type { NodeExplanation, Placement } from './placement.ts';
export { schedule, schedulingKnown, simulate, type HeldPod } from './schedule.ts';
