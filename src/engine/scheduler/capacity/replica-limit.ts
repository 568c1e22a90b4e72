import { formatRef, refOf, type KubernetesObject, type ObjectRef, type World } from '../../../model/index.ts';
import { getNumber, getObject, getString } from '../../../std/index.ts';

/** A world whose workloads have no more replicas than can be looked at one by one. */
export interface LimitedWorld {
  readonly world: World;
  /** How many pods more a workload (by `formatRef`) has than the world shows. */
  readonly more: ReadonlyMap<string, number>;
  readonly workloads: readonly ObjectRef[];
}

const MOST = 10_000;
const FIELDS = [
  ['', 'ReplicationController', 'replicas'],
  ['apps', 'Deployment', 'replicas'],
  ['apps', 'ReplicaSet', 'replicas'],
  ['apps', 'StatefulSet', 'replicas'],
  ['autoscaling', 'HorizontalPodAutoscaler', 'minReplicas'],
  ['batch', 'Job', 'parallelism'],
] as const;

/** Cuts the replicas of huge workloads: their pods are alike, and are counted instead. */
export function limitReplicas(world: World): LimitedWorld {
  const cut: KubernetesObject[] = [];
  const more = new Map<string, number>();
  for (const [group, kind, field] of FIELDS) {
    for (const object of world.byKind(group, kind)) {
      const asked = Math.min(getNumber(object, 'spec', field) ?? 0, getNumber(object, 'spec', 'completions') ?? Infinity);
      if (asked <= MOST) continue;
      cut.push({ ...object, spec: { ...getObject(object, 'spec'), [field]: MOST } });
      const name = formatRef(scaledBy(object));
      more.set(name, Math.max(more.get(name) ?? 0, asked - MOST));
    }
  }
  return { world: cut.length === 0 ? world : world.with(cut), more, workloads: cut.map(refOf) };
}

/** The workload whose replicas an object sets: an autoscaler sets those of its target. */
function scaledBy(object: KubernetesObject): ObjectRef {
  const target = getObject(object, 'spec', 'scaleTargetRef');
  const own = refOf(object);
  return target === undefined ? own : { ...own, kind: getString(target, 'kind') ?? '', name: getString(target, 'name') ?? '' };
}
