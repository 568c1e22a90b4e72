export { createSchedulerEngine } from './engine.ts';
export {
  costOf,
  findFault,
  listUnpackable,
  solvePacking,
  type CoveringColumn,
  type CoveringProgram,
  type NodeShape,
  type OpenCoveringProgram,
  type PackingGroup,
  type PackingInstance,
} from './packing/index.ts';
export { NOT_SIMULATED } from './not-simulated.ts';
export { parseNodesSpec } from './nodes-spec.ts';
export { schedule, schedulingKnown, type NodeExplanation, type Placement } from './schedule.ts';
