import type { Cluster } from '../cluster/index.ts';
import { formatRef, KplanError, refOf, toRefKey, type KubernetesObject, type ObjectRef, type RefKey } from '../model/index.ts';
import { compareBy, getString, getStringMap } from '../std/index.ts';
import type { ApplyResult } from './apply-result.ts';
import { assessHealth } from './health/assess-health.ts';
import type { Health } from './health/health.ts';
import { listAll } from './list-all.ts';

const WORKLOADS: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'StatefulSet']);
const MOST = 20;

/**
 * What is wrong with workloads that are not healthy, by identity: what the worst of their pods says or, where no pod could be
 * made, the Event that says why; their own status only counts pods. Of the first 20 of them; nothing where it cannot be read.
 */
export async function explainWorkloads(cluster: Cluster, ill: readonly ObjectRef[], now: number): Promise<ReadonlyMap<RefKey, string>> {
  const reasons = new Map<RefKey, string>();
  const events = new Map<string, Promise<readonly KubernetesObject[]>>();
  for (const ref of ill.filter(isWorkload).slice(0, MOST)) {
    const reason = await unlessRefused(async () => {
      const workload = await cluster.get(ref);
      if (workload === undefined) return undefined;
      return (await findPodTrouble(cluster, ref, workload, now)) ?? (await findRefusal(cluster, ref, workload, events));
    });
    if (reason !== undefined) reasons.set(toRefKey(ref), reason);
  }
  return reasons;
}

/** The result with, for workloads that did not become healthy, what is wrong with their pods. */
export async function explainResult(cluster: Cluster, result: ApplyResult, now: number): Promise<ApplyResult> {
  const ill = result.steps.filter(({ outcome, health }) => outcome === 'failed' && health !== undefined);
  const reasons = await explainWorkloads(
    cluster,
    ill.map(({ ref }) => ref),
    now,
  );
  if (reasons.size === 0) return result;
  const steps = result.steps.map((step) => {
    const reason = ill.includes(step) ? reasons.get(toRefKey(step.ref)) : undefined;
    return reason === undefined ? step : { ...step, message: `${step.message ?? ''}; ${reason}` };
  });
  return { ...result, steps };
}

function isWorkload({ kind, namespace }: ObjectRef): boolean {
  return WORKLOADS.has(kind) && namespace !== undefined;
}

async function unlessRefused<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KplanError) return undefined;
    throw error;
  }
}

interface Trouble {
  readonly ref: ObjectRef;
  readonly health: Health;
}

async function findPodTrouble(cluster: Cluster, ref: ObjectRef, workload: KubernetesObject, now: number): Promise<string | undefined> {
  const selector = [...getStringMap(workload, 'spec', 'selector', 'matchLabels')].map(([key, value]) => `${key}=${value}`).join(',');
  if (selector === '') return undefined;
  const query = { ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }), labelSelector: selector };
  const { items } = await listAll(cluster, { group: '', version: 'v1', kind: 'Pod' }, query);
  const [worst] = items.map((pod) => toTrouble(pod, now)).toSorted(BY_WEIGHT);
  if (worst === undefined || worst.health.status === 'Current') return undefined;
  return `${formatRef(worst.ref)}: ${worst.health.message}`;
}

function toTrouble(pod: KubernetesObject, now: number): Trouble {
  return { ref: refOf(pod), health: assessHealth(pod, { mode: 'strict', now }) };
}

const BY_WEIGHT = compareBy<Trouble>(
  ({ health }) => health.status !== 'Failed',
  ({ health }) => health.status === 'Current',
  ({ ref }) => ref.name,
);

/** The last Event that says why a pod of the workload could not be made; a Deployment's status says that itself. */
async function findRefusal(
  cluster: Cluster,
  { namespace = '' }: ObjectRef,
  workload: KubernetesObject,
  known: Map<string, Promise<readonly KubernetesObject[]>>,
): Promise<string | undefined> {
  const events =
    known.get(namespace) ?? listAll(cluster, { group: '', version: 'v1', kind: 'Event' }, { namespace }).then(({ items }) => items);
  known.set(namespace, events);
  const uid = getString(workload.metadata, 'uid');
  const own = (await events).filter(
    (event) => getString(event, 'reason') === 'FailedCreate' && getString(event, 'involvedObject', 'uid') === uid,
  );
  return getString(own.toSorted(BY_TIME).at(-1), 'message');
}

const BY_TIME = compareBy<KubernetesObject>((event) => getString(event, 'lastTimestamp') ?? getString(event, 'eventTime') ?? '');
