import type { Cluster } from '../cluster/index.ts';
import { formatRef, KplanError, refOf, type KubernetesObject, type ObjectRef } from '../model/index.ts';
import { compareBy, getStringMap } from '../std/index.ts';
import type { ApplyResult, StepResult } from './apply-result.ts';
import { assessHealth } from './health/assess-health.ts';
import type { Health } from './health/health.ts';
import { listAll } from './list-all.ts';

const WORKLOADS: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'StatefulSet']);
const MOST = 20;

/** The result with, for workloads that did not become healthy, what is wrong with their pods: the workload's own status only counts them. */
export async function explainByPods(cluster: Cluster, result: ApplyResult, now: number): Promise<ApplyResult> {
  const ill = result.steps.filter(isIllWorkload).slice(0, MOST);
  if (ill.length === 0) return result;
  const reasons = new Map<StepResult, string>();
  for (const step of ill) {
    const reason = await findPodTrouble(cluster, step.ref, now);
    if (reason !== undefined) reasons.set(step, reason);
  }
  const steps = result.steps.map((step) => {
    const reason = reasons.get(step);
    return reason === undefined ? step : { ...step, message: `${step.message ?? ''}; ${reason}` };
  });
  return { ...result, steps };
}

function isIllWorkload({ ref, outcome, health }: StepResult): boolean {
  return outcome === 'failed' && health !== undefined && WORKLOADS.has(ref.kind) && ref.namespace !== undefined;
}

async function findPodTrouble(cluster: Cluster, ref: ObjectRef, now: number): Promise<string | undefined> {
  try {
    const workload = await cluster.get(ref);
    const selector = [...getStringMap(workload, 'spec', 'selector', 'matchLabels')].map(([key, value]) => `${key}=${value}`).join(',');
    if (selector === '') return undefined;
    const query = { ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }), labelSelector: selector };
    const { items } = await listAll(cluster, { group: '', version: 'v1', kind: 'Pod' }, query);
    const [worst] = items.map((pod) => toTrouble(pod, now)).toSorted(BY_WEIGHT);
    if (worst === undefined || worst.health.status === 'Current') return undefined;
    return `${formatRef(worst.ref)}: ${worst.health.message}`;
  } catch (error) {
    if (error instanceof KplanError) return undefined;
    throw error;
  }
}

interface Trouble {
  readonly ref: ObjectRef;
  readonly health: Health;
}

function toTrouble(pod: KubernetesObject, now: number): Trouble {
  return { ref: refOf(pod), health: assessHealth(pod, { mode: 'strict', now }) };
}

const BY_WEIGHT = compareBy<Trouble>(
  ({ health }) => health.status !== 'Failed',
  ({ health }) => health.status === 'Current',
  ({ ref }) => ref.name,
);
