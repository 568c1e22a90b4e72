import { stepsOf, type Plan, type World } from '../../model/index.ts';
import { compareBy, getArray } from '../../std/index.ts';
import { holdsDefaultRoles } from '../../planner/index.ts';
import type { Desired } from './desired.ts';

/** What this plan cannot say, one sentence each: unknown is said to be unknown, never guessed. */
export function describeGaps(
  desired: Desired,
  plan: Plan,
  before: World,
  { unread, user }: { readonly unread: readonly string[]; readonly user: string | undefined },
): readonly string[] {
  return [
    ...describeVersion(plan),
    ...describeUnconfirmed(plan),
    ...describeHidden(desired, plan),
    ...describeUnread(unread).map((sentence) => `${sentence} References are judged by the repository alone.`),
    ...(isWithoutNodes(desired, plan)
      ? ['No nodes are known, so where pods go is not said: --nodes 3x4cpu,16Gi or --snapshot tells.']
      : []),
    ...(isWithoutManagers(plan, before)
      ? [
          'The snapshot has no managedFields, so fields that were taken out of manifests are not seen: use `kplan snapshot`, or `kubectl get -o yaml --show-managed-fields`.',
        ]
      : []),
    ...(user !== undefined && plan.before.kind === 'snapshot' && !holdsDefaultRoles(before)
      ? [
          `The snapshot has no roles that an API server makes by itself, so whether ${user} may write this is not said: use \`kplan snapshot\`, or take all ClusterRoles, Roles and their bindings into it.`,
        ]
      : []),
  ];
}

/** Kinds that may not be read in the cluster, one sentence; none where there are none. */
export function describeUnread(unread: readonly string[]): readonly string[] {
  return unread.length === 0 ? [] : [`Not readable in the cluster, so nothing is known of them: ${unread.map(toName).join(', ')}.`];
}

const MOST_FILES = 3;

/** What cannot be understood in the files, so that what stood there before is taken to be there still. */
function describeHidden({ hidden: { incomplete } }: Desired, { before }: Plan): readonly string[] {
  if (before.kind !== 'revision' || incomplete.length === 0) return [];
  const rest = incomplete.length - MOST_FILES;
  const files = incomplete.slice(0, MOST_FILES).map(({ file }) => file);
  return [
    `Not judged: what ${files.join(', ')}${rest > 0 ? ` and ${rest} more files` : ''} cannot be understood to ask for. What stood there before is taken to be there still.`,
  ];
}

/** What the API server was not asked about, by reason, one sentence each: the local merge stands there. */
export function describeUnconfirmed(plan: Plan): readonly string[] {
  const counts = new Map<string, number>();
  for (const { unconfirmed } of stepsOf(plan)) if (unconfirmed !== undefined) counts.set(unconfirmed, (counts.get(unconfirmed) ?? 0) + 1);
  return [...counts]
    .toSorted(compareBy(([reason]) => reason))
    .map(([reason, count]) => `Not confirmed by the API server: ${count} ${count === 1 ? 'change' : 'changes'}, since ${reason}.`);
}

/** The schemas at hand are of another version than the cluster. */
function describeVersion(plan: Plan): readonly string[] {
  const { servedVersion, kubernetesVersions } = plan.before;
  if (servedVersion === undefined) return [];
  const confirmed = stepsOf(plan).some((step) => step.confirmed === true) ? ', and changes are confirmed by the API server' : '';
  return [
    `The cluster is of Kubernetes ${servedVersion}, which this kplan does not know: manifests are judged by ${kubernetesVersions.join(', ')}${confirmed}. Another version of kplan may know it.`,
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
