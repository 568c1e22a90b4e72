import { withMetadata, type KubernetesObject, type Placement, type PreemptedPod, type World } from '../../../model/index.ts';
import { getObject, getString } from '../../../std/index.ts';
import { simulate, type ScheduleOptions } from '../schedule.ts';

/** What placing the pods that wait has led to. */
export interface Settling {
  readonly world: World;
  /** The pods that had no node, by `namespace/name`. */
  readonly placements: ReadonlyMap<string, Placement>;
  readonly preempted: readonly PreemptedPod[];
}

/** The world once the scheduler has placed what it can: placed pods have their node, evicted ones have lost it. */
export function settle(world: World, options: ScheduleOptions): Settling {
  const { placements, preempted } = simulate(world, options).result;
  const changed: KubernetesObject[] = [];
  const decided = new Map(placements.map((placement) => [placement.pod, placement]));
  for (const placement of placements) {
    const pod = findPod(world, placement.pod);
    const had = pod === undefined ? undefined : getString(pod, 'spec', 'nodeName');
    if (pod !== undefined && (placement.node ?? undefined) !== had) changed.push(withNode(pod, placement.node));
  }
  const gone = preempted.filter(({ pod }) => !decided.has(pod)).map(({ pod }) => toPodRef(pod));
  return { world: world.without(gone).with(changed), placements: decided, preempted };
}

/** A pod of a world by `namespace/name`. */
export function findPod(world: World, key: string): KubernetesObject | undefined {
  return world.get(toPodRef(key));
}

/** The identity of a pod by `namespace/name`. */
export function toPodRef(key: string): { readonly group: ''; readonly kind: 'Pod'; readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = key.split('/');
  return { group: '', kind: 'Pod', namespace, name };
}

/** The pod on another node, or on none; what its kubelet said of it no longer holds. */
export function withNode(pod: KubernetesObject, node: string | null): KubernetesObject {
  const { apiVersion, kind, metadata, status: _, ...rest } = pod;
  const { nodeName: __, ...spec } = getObject(pod, 'spec') ?? {};
  return { ...rest, apiVersion, kind, metadata, spec: node === null ? spec : { ...spec, nodeName: node } };
}

const OF_ONE_POD = {
  creationTimestamp: undefined,
  deletionTimestamp: undefined,
  finalizers: undefined,
  resourceVersion: undefined,
  uid: undefined,
};

/** What the controller of a pod makes in its place: the same pod, new and without a node. */
export function toSuccessor(pod: KubernetesObject): KubernetesObject {
  return withNode(withMetadata(pod, OF_ONE_POD), null);
}
