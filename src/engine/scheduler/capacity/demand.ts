import { formatRef, isSelected, nameOf, refOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { compareBy, getArray, getObject, getString } from '../../../std/index.ts';
import { PodClassTable, type PodClass, type PodInfo } from '../pod-class.ts';
import { readPod } from '../pod-reading.ts';
import { isServed, type SchedulerProfile } from '../profile.ts';
import { controllerKeyOf, findWorkload } from '../workload-of-pod.ts';

/** Pods of one workload that no plugin can tell apart, and that need a place on some node. */
export interface DemandClass {
  /** One of them, without a node. */
  readonly pod: PodInfo;
  readonly count: number;
  readonly workload: KubernetesObject;
}

/** What a fleet has to hold: every pod of a world that the scheduler would place. */
export interface Demand {
  readonly classes: readonly DemandClass[];
  /** Pods that are left out, by why: gated, left to another scheduler, or bound to their node as its own. */
  readonly left: Readonly<Record<'gates' | 'node' | 'scheduler', number>>;
}

/**
 * The pods of an expanded world by their classes, but for those of DaemonSets, which come with each node. `more` says of how many
 * pods beyond those in the world a workload (by `formatRef`) consists.
 */
export function listDemand(world: World, more: ReadonlyMap<string, number> = new Map(), profiles?: readonly SchedulerProfile[]): Demand {
  const table = new PodClassTable(world);
  const workloadOf = toWorkloadFinder(world);
  const found = new Map<string, { readonly object: KubernetesObject; readonly workload: KubernetesObject; count: number }>();
  const left = { gates: 0, node: 0, scheduler: 0 };
  for (const object of world.byKind('', 'Pod')) {
    const { isFinished, isTerminating, gates, scheduler } = readPod(object);
    if (isFinished || isTerminating || isOfDaemonSet(object)) continue;
    if (isOfNode(object)) left.node++;
    else if (gates.length > 0) left.gates++;
    else if (!isServed(scheduler, profiles)) left.scheduler++;
    else {
      const workload = workloadOf(object);
      const key = `${table.toPodInfo(object).class.id} ${formatRef(refOf(workload))}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { object, workload, count: 1 });
      else known.count++;
    }
  }
  return { classes: toClasses(world, [...found.values()], more), left };
}

function toClasses(
  world: World,
  found: readonly { readonly object: KubernetesObject; readonly workload: KubernetesObject; readonly count: number }[],
  more: ReadonlyMap<string, number>,
): readonly DemandClass[] {
  const table = new PodClassTable(world);
  const given = new Set<string>();
  return found
    .toSorted(
      compareBy(
        ({ workload }) => formatRef(refOf(workload)),
        ({ object }) => nameOf(object),
      ),
    )
    .map(({ object, workload, count }) => {
      const name = formatRef(refOf(workload));
      const extra = given.has(name) ? 0 : (more.get(name) ?? 0);
      given.add(name);
      return { pod: table.toPodInfo(withoutNode(object)), count: count + extra, workload };
    });
}

/** The pod as it was before it had a node. */
export function withoutNode(pod: KubernetesObject): KubernetesObject {
  const { nodeName: _, ...spec } = getObject(pod, 'spec') ?? {};
  const { status: _status, ...rest } = pod;
  return { ...rest, spec };
}

function toWorkloadFinder(world: World): (pod: KubernetesObject) => KubernetesObject {
  const known = new Map<string, KubernetesObject>();
  return (pod) => {
    const key = controllerKeyOf(pod);
    if (key === undefined) return pod;
    let workload = known.get(key);
    if (workload === undefined) known.set(key, (workload = findWorkload(world, pod)));
    return workload;
  };
}

/** Whether a pod is a DaemonSet's. */
export function isOfDaemonSet(pod: KubernetesObject): boolean {
  return controllerKindOf(pod) === 'DaemonSet';
}

// A static pod is its kubelet's: the mirror of it names the node as its controller.
function isOfNode(pod: KubernetesObject): boolean {
  return controllerKindOf(pod) === 'Node';
}

function controllerKindOf(pod: KubernetesObject): string | undefined {
  return getString(
    getArray(pod.metadata, 'ownerReferences').find((reference) => getObject(reference)?.['controller'] === true),
    'kind',
  );
}

/** Over how many nodes a class of pods must be spread, because a hard constraint names a least number of domains. */
export function countFewestNodes(own: PodClass, pods: number): number {
  return own.constraints.reduce((most, { isHard, minDomains, maxSkew, selector }) => {
    const isCounted = selector.requirements.length > 0 && isSelected(selector, own.face.labels);
    if (!isHard || minDomains <= 1 || !isCounted) return most;
    return Math.max(most, Math.min(minDomains, Math.ceil(pods / Math.max(maxSkew, 1))));
  }, 1);
}
