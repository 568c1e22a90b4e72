import { formatRef, gvkOf, podTemplateOf, refOf, type Fact, type KubernetesObject, type World } from '../../model/index.ts';
import { getBoolean, getNumber, getObject, getString, toPointer } from '../../std/index.ts';
import type { FieldChange } from '../../model/index.ts';
import { describePace, partitionOf } from './rollout-pace.ts';

/** A workload that changes, before and after. */
export interface ChangedWorkload {
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
  readonly fields: readonly FieldChange[];
}

/**
 * The fact that a workload's pods are replaced, because its pod template changes, or that a new
 * template waits for somebody (a paused Deployment, OnDelete); undefined where pods stay and nothing waits, and for kinds
 * that replace no pods by themselves (Jobs, CronJobs, bare ReplicaSets).
 */
export function findRestart(workload: ChangedWorkload, world: World): Fact | undefined {
  const { before, after, fields } = workload;
  const template = podTemplateOf(after);
  if (template === undefined || !rollsOut(after)) return undefined;
  const prefix = toPointer(template.path);
  // Which field of the template is most telling is known where the places are.
  const changed = fields.some(({ path }) => path === prefix || path.startsWith(`${prefix}/`)) ? prefix : undefined;
  const pods = countPods(before, world);
  const stale = changed === undefined ? countStale(before, after) : pods;
  if (stale === 0) return undefined;
  const until = findWait(after);
  if (until !== undefined) return changed === undefined ? undefined : toWait(after, until, changed);
  const kept = countPods(after, world);
  const count = stale === undefined || kept === undefined ? undefined : Math.max(0, Math.min(stale, kept) - partitionOf(after));
  if (count === 0) return undefined;
  const more = pods === undefined || kept === undefined ? 0 : kept - pods;
  // That it does so from now on is said of the strategy (KP0402).
  const severity = isRecreated(after) && isRecreated(before) ? 'warning' : 'info';
  return toRestart(after, { pace: describePace(after, count ?? 1), severity, pods: { count, more } }, changed ?? '/spec/paused');
}

function isRecreated(workload: KubernetesObject): boolean {
  return getString(workload, 'spec', 'strategy', 'type') === 'Recreate';
}

/** Whether a controller replaces the workload's pods when its template changes. */
function rollsOut(workload: KubernetesObject): boolean {
  const { group, kind } = gvkOf(workload);
  return group === 'apps' && (kind === 'Deployment' || kind === 'DaemonSet' || kind === 'StatefulSet');
}

/** What a new template of the workload waits for before any pod takes it; undefined where it rolls out at once. */
function findWait(workload: KubernetesObject): Waiting | undefined {
  if (workload.kind === 'Deployment')
    return getBoolean(workload, 'spec', 'paused') === true
      ? { until: 'it is unpaused', act: 'set spec.paused to false, or run `kubectl rollout resume`' }
      : undefined;
  return getString(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete'
    ? { until: 'they are deleted', act: 'delete its pods one by one' }
    : undefined;
}

/** The pods that a Deployment which is unpaused holds back at an older template, as far as its status tells. */
function countStale(before: KubernetesObject, after: KubernetesObject): number {
  const isUnpaused = findWait(before) !== undefined && findWait(after) === undefined && after.kind === 'Deployment';
  const status = getObject(before, 'status');
  if (!isUnpaused || status === undefined) return 0;
  return Math.max(0, (getNumber(status, 'replicas') ?? 0) - (getNumber(status, 'updatedReplicas') ?? 0));
}

interface Waiting {
  readonly until: string;
  readonly act: string;
}

function toWait(workload: KubernetesObject, waiting: Waiting, path: string): Fact {
  const ref = refOf(workload);
  const data = { workload: formatRef(ref), ...waiting };
  return { engine: 'restart', code: 'KP0204', severity: 'info', key: formatRef(ref), subject: ref, data, objects: [{ ref, path }] };
}

interface Told {
  readonly pace: string;
  readonly severity: 'warning' | 'info';
  /** How many pods are replaced, undefined where nobody knows, and how many there are more (or less) than before besides. */
  readonly pods: { readonly count: number | undefined; readonly more: number };
}

function toRestart(workload: KubernetesObject, { pace, severity, pods: { count, more } }: Told, path: string | undefined): Fact {
  const ref = refOf(workload);
  return {
    engine: 'restart',
    code: 'KP0201',
    severity,
    key: formatRef(ref),
    subject: ref,
    data: {
      workload: formatRef(ref),
      strategy: pace,
      pods: count === undefined ? 'the pods' : `${count} ${count === 1 ? 'pod' : 'pods'}${describeRest(more)}`,
      ...(count === undefined ? {} : { count }),
    },
    objects: [{ ref, ...(path === undefined ? {} : { path }) }],
  };
}

function describeRest(more: number): string {
  if (more === 0) return '';
  return more > 0 ? `, ${more} ${more === 1 ? 'is' : 'are'} added` : `, ${-more} ${more === -1 ? 'goes' : 'go'} away`;
}

/** The pods that a workload has; undefined where that depends on nodes that nothing is known of. */
function countPods(workload: KubernetesObject, world: World): number | undefined {
  if (workload.kind !== 'DaemonSet') return getNumber(workload, 'spec', 'replicas') ?? 1;
  const scheduled = getNumber(workload, 'status', 'desiredNumberScheduled');
  if (scheduled !== undefined) return scheduled;
  const nodes = world.byKind('', 'Node').length;
  return nodes === 0 ? undefined : nodes;
}
