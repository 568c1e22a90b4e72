import type { KubernetesObject } from '../../model/index.ts';
import { compareBy, getNumber, getString } from '../../std/index.ts';
import { compareAge, desiredAnnotationOf, maxAnnotationOf, type DeploymentState } from './deployment-revisions.ts';

/** How many replicas each ReplicaSet should have; those not named stay as they are. */
export type Scaling = ReadonlyMap<KubernetesObject, number>;

/** The replicas that a ReplicaSet asks for. */
export function replicasOf(set: KubernetesObject): number {
  return getNumber(set, 'spec', 'replicas') ?? 0;
}

/** The pods of a ReplicaSet that are available. */
export function availableOf(set: KubernetesObject): number {
  return getNumber(set, 'status', 'availableReplicas') ?? 0;
}

/** The same, but never more than it is to keep: its status may be older than its size. */
function lastingOf(set: KubernetesObject): number {
  return Math.min(availableOf(set), replicasOf(set));
}

/** A sum over ReplicaSets. */
export function sum(sets: readonly KubernetesObject[], of: (set: KubernetesObject) => number): number {
  return sets.reduce((total, set) => total + of(set), 0);
}

/** The size that the new ReplicaSet may have now (`deployment/util.NewRSNewReplicas`, rolling update). */
export function toNewReplicas({ replicas, fenceposts, all }: DeploymentState, current: number): number {
  const room = replicas + fenceposts.maxSurge - sum(all, replicasOf);
  return room <= 0 ? current : current + Math.min(room, replicas - current);
}

/** Scales old ReplicaSets down as far as availability allows: unhealthy pods first, then the oldest sets (`reconcileOldReplicaSets`). */
export function scaleDownOld({ replicas, fenceposts, all, old, current }: DeploymentState): Scaling {
  const scaling = new Map<KubernetesObject, number>();
  const minAvailable = replicas - fenceposts.maxUnavailable;
  const newUnavailable = current === undefined ? 0 : replicasOf(current) - lastingOf(current);
  let cleanup = sum(all, replicasOf) - minAvailable - newUnavailable;
  if (cleanup <= 0 || sum(old, replicasOf) === 0) return scaling;
  for (const set of old.toSorted(compareAge)) {
    const unhealthy = Math.min(cleanup, replicasOf(set) - availableOf(set));
    if (unhealthy <= 0) continue;
    scaling.set(set, replicasOf(set) - unhealthy);
    cleanup -= unhealthy;
  }
  let spare = sum(all, lastingOf) - minAvailable;
  for (const set of old.toSorted(compareAge)) {
    const size = scaling.get(set) ?? replicasOf(set);
    const less = Math.min(size, spare);
    if (less <= 0) continue;
    scaling.set(set, size - less);
    spare -= less;
  }
  return scaling;
}

/** Spreads a change of a Deployment's replicas over its ReplicaSets in the middle of a rollout (`DeploymentController.scale`). */
export function scaleProportionally(state: DeploymentState): Scaling {
  const { deployment, replicas, fenceposts, all, old, current } = state;
  const active = all.filter((set) => replicasOf(set) > 0);
  if (active.length <= 1) {
    const only = active[0] ?? current ?? old.at(-1);
    return new Map(only === undefined ? [] : [[only, replicas]]);
  }
  if (current !== undefined && isSaturated(current, replicas)) {
    return new Map(active.filter((set) => set !== current).map((set) => [set, 0]));
  }
  if (getString(deployment, 'spec', 'strategy', 'type') === 'Recreate') return new Map();
  const toAdd = (replicas > 0 ? replicas + fenceposts.maxSurge : 0) - sum(active, replicasOf);
  const sorted = active
    .toSorted(compareBy((set) => -replicasOf(set)))
    .toSorted((a, b) => bySize(a, b) || (toAdd > 0 ? compareAge(b, a) : compareAge(a, b)));
  const scaling = new Map<KubernetesObject, number>();
  let added = 0;
  for (const set of sorted) {
    const share = toAdd === added ? 0 : toProportion(set, state, toAdd, added);
    scaling.set(set, replicasOf(set) + share);
    added += share;
  }
  const [first] = sorted;
  if (first !== undefined && toAdd !== 0) scaling.set(first, Math.max(0, (scaling.get(first) ?? 0) + toAdd - added));
  return scaling;
}

function isSaturated(set: KubernetesObject, replicas: number): boolean {
  return [replicasOf(set), availableOf(set), desiredAnnotationOf(set)].every((count) => count === replicas);
}

function bySize(a: KubernetesObject, b: KubernetesObject): number {
  return replicasOf(b) - replicasOf(a);
}

function toProportion(set: KubernetesObject, { deployment, replicas, fenceposts }: DeploymentState, toAdd: number, added: number): number {
  const size = replicasOf(set);
  const before = maxAnnotationOf(set) || (getNumber(deployment, 'status', 'replicas') ?? 0);
  const exact = replicas === 0 ? 0 : before === 0 ? size : (size * (replicas + fenceposts.maxSurge)) / before;
  const fraction = Math.round(exact) - size;
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}
