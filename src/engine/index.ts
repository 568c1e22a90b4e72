import type { Engine } from '../model/index.ts';
import { createAdmissionEngine } from './admission/index.ts';
import {
  boundReplicas,
  expandWorld,
  listRefusedPods,
  progressOf,
  removeOrphans,
  scaleByAutoscaler,
  startRollout,
  stepRollout,
} from './controllers/index.ts';
import { NETWORK_LEAVES_OUT, networkEngine } from './network/index.ts';
import { RBAC_LEAVES_OUT, rbacEngine } from './rbac/index.ts';
import { createRolloutEngine, ROLLOUT_LEAVES_OUT } from './rollout/index.ts';
import { createSchedulerEngine, NOT_SIMULATED, schedule, schedulingKnown } from './scheduler/index.ts';

/** Whether updates can finish, by the controllers and the scheduler. */
const rolloutEngine: Engine = createRolloutEngine({
  bound: (world) => boundReplicas(world).world,
  expand: expandWorld,
  listRefused: listRefusedPods,
  place: (world) => schedule(world),
  knowsNodes: schedulingKnown,
  start: startRollout,
  scale: scaleByAutoscaler,
  sweep: removeOrphans,
  step: stepRollout,
  progress: progressOf,
});

/** The engines whose facts make effects, in the order in which reports show them. */
export const ENGINES: readonly Engine[] = [
  createSchedulerEngine({ expand: expandWorld, listOverlarge: (world) => boundReplicas(world).overlarge }),
  createAdmissionEngine(listRefusedPods),
  rolloutEngine,
  networkEngine,
  rbacEngine,
];

/** What each engine does not look at yet, a phrase each. */
export const LEFT_OUT: Readonly<Record<'network' | 'rbac' | 'rollout' | 'scheduler', readonly string[]>> = {
  network: NETWORK_LEAVES_OUT,
  rbac: RBAC_LEAVES_OUT,
  rollout: ROLLOUT_LEAVES_OUT,
  scheduler: NOT_SIMULATED,
};
