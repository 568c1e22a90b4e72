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
import { createSchedulerEngine, NOT_SIMULATED, schedule, schedulingKnown, type SchedulerProfile } from './scheduler/index.ts';

/** Whether updates can finish, by the controllers and the scheduler. */
function rolloutEngineOf(profiles: readonly SchedulerProfile[] | undefined): Engine {
  const options = profiles === undefined ? {} : { profiles };
  return createRolloutEngine({
    bound: (world) => boundReplicas(world).world,
    expand: expandWorld,
    listRefused: listRefusedPods,
    place: (world) => schedule(world, options),
    knowsNodes: schedulingKnown,
    start: startRollout,
    scale: scaleByAutoscaler,
    sweep: removeOrphans,
    step: stepRollout,
    progress: progressOf,
  });
}

/** The engines whose facts make effects, in the order in which reports show them. Without profiles pods go where the default one puts them. */
export function createEngines(profiles?: readonly SchedulerProfile[]): readonly Engine[] {
  return [
    createSchedulerEngine({ expand: expandWorld, listOverlarge: (world) => boundReplicas(world).overlarge }, profiles),
    createAdmissionEngine(listRefusedPods),
    rolloutEngineOf(profiles),
    networkEngine,
    rbacEngine,
  ];
}

/** These engines with the default profile. */
export const ENGINES: readonly Engine[] = createEngines();

/** What each engine does not look at yet, a phrase each. */
export const LEFT_OUT: Readonly<Record<'network' | 'rbac' | 'rollout' | 'scheduler', readonly string[]>> = {
  network: NETWORK_LEAVES_OUT,
  rbac: RBAC_LEAVES_OUT,
  rollout: ROLLOUT_LEAVES_OUT,
  scheduler: NOT_SIMULATED,
};
