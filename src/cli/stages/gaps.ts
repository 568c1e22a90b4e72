import { stepsOf, type Plan } from '../../model/index.ts';
import type { Desired } from './desired.ts';

/** What this plan cannot say, one sentence each: unknown is said to be unknown, never guessed. */
export function describeGaps(desired: Desired, plan: Plan): readonly string[] {
  const hasPods = stepsOf(plan).some((step) => /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|Pod)$/.test(step.ref.kind));
  const offline = plan.before.kind === 'revision' || plan.before.kind === 'none';
  if (!hasPods || !offline || desired.hasNodes) return [];
  return ['No nodes are known, so where pods go is not said: --nodes 3x4cpu,16Gi or --snapshot tells.'];
}
