import type { World } from '../../model/index.ts';
import type { ScheduleOptions, ScheduleResult } from './schedule.ts';
import { createSimulator } from './simulator.ts';

/** Places the pending pods of worlds that come one after the other, each as `schedule` would, as quickly as a `createSimulator`. */
export function createPlacer(options: ScheduleOptions = {}): (world: World) => ScheduleResult {
  const simulate = createSimulator(options);
  return (world) => simulate(world).result;
}
