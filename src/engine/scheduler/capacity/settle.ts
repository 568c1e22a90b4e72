import { nameOf, namespaceOf, refOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { getObject } from '../../../std/index.ts';
import { simulate, type ScheduleOptions, type Simulation } from '../schedule.ts';

/** A world whose pods have been scheduled. */
export interface Settled {
  /** Each pod that found a node is on it; those that found none are not there. */
  readonly world: World;
  readonly simulation: Simulation;
}

/** Schedules the pods of an expanded world, and leaves them where they are then. */
export function settle(world: World, options: ScheduleOptions): Settled {
  const simulation = simulate(world, options);
  const nodes = new Map(simulation.result.placements.map(({ pod, node }) => [pod, node]));
  const evicted = new Set(simulation.result.preempted.map(({ pod }) => pod));
  const bound: KubernetesObject[] = [];
  const gone: KubernetesObject[] = [];
  for (const pod of world.byKind('', 'Pod')) {
    const key = `${namespaceOf(pod) ?? 'default'}/${nameOf(pod)}`;
    const node = nodes.get(key);
    if (typeof node === 'string') bound.push({ ...pod, spec: { ...getObject(pod, 'spec'), nodeName: node } });
    else if (node === null || evicted.has(key)) gone.push(pod);
  }
  return { world: world.without(gone.map(refOf)).with(bound), simulation };
}
