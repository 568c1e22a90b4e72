export { createSchedulerEngine } from './engine.ts';
export { parseNodesSpec } from './nodes-spec.ts';
export { NOT_SIMULATED } from './not-simulated.ts';
export {
  schedule,
  schedulingKnown,
  type NodeExplanation,
  type Placement,
  type PreemptedPod,
  type ScheduleOptions,
  type ScheduleResult,
} from './schedule.ts';
