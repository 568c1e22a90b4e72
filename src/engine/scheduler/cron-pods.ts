import { refKeyOf, refOf, World, type KubernetesObject, type RefKey } from '../../model/index.ts';
import { getBoolean, getObject } from '../../std/index.ts';
import { listCausePaths } from './cause-paths.ts';
import { ClusterState } from './cluster-state.ts';
import { CycleError, NotKnown } from './cycle-error.ts';
import { explainNode, prepareFilters } from './evaluate.ts';
import { countReasons, formatReasons, formatRejection } from './fit-error.ts';
import { PodClassTable, type PodInfo } from './pod-class.ts';
import { toProfiles } from './profile.ts';
import type { SchedulerChoice } from './schedule.ts';
import { findWorkload } from './workload-of-pod.ts';

/** Why no pod of a CronJob fits anywhere, even with no other pod there. */
export interface Unfit {
  readonly cronJob: KubernetesObject;
  readonly message: string;
  /** Where in the CronJob the reason may stand, as JSON pointers. */
  readonly paths: readonly string[];
}

/** Plugins that look at other pods, of which nobody knows which will be there when the time comes. */
const BY_COMPANY: ReadonlySet<string> = new Set(['InterPodAffinity', 'NodePorts', 'PodTopologySpread', 'VolumeRestrictions']);

/**
 * The CronJobs of which no pod could run at any time, by identity: a pod of each is tried on the nodes of the world without
 * any other pods, by the scheduler that it names. `expand` makes of a world the pods that controllers would create; the scheduler has its default
 * profile without `profiles`, and is the newest without a version.
 */
export function findUnfit(
  world: World,
  cronJobs: readonly KubernetesObject[],
  expand: (world: World) => World,
  { kubernetesVersion, profiles }: SchedulerChoice = {},
): ReadonlyMap<RefKey, Unfit> {
  const found = new Map<RefKey, Unfit>();
  const running = cronJobs.filter((cronJob) => getBoolean(cronJob, 'spec', 'suspend') !== true);
  if (running.length === 0) return found;
  const bare = World.of(world.objects().filter(isNotRunning));
  const byJob = new Map(running.map((cronJob) => [refKeyOf(toJob(cronJob)), cronJob]));
  const expanded = expand(bare.with(running.map(toJob)));
  const cluster = new ClusterState(bare, { settlesClaims: true, profiles: toProfiles(profiles, kubernetesVersion) });
  const table = new PodClassTable(expanded, cluster.minor);
  for (const object of expanded.byKind('', 'Pod')) {
    const cronJob = byJob.get(refKeyOf(findWorkload(expanded, object)));
    if (cronJob === undefined || found.has(refKeyOf(cronJob))) continue;
    const pod = table.toPodInfo(object);
    if (!cluster.hasProfile(pod.scheduler)) continue;
    const message = tryPodSafely(pod, cluster);
    if (message !== undefined) found.set(refKeyOf(cronJob), { cronJob, message, paths: listCausePaths(cronJob, cluster, pod) });
  }
  return found;
}

function isNotRunning({ apiVersion, kind }: KubernetesObject): boolean {
  return kind !== 'Pod' && kind !== 'ReplicationController' && !apiVersion.startsWith('apps/') && !apiVersion.startsWith('batch/');
}

function toJob(cronJob: KubernetesObject): KubernetesObject {
  const { name, namespace } = refOf(cronJob);
  const { suspend: _, ...spec } = getObject(cronJob, 'spec', 'jobTemplate', 'spec') ?? {};
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, spec };
}

/** Undefined too where nobody can tell, or the scheduler would try again. */
function tryPodSafely(pod: PodInfo, cluster: ClusterState): string | undefined {
  try {
    return tryPod(pod, cluster);
  } catch (problem) {
    if (problem instanceof NotKnown || problem instanceof CycleError) return undefined;
    throw problem;
  }
}

/** What the scheduler would say; undefined where the pod fits, or might in other company. */
function tryPod(pod: PodInfo, cluster: ClusterState): string | undefined {
  const evaluation = prepareFilters(pod, cluster);
  const { length } = cluster.nodes;
  if (evaluation.kind === 'rejected')
    return BY_COMPANY.has(evaluation.plugin) ? undefined : formatRejection(length, evaluation.verdict.reasons);
  const refusals = cluster.nodes.map((node) => explainNode(evaluation, cluster, node.index));
  if (refusals.some(({ plugin }) => plugin === '' || BY_COMPANY.has(plugin))) return undefined;
  return formatReasons(length, countReasons(refusals.map(({ verdict }) => verdict.reasons)));
}
