import { withMetadata, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getObject, getString } from '../../std/index.ts';
import { withCondition } from './conditions.ts';
import { toDelete, toStatusUpdate, type ControllerContext, type Intent } from './controller.ts';

/** What the scheduler engine answers, as far as binding needs it. */
export interface PlacementAnswer {
  readonly placements: readonly { readonly pod: string; readonly node: string | null; readonly message: string }[];
  readonly preempted: readonly { readonly pod: string; readonly node: string; readonly by: string }[];
}

/**
 * Binds the pods that wait for a node, as `place` decides (engines are not imported: it is handed in): a pod gets its
 * node, or the condition PodScheduled=False with the scheduler's message; victims of preemption are deleted, and who
 * takes their place is bound by a later step, when they are gone.
 */
export function stepScheduler(world: World, place: (world: World) => PlacementAnswer, { now }: ControllerContext): readonly Intent[] {
  const { placements, preempted } = place(world);
  const waiting = new Map(preempted.map(({ by, node }) => [by, node]));
  const intents: Intent[] = [];
  for (const { pod: key, node, message } of placements) {
    const pod = findPod(world, key);
    if (pod === undefined || getString(pod, 'spec', 'nodeName') !== undefined) continue;
    if (node !== null && !waiting.has(key)) intents.push({ type: 'update', object: bind(pod, node) });
    else if (node === null) intents.push(...toStatusUpdate(pod, toUnschedulable(pod, message, now)));
  }
  for (const { pod: key } of preempted) {
    const pod = findPod(world, key);
    if (pod !== undefined && getString(pod.metadata, 'deletionTimestamp') === undefined) intents.push(toDelete(pod));
  }
  return intents;
}

function findPod(world: World, key: string): KubernetesObject | undefined {
  const [namespace = '', name = ''] = key.split('/');
  return world.get({ group: '', kind: 'Pod', namespace, name });
}

function bind(pod: KubernetesObject, node: string): KubernetesObject {
  return { ...withMetadata(pod, {}), spec: { ...getObject(pod, 'spec'), nodeName: node } };
}

function toUnschedulable(pod: KubernetesObject, message: string, now: number): Record<string, KubernetesObject[string]> {
  const isGated = getArray(pod, 'spec', 'schedulingGates').length > 0;
  const reason = isGated ? 'SchedulingGated' : 'Unschedulable';
  const conditions = withCondition(getArray(pod, 'status', 'conditions'), { type: 'PodScheduled', status: 'False', reason, message }, now, {
    lastProbeTime: null,
  });
  return { ...getObject(pod, 'status'), phase: 'Pending', conditions };
}
