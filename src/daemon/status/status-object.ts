import type { Cluster } from '../../cluster/index.ts';
import { annotationsOf, isKubernetesObject, labelsOf, type KubernetesObject, type ObjectRef } from '../../model/index.ts';
import { parentRef, UNIT_ANNOTATION, type InventoryOptions } from '../../reconcile/index.ts';
import { getString, sha256, type JsonObject } from '../../std/index.ts';
import { DAEMON_PHASES, type DaemonStatus } from './status-file.ts';

/** The label of the ConfigMaps that say how units are; its value is the outcome: `kubectl get configmap -L kapply.kplan.dev/outcome`. */
export const OUTCOME_LABEL = 'kapply.kplan.dev/outcome';
/** On a unit's status: the plan that a person lets go, as `kapply approve` writes it. */
export const APPROVE_ANNOTATION = 'kapply.kplan.dev/approve';

const MANAGER = 'kapply-status';
const APPROVER = 'kapply-approve';
const LONGEST_REASONS = 100_000;

/** The ConfigMap that says how a unit is: it stands beside the unit's ApplySet parent. */
export function statusRef(unit: string, options: InventoryOptions = {}): ObjectRef & { readonly namespace: string } {
  const { name, ...parent } = parentRef(unit, options);
  const full = `status-${name}`;
  return { ...parent, name: full.length <= 253 ? full : `${full.slice(0, 240)}-${sha256(full).slice(0, 8)}` };
}

/** How a unit is, as an object of the cluster; nothing of what passes within a synchronisation. */
export function toStatusObject(status: DaemonStatus, options: InventoryOptions = {}): KubernetesObject {
  const { name, namespace } = statusRef(status.unit, options);
  const { outcome = 'pending', revision, lastSynced, plan, fleet, deletionPolicy, good, sourceProblem } = status;
  const data: JsonObject = {
    outcome,
    ...(revision === undefined ? {} : { revision }),
    ...(lastSynced === undefined ? {} : { syncedRevision: lastSynced.revision, syncedAt: lastSynced.at }),
    ...(status.reasons.length === 0 ? {} : { reasons: status.reasons.join('\n').slice(0, LONGEST_REASONS) }),
    ...(plan === undefined ? {} : { plan }),
    waitsFor: status.waitsFor,
    failures: String(status.failures),
    source: status.source,
    ...(sourceProblem === undefined ? {} : { sourceProblem }),
    instance: status.identity,
    phase: status.phase === 'standby' || status.phase === 'stopped' ? status.phase : 'idle',
    startedAt: status.startedAt,
    updatedAt: status.updatedAt,
    ...(fleet === undefined ? {} : { fleet }),
    ...(deletionPolicy === undefined ? {} : { deletionPolicy }),
    ...(good === undefined ? {} : { goodRevision: good.revision }),
    ...(good?.commit === undefined ? {} : { goodCommit: good.commit }),
  };
  const annotations = { [UNIT_ANNOTATION]: status.unit };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { [OUTCOME_LABEL]: outcome }, annotations }, data };
}

/** The statuses that daemons have left in a cluster, by unit. */
export async function listUnitStatuses(cluster: Cluster, options: InventoryOptions = {}): Promise<ReadonlyMap<string, DaemonStatus>> {
  const { namespace = 'default' } = options;
  const { items } = await cluster.list({ group: '', version: 'v1', kind: 'ConfigMap' }, { namespace, labelSelector: OUTCOME_LABEL });
  return new Map(items.flatMap((object) => readStatusObject(object) ?? []).map((status) => [status.unit, status]));
}

/** What a status object says; undefined for one that is none. */
export function readStatusObject(object: KubernetesObject): DaemonStatus | undefined {
  const unit = annotationsOf(object).get(UNIT_ANNOTATION);
  if (unit === undefined || !labelsOf(object).has(OUTCOME_LABEL)) return undefined;
  const read = (name: string): string => getString(object, 'data', name) ?? '';
  const find = (name: string): string | undefined => getString(object, 'data', name);
  const [revision, synced, plan, fleet] = [find('revision'), find('syncedRevision'), find('plan'), find('fleet')];
  const [good, commit, sourceProblem] = [find('goodRevision'), find('goodCommit'), find('sourceProblem')];
  return {
    unit,
    identity: read('instance'),
    source: read('source'),
    ...(sourceProblem === undefined ? {} : { sourceProblem }),
    phase: DAEMON_PHASES.find((phase) => phase === read('phase')) ?? 'idle',
    startedAt: read('startedAt'),
    updatedAt: read('updatedAt'),
    ...(revision === undefined ? {} : { revision }),
    ...(synced === undefined ? {} : { lastSynced: { revision: synced, at: read('syncedAt') } }),
    outcome: read('outcome'),
    ...(plan === undefined ? {} : { plan }),
    reasons: read('reasons')
      .split('\n')
      .filter((line) => line !== ''),
    waitsFor: read('waitsFor'),
    failures: Number(read('failures')) || 0,
    ...(fleet === undefined ? {} : { fleet }),
    ...(find('deletionPolicy') === 'delete' ? { deletionPolicy: 'delete' } : {}),
    ...(good === undefined ? {} : { good: { revision: good, ...(commit === undefined ? {} : { commit }) } }),
  };
}

/** Writes how a unit is. Answers why it could not be written, if so. */
export async function writeStatusObject(
  cluster: Cluster,
  status: DaemonStatus,
  options: InventoryOptions = {},
): Promise<string | undefined> {
  const result = await cluster.apply(toStatusObject(status, options), { fieldManager: MANAGER, force: true });
  return result.kind === 'error' ? result.message : undefined;
}

/** The plan that a person has let go, as the unit's status object says. */
export function approvalOf(object: KubernetesObject | undefined): string | undefined {
  return object === undefined || !isKubernetesObject(object) ? undefined : annotationsOf(object).get(APPROVE_ANNOTATION);
}

/** Lets the held plan of a unit go. Answers the refusal, if the cluster refuses. */
export async function approvePlan(
  cluster: Cluster,
  unit: string,
  plan: string,
  options: InventoryOptions = {},
): Promise<string | undefined> {
  const { name, namespace } = statusRef(unit, options);
  const annotations = { [APPROVE_ANNOTATION]: plan };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, annotations } };
  const result = await cluster.apply(object, { fieldManager: APPROVER, force: true });
  return result.kind === 'error' ? result.message : undefined;
}
