import { podTemplateOf, refKeyOf, refOf, parseApiVersion, namespaceOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { getArray, getBoolean, getString } from '../../../std/index.ts';

/** A pod that the controllers make of a workload: one stands for all, for they are alike but for their names. */
export interface MadePod {
  readonly pod: KubernetesObject;
  readonly workload: KubernetesObject;
}

/** The pods that are in the world that the controllers lead to and not in this one, one of each workload. */
export function listMadePods(world: World, expanded: World): readonly MadePod[] {
  const found = new Map<string, MadePod>();
  for (const pod of expanded.byKind('', 'Pod')) {
    if (world.get(refOf(pod)) !== undefined) continue;
    const workload = findWorkload(pod, expanded);
    const key = workload === undefined ? undefined : refKeyOf(workload);
    if (workload !== undefined && key !== undefined && !found.has(key)) found.set(key, { pod, workload });
  }
  return [...found.values()];
}

/** The last of the controllers above a pod that holds a template of pods. */
function findWorkload(pod: KubernetesObject, world: World): KubernetesObject | undefined {
  let known: KubernetesObject | undefined;
  let next = findController(pod, world);
  for (let depth = 0; next !== undefined && depth < DEEPEST; depth++) {
    if (podTemplateOf(next) !== undefined) known = next;
    next = findController(next, world);
  }
  return known;
}

/** Deployments own ReplicaSets, CronJobs own Jobs: no chain of templates is longer. */
const DEEPEST = 4;

function findController(object: KubernetesObject, world: World): KubernetesObject | undefined {
  const reference = getArray(object.metadata, 'ownerReferences').find((item) => getBoolean(item, 'controller') === true);
  if (reference === undefined) return undefined;
  const { group } = parseApiVersion(getString(reference, 'apiVersion') ?? '');
  const namespace = namespaceOf(object);
  return world.get({
    group,
    kind: getString(reference, 'kind') ?? '',
    name: getString(reference, 'name') ?? '',
    ...(namespace === undefined ? {} : { namespace }),
  });
}
