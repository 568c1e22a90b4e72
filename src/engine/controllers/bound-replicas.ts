import {
  parseApiVersion,
  parseQuantity,
  refOf,
  toRefKey,
  toUnits,
  type KubernetesObject,
  type ObjectRef,
  type World,
} from '../../model/index.ts';
import { getAt, getNumber, getObject, getString } from '../../std/index.ts';

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

/** What is looked at of each workload at least, and where no nodes are known. */
const LEAST = 1000;
const UNKNOWN = 10_000;

/** A world in which no workload has more pods than can matter, and the workloads that ask for more. */
export interface BoundedWorld {
  readonly world: World;
  readonly overlarge: readonly OverlargeWorkload[];
}

/**
 * The world with no workload of more pods than fit the nodes by their number alone, and one: what a cluster cannot hold need not
 * be made to know that it finds no place. A mistyped number of replicas costs no more than a full cluster. Worked out once for a world.
 */
export function boundReplicas(world: World): BoundedWorld {
  return world.derive(bound);
}

function bound(world: World): BoundedWorld {
  const slots = world.kind('', 'Node').byKey.size === 0 ? UNKNOWN : countSlots(world);
  const most = Math.max(LEAST, slots, world.kind('', 'Pod').byKey.size) + 1;
  const overlarge = new Map<string, OverlargeWorkload>();
  const bounded: KubernetesObject[] = [];
  for (const [group, kind, field] of COUNTED) {
    for (const object of world.byKind(group, kind)) {
      const asked = Math.min(getNumber(object, 'spec', field) ?? 1, getNumber(object, 'spec', 'completions') ?? Infinity);
      if (asked <= most) continue;
      const workload = scaledBy(object);
      const known = overlarge.get(toRefKey(workload));
      if (known === undefined || known.asked < asked) overlarge.set(toRefKey(workload), { workload, asked, kept: most });
      bounded.push(toBounded(object, field, most));
    }
  }
  return { world: bounded.length === 0 ? world : world.with(bounded), overlarge: [...overlarge.values()] };
}

/** The workload whose replicas an object sets: an autoscaler sets those of its target. */
function scaledBy(object: KubernetesObject): ObjectRef {
  const own = refOf(object);
  const target = getObject(object, 'spec', 'scaleTargetRef');
  if (target === undefined) return own;
  const { group, version } = parseApiVersion(getString(target, 'apiVersion') ?? '');
  return { ...own, group, version, kind: getString(target, 'kind') ?? '', name: getString(target, 'name') ?? '' };
}

/** By the object: the same for each world that has it, so that what is made of it stays too. */
const BOUNDED = new WeakMap<KubernetesObject, { readonly most: number; readonly object: KubernetesObject }>();

function toBounded(object: KubernetesObject, field: string, most: number): KubernetesObject {
  const known = BOUNDED.get(object);
  if (known?.most === most) return known.object;
  const made = { ...object, spec: { ...getObject(object, 'spec'), [field]: most } };
  BOUNDED.set(object, { most, object: made });
  return made;
}

function countSlots(world: World): number {
  return world
    .byKind('', 'Node')
    .reduce((sum, node) => sum + toUnits(parseQuantity(getAt(node, 'status', 'allocatable', 'pods')) ?? 0n), 0);
}
