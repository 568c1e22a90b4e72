import type { Engine } from '../model/index.ts';
import { createAdmissionEngine } from './admission/index.ts';
import { expandWorld, listRefusedPods } from './controllers/index.ts';
import { NETWORK_LEAVES_OUT, networkEngine } from './network/index.ts';
import { RBAC_LEAVES_OUT, rbacEngine } from './rbac/index.ts';
import { createSchedulerEngine, NOT_SIMULATED } from './scheduler/index.ts';

/** The engines whose facts make effects, in the order in which reports show them. */
export const ENGINES: readonly Engine[] = [
  createSchedulerEngine(expandWorld),
  createAdmissionEngine(listRefusedPods),
  networkEngine,
  rbacEngine,
];

/** What each engine does not look at yet, a phrase each. */
export const LEFT_OUT: Readonly<Record<'network' | 'rbac' | 'scheduler', readonly string[]>> = {
  network: NETWORK_LEAVES_OUT,
  rbac: RBAC_LEAVES_OUT,
  scheduler: NOT_SIMULATED,
};
