import type { Engine } from '../model/index.ts';
import { expandWorld } from './controllers/index.ts';
import { networkEngine } from './network/index.ts';
import { rbacEngine } from './rbac/index.ts';
import { createSchedulerEngine } from './scheduler/index.ts';

/** The engines whose facts make effects, in the order in which reports show them. */
export const ENGINES: readonly Engine[] = [createSchedulerEngine(expandWorld), networkEngine, rbacEngine];
