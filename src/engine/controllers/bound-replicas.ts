import { parseQuantity, refOf, toUnits, type KubernetesObject, type ObjectRef, type World } from '../../model/index.ts';
import { getAt, getNumber, getObject } from '../../std/index.ts';

/** A workload that asks for more pods than all nodes together may ever hold. */
export interface OverlargeWorkload {
  readonly workload: ObjectRef;
  readonly asked: number;
  /** How many of them are looked at: the others fare like the last of these. */
  readonly kept: number;
}

const COUNTED: readonly (readonly [group: string, kind: string, field: string])[] = [
  ['', 'ReplicationController', 'replicas'],
  ['apps', 'Deployment', 'replicas'],
  ['apps', 'ReplicaSet', 'replicas'],
  ['apps', 'StatefulSet', 'replicas'],
  ['autoscaling', 'HorizontalPodAutoscaler', 'minReplicas'],
  ['batch', 'Job', 'parallelism'],
];

/** What is looked at where no nodes are known. */
const LEAST = 1000;

/**
 * The world with no workload of more pods than fit the nodes by their number alone, and one: what a cluster cannot hold need not
 * be made to know that it finds no place. A mistyped number of replicas costs no more than a full cluster.
 */
export function boundReplicas(world: World): { readonly world: World; readonly overlarge: readonly OverlargeWorkload[] } {
  const most = Math.max(LEAST, countSlots(world)) + 1;
  const overlarge: OverlargeWorkload[] = [];
  const bounded: KubernetesObject[] = [];
  for (const [group, kind, field] of COUNTED) {
    for (const workload of world.byKind(group, kind)) {
      const asked = getNumber(workload, 'spec', field) ?? 1;
      if (asked <= most) continue;
      overlarge.push({ workload: refOf(workload), asked, kept: most });
      bounded.push({ ...workload, spec: { ...getObject(workload, 'spec'), [field]: most } });
    }
  }
  return { world: bounded.length === 0 ? world : world.with(bounded), overlarge };
}

function countSlots(world: World): number {
  return world
    .byKind('', 'Node')
    .reduce((sum, node) => sum + toUnits(parseQuantity(getAt(node, 'status', 'allocatable', 'pods')) ?? 0n), 0);
}
