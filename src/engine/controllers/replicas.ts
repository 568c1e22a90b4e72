import { gvkOf, nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getNumber, getString } from '../../std/index.ts';

/** The autoscaler that scales a workload. */
export function findAutoscaler(world: World, workload: KubernetesObject): KubernetesObject | undefined {
  return world
    .kind('autoscaling', 'HorizontalPodAutoscaler')
    .inNamespace(namespaceOf(workload))
    .find(
      (autoscaler) =>
        getString(autoscaler, 'spec', 'scaleTargetRef', 'kind') === gvkOf(workload).kind &&
        getString(autoscaler, 'spec', 'scaleTargetRef', 'name') === nameOf(workload),
    );
}

/** The replicas that a workload asks for, within the bounds of its autoscaler. 0 turns an autoscaler off. */
export function desiredReplicas(workload: KubernetesObject, autoscaler: KubernetesObject | undefined): number {
  const replicas = getNumber(workload, 'spec', 'replicas') ?? 1;
  if (autoscaler === undefined || replicas === 0) return replicas;
  return clampReplicas(replicas, autoscaler);
}

/** A number of replicas within the bounds of an autoscaler. */
export function clampReplicas(replicas: number, autoscaler: KubernetesObject): number {
  const least = getNumber(autoscaler, 'spec', 'minReplicas') ?? 1;
  return Math.max(least, Math.min(replicas, getNumber(autoscaler, 'spec', 'maxReplicas') ?? replicas));
}

/** Pods that count as a workload's: neither ended nor being deleted (`controller.FilterActivePods`). */
export function isActivePod(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return phase !== 'Succeeded' && phase !== 'Failed' && getString(pod.metadata, 'deletionTimestamp') === undefined;
}

/** Whether a pod's condition is True. */
export function hasPodCondition(pod: KubernetesObject, type: string): boolean {
  return getArray(pod, 'status', 'conditions').some((item) => getString(item, 'type') === type && getString(item, 'status') === 'True');
}

/** Whether a pod is ready to serve. */
export function isReadyPod(pod: KubernetesObject): boolean {
  return getString(pod, 'status', 'phase') === 'Running' && hasPodCondition(pod, 'Ready');
}
