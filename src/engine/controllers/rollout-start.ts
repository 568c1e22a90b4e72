import { labelsOf, nameOf, refOf, withMetadata, type KubernetesObject, type ObjectRef, type World } from '../../model/index.ts';
import { getObject, getString, toKubernetesTime } from '../../std/index.ts';
import { childrenOf } from './ownership.ts';
import { desiredReplicas, findAutoscaler } from './replicas.ts';
import { findRevisions } from './revision.ts';
import { stepRollout } from './rollout-step.ts';
import { isPodOfTemplate, REVISION_HASH, templateOf } from './template.ts';

const DAY = 86_400_000;
const MOST_STEPS = 16;

/**
 * A world at rest as a rollout finds it: of these workloads the pods that have a node run, carry the mark of their revision,
 * and are counted in the status of their controllers. What a live cluster tells of pods stays as it is.
 */
export function startRollout(world: World, workloads: readonly ObjectRef[], now: number): World {
  let started = world;
  for (const ref of workloads) {
    const workload = started.get(ref);
    if (workload !== undefined) started = prepare(started, workload, now);
  }
  for (let count = 0; count < MOST_STEPS; count++) {
    const step = stepRollout(started, workloads, now);
    if (!step.isChanged) break;
    started = step.world;
  }
  return started;
}

function prepare(world: World, workload: KubernetesObject, now: number): World {
  const scaled = world.with([scaleByAutoscaler(world, workload)]);
  const sets = childrenOf(world, workload, 'apps', 'ReplicaSet');
  const pods = [workload, ...sets].flatMap((owner) => childrenOf(world, owner, '', 'Pod'));
  const running = pods.map((pod) => toRunning(pod, now - DAY));
  if (workload.kind !== 'StatefulSet' && workload.kind !== 'DaemonSet') return scaled.with(running);
  const bare = scaled.without(childrenOf(world, workload, 'apps', 'ControllerRevision').map(refOf));
  const { update } = findRevisions(bare, workload, new Set());
  return bare.with(running.map((pod) => toMarked(pod, workload, update)));
}

/** What an autoscaler has made of the replicas. */
export function scaleByAutoscaler(world: World, workload: KubernetesObject): KubernetesObject {
  const autoscaler = findAutoscaler(world, workload);
  if (autoscaler === undefined || workload.kind === 'DaemonSet') return workload;
  return { ...workload, spec: { ...getObject(workload, 'spec'), replicas: desiredReplicas(workload, autoscaler) } };
}

/** StatefulSets mark pods with the name of the revision, DaemonSets with the end of it. Pods of older templates keep their marks. */
function toMarked(pod: KubernetesObject, workload: KubernetesObject, revision: string): KubernetesObject {
  if (!isPodOfTemplate(pod, templateOf(workload))) return pod;
  const mark = workload.kind === 'DaemonSet' ? revision.slice(nameOf(workload).length + 1) : revision;
  return withMetadata(pod, { labels: { ...Object.fromEntries(labelsOf(pod)), [REVISION_HASH]: mark } });
}

/** A pod with a node, of which nothing is told, as it is once it serves. */
function toRunning(pod: KubernetesObject, since: number): KubernetesObject {
  const isTold = getString(pod, 'status', 'phase') !== undefined;
  if (isTold || (getString(pod, 'spec', 'nodeName') ?? '') === '') return pod;
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: toKubernetesTime(since) }];
  return { ...pod, status: { ...getObject(pod, 'status'), phase: 'Running', conditions } };
}
