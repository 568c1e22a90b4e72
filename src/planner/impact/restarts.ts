import { formatRef, gvkOf, podTemplateOf, refOf, type Fact, type KubernetesObject, type World } from '../../model/index.ts';
import { getNumber, getObject, getString, toPointer } from '../../std/index.ts';
import type { FieldChange } from '../../model/index.ts';

/** A workload that changes, before and after. */
export interface ChangedWorkload {
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
  readonly fields: readonly FieldChange[];
}

/**
 * The fact that a workload's pods are replaced, because its pod template changes or it is replaced itself; undefined
 * where they stay, or where nothing restarts them by itself (OnDelete, Jobs, CronJobs, bare ReplicaSets).
 */
export function findRestart({ before, after, fields }: ChangedWorkload, isReplaced: boolean, world: World): Fact | undefined {
  const template = podTemplateOf(after);
  const strategy = strategyOf(after);
  if (template === undefined || strategy === undefined) return undefined;
  const prefix = toPointer(template.path);
  const field = fields.find(({ path }) => path === prefix || path.startsWith(`${prefix}/`));
  if (field === undefined && !isReplaced) return undefined;
  const pods = countPods(before, world);
  const count = pods === undefined || isReplaced ? pods : Math.max(0, pods - partitionOf(after));
  if (count === 0) return undefined;
  const ref = refOf(after);
  const words = isReplaced ? 'deleted and created again, all at once' : formatStrategy(strategy, after, count ?? 1);
  return {
    engine: 'restart',
    code: 'KP0201',
    severity: isReplaced || strategy === 'Recreate' ? 'warning' : 'info',
    key: formatRef(ref),
    subject: ref,
    data: {
      workload: formatRef(ref),
      strategy: words,
      pods: count === undefined ? 'the pods' : `${count} ${count === 1 ? 'pod' : 'pods'}`,
      ...(count === undefined ? {} : { count }),
    },
    objects: [{ ref, ...(field === undefined ? {} : { path: field.path }) }],
  };
}

type Strategy = 'Recreate' | 'RollingUpdate';

function strategyOf(workload: KubernetesObject): Strategy | undefined {
  const { group, kind } = gvkOf(workload);
  if (group !== 'apps') return undefined;
  switch (kind) {
    case 'Deployment':
      return getString(workload, 'spec', 'strategy', 'type') === 'Recreate' ? 'Recreate' : 'RollingUpdate';
    case 'DaemonSet':
    case 'StatefulSet':
      return getString(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete' ? undefined : 'RollingUpdate';
    default:
      return undefined;
  }
}

function formatStrategy(strategy: Strategy, workload: KubernetesObject, count: number): string {
  if (strategy === 'Recreate') return 'all at once';
  const partition = partitionOf(workload);
  const rest = partition > 0 ? `, ordinals from ${partition} on` : '';
  return `rolling, at most ${unavailableOf(workload, count)} at a time${rest}`;
}

/** `maxUnavailable` in pods: percentages round down, and 0 is 1 with room for a surge. */
function unavailableOf(workload: KubernetesObject, count: number): number {
  const isDeployment = workload.kind === 'Deployment';
  const settings = getObject(workload, 'spec', isDeployment ? 'strategy' : 'updateStrategy', 'rollingUpdate');
  const value = settings?.['maxUnavailable'] ?? (isDeployment ? '25%' : 1);
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  const amount = percent === undefined ? Number(value) : Math.floor((Number(percent) * count) / 100);
  return Number.isInteger(amount) && amount > 0 ? Math.min(amount, count) : 1;
}

/** A StatefulSet leaves the ordinals below its partition as they are. */
function partitionOf(workload: KubernetesObject): number {
  return getNumber(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
}

/** The pods that a workload has; undefined where that depends on nodes that nothing is known of. */
function countPods(workload: KubernetesObject, world: World): number | undefined {
  if (workload.kind !== 'DaemonSet') return getNumber(workload, 'spec', 'replicas') ?? 1;
  const scheduled = getNumber(workload, 'status', 'desiredNumberScheduled');
  if (scheduled !== undefined) return scheduled;
  const nodes = world.byKind('', 'Node').length;
  return nodes === 0 ? undefined : nodes;
}
