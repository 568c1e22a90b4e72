export {
  findCapacity,
  parseShapeSpec,
  readPodMetrics,
  type AutoscalerAnswer,
  type CandidateShape,
  type CapacityAnswer,
  type CapacityQuestion,
  type Expander,
  type UsageSample,
} from './capacity/index.ts';
export { readSchedulerConfiguration } from './configuration/read-configuration.ts';
export { drainNodes, listNodeLosses, listZoneLosses, loseNodes } from './drain/index.ts';
export { CONTROLLER_LENS } from './view.ts';
export { compareFilling } from './filling.ts';
export { EmptyNode } from './empty-node.ts';
export { createSchedulerEngine } from './engine.ts';
export {
  costOf,
  findFault,
  listUnpackable,
  solvePacking,
  type CoveringColumn,
  type CoveringProgram,
  type PackingShape,
  type OpenCoveringProgram,
  type PackingGroup,
  type PackingInstance,
} from './packing/index.ts';
export { NOT_SIMULATED } from './not-simulated.ts';
export { isNodesSpec, parseNodesSpec } from './nodes-spec.ts';
export type { SchedulerProfile } from './profile.ts';
export { findLeastNeeded } from './least-needed.ts';
export { tryOrders } from './orders.ts';
export { createPlacer } from './placer.ts';
export { schedule, schedulingKnown, simulate, type HeldPod, type SchedulerChoice } from './schedule.ts';
export { openTrial } from './trial.ts';
