import { createAdmission, createEngines, withMutations, type AdmissionSettings } from '../../engine/index.ts';
import { createReachEngine } from '../../engine/network/index.ts';
import { createDenyEngine } from '../../engine/rbac/index.ts';
import type { SchedulerChoice } from '../../engine/scheduler/index.ts';
import type { Engine, Lens, SchemaCatalog } from '../../model/index.ts';
import { createReferenceEngine } from '../../validate/index.ts';
import type { Config } from '../config.ts';

/** What the engines of a plan are told. */
export interface PlanEngineOptions {
  readonly config: Pick<Config, 'deny' | 'reach'>;
  readonly scheduler: SchedulerChoice;
  /** Whether all of the cluster is known, so that what is not there does not exist. */
  readonly knowsAll: boolean;
  readonly lens: Lens | undefined;
  readonly admission: AdmissionSettings;
  readonly catalog: SchemaCatalog;
}

/** The engines that say what a plan does. They are a third of the program: only a plan that does something loads them. */
export function createPlanEngines({ config, scheduler, knowsAll, lens, admission, catalog }: PlanEngineOptions): readonly Engine[] {
  const engines = [
    ...createEngines(scheduler, config.reach.network, createAdmission(admission)),
    createReachEngine(config.reach.rules, config.reach.checksUsual, config.reach.network),
    createDenyEngine(config.deny),
    createReferenceEngine({ knowsAll, lens, catalog }),
  ];
  return withMutations(engines, admission);
}
