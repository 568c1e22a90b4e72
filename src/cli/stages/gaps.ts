import { stepsOf, type Plan, type World } from '../../model/index.ts';
import { getArray } from '../../std/index.ts';
import type { Desired } from './desired.ts';

/** What this plan cannot say, one sentence each: unknown is said to be unknown, never guessed. */
export function describeGaps(desired: Desired, plan: Plan, before: World, unread: readonly string[]): readonly string[] {
  return [
    ...(unread.length === 0
      ? []
      : [
          `Not readable in the cluster, so nothing is known of them: ${unread.map(toName).join(', ')}. References are judged by the repository alone.`,
        ]),
    ...(isWithoutNodes(desired, plan)
      ? ['No nodes are known, so where pods go is not said: --nodes 3x4cpu,16Gi or --snapshot tells.']
      : []),
    ...(isWithoutManagers(plan, before)
      ? [
          'The snapshot has no managedFields, so fields that were taken out of manifests are not seen: use `kplan snapshot`, or `kubectl get -o yaml --show-managed-fields`.',
        ]
      : []),
  ];
}

function toName(kind: string): string {
  return kind.replace(/^\//, '');
}

function isWithoutNodes(desired: Desired, plan: Plan): boolean {
  const hasPods = stepsOf(plan).some((step) => /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|Pod)$/.test(step.ref.kind));
  const offline = plan.before.kind === 'revision' || plan.before.kind === 'none';
  return hasPods && offline && !desired.hasNodes;
}

function isWithoutManagers(plan: Plan, before: World): boolean {
  const objects = plan.before.kind === 'snapshot' ? before.objects() : [];
  return objects.length > 0 && objects.every(({ metadata }) => getArray(metadata, 'managedFields').length === 0);
}
