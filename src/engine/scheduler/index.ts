export { drainNodes, listNodeLosses, listZoneLosses, loseNodes } from './drain/index.ts';
export { createSchedulerEngine } from './engine.ts';
export { NOT_SIMULATED } from './not-simulated.ts';
export { isNodesSpec, parseNodesSpec } from './nodes-spec.ts';
export { schedule, schedulingKnown, simulate, type HeldPod, type NodeExplanation, type Placement } from './schedule.ts';
