import { isRead, type Cluster, type ListQuery, type ResourceType, type WorldReading } from '../cluster/index.ts';
import {
  KplanError,
  refKeyOf,
  toRefKey,
  type KubernetesObject,
  type Plan,
  type RefKey,
  type Step,
  type UnchangedObject,
  type Wave,
} from '../model/index.ts';
import { appliedHashOf, findGates } from '../planner/index.ts';
import { getString } from '../std/index.ts';
import type { ApplyPlanOptions } from './apply-options.ts';
import type { ApplyResult, StepResult } from './apply-result.ts';
import type { Health } from './health/health.ts';
import { ownerOf, PART_OF_LABEL } from './inventory/membership.ts';
import { toGroupKindName } from './inventory/parent.ts';
import { listAll } from './list-all.ts';

const LISTS_AT_ONCE = 16;

/** An object that a plan leaves as it is, and that needs a closer look: it is gone, not as the plan found it (`stale`), or not healthy. */
export interface Concern {
  readonly kept: UnchangedObject;
  readonly live: KubernetesObject | undefined;
  readonly stale: boolean;
}

/**
 * The objects that a plan leaves as they are and that are not well: one list for each kind of them, whatever their number, unless
 * the cluster was read just now. `isHealthy` judges those that are there.
 */
export async function findConcerns(
  cluster: Cluster,
  plan: Plan,
  id: string,
  isHealthy: (object: KubernetesObject) => boolean,
  reading?: WorldReading,
): Promise<readonly Concern[]> {
  if (plan.unchanged.length === 0) return [];
  const isKnown = (ref: UnchangedObject): boolean => reading !== undefined && isRead(reading, ref);
  const asked = await readMembers(
    cluster,
    plan.unchanged.filter((ref) => !isKnown(ref)),
    id,
  );
  const known = plan.unchanged.filter(isKnown).flatMap((ref) => reading?.world.get(ref) ?? []);
  const members = new Map([
    ...asked,
    ...known.filter((object) => ownerOf(object) === id).map((object) => [refKeyOf(object), object] as const),
  ]);
  return plan.unchanged.flatMap((kept) => {
    const live = members.get(toRefKey(kept));
    const stale = live === undefined || !isAsFound(kept, live, plan);
    return !stale && isHealthy(live) ? [] : [{ kept, live, stale }];
  });
}

/**
 * The plan with steps of action `none` for its concerns: each before the first wave that comes after it, so that it gates
 * that wave, else after all.
 */
export function withConcerns(plan: Plan, concerns: readonly Concern[]): Plan {
  if (concerns.length === 0) return plan;
  const gates = gatesOf(plan, concerns);
  const toWave = (gate: number): readonly Wave[] => {
    const steps = concerns.flatMap((concern, index) => (gates[index] === gate ? [toStep(concern, gate)] : []));
    return steps.length === 0 ? [] : [{ index: gate, label: 'unchanged', steps }];
  };
  const waves = plan.waves.flatMap((wave, index) => [...toWave(index), wave]);
  return { ...plan, waves: [...waves, ...toWave(plan.waves.length)] };
}

/** Which concerns are waited for: all, or, where that is not wanted, those that are stale or that a wave of the plan waits for. */
export function chooseAwaited(
  plan: Plan,
  concerns: readonly Concern[],
  { settleUnchanged = true }: Pick<ApplyPlanOptions, 'settleUnchanged'>,
): { readonly awaited: readonly Concern[]; readonly told: readonly Concern[] } {
  if (settleUnchanged || concerns.length === 0) return { awaited: concerns, told: [] };
  const gates = gatesOf(plan, concerns);
  const isAwaited = ({ stale }: Concern, index: number): boolean => stale || (gates[index] ?? 0) < plan.waves.length;
  return { awaited: concerns.filter(isAwaited), told: concerns.filter((concern, index) => !isAwaited(concern, index)) };
}

/** What is said of concerns that are not waited for. */
export function toToldResult(
  unit: string,
  concerns: readonly Concern[],
  assess: (object: KubernetesObject | undefined) => Health,
): ApplyResult {
  const steps = concerns.map((concern): StepResult => {
    const { ref, wave } = toStep(concern, 0);
    const health = assess(concern.live);
    return { ref, action: 'none', wave, outcome: 'failed', health, message: health.message };
  });
  return { unit, conclusion: steps.length === 0 ? 'applied' : 'unhealthy', steps, touched: false };
}

function gatesOf(plan: Plan, concerns: readonly Concern[]): readonly number[] {
  return findGates(
    plan,
    concerns.map(({ kept, live }) => live ?? toStub(kept)),
  );
}

function toStep({ kept }: Concern, wave: number): Step {
  const { precondition = { kind: 'absent' }, ...ref } = kept;
  return { action: 'none', ref, fields: [], wave, precondition };
}

function toStub({ group, version, kind, name, namespace }: UnchangedObject): KubernetesObject {
  const metadata = namespace === undefined ? { name } : { name, namespace };
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, metadata };
}

function isAsFound({ precondition }: UnchangedObject, live: KubernetesObject, { fieldManager, salt }: Plan): boolean {
  if (precondition?.kind !== 'present') return true;
  if (precondition.uid !== getString(live.metadata, 'uid')) return false;
  const isSame = precondition.resourceVersion === getString(live.metadata, 'resourceVersion');
  return isSame || precondition.fieldsHash === appliedHashOf(live, fieldManager, salt);
}

/** Kinds that are not served (any more) have no members. */
async function readMembers(cluster: Cluster, refs: readonly UnchangedObject[], id: string): Promise<ReadonlyMap<RefKey, KubernetesObject>> {
  if (refs.length === 0) return new Map();
  const kinds = groupByKind(refs);
  const served = (await cluster.resources()).filter((type) => kinds.has(toGroupKindName(type)));
  const queries = [...new Map(served.map((type) => [toGroupKindName(type), type]))].map(([name, type]) => {
    const namespaces = [...new Set((kinds.get(name) ?? []).flatMap(({ namespace }) => namespace ?? []))];
    const [only, ...others] = namespaces;
    return {
      type,
      namespaces,
      query: { labelSelector: `${PART_OF_LABEL}=${id}`, ...(only === undefined || others.length > 0 ? {} : { namespace: only }) },
    };
  });
  const members = new Map<RefKey, KubernetesObject>();
  for (let from = 0; from < queries.length; from += LISTS_AT_ONCE) {
    const batch = queries.slice(from, from + LISTS_AT_ONCE);
    const lists = await Promise.all(batch.map(({ type, query, namespaces }) => listWhereAllowed(cluster, type, query, namespaces)));
    for (const items of lists) for (const item of items) members.set(refKeyOf(item), item);
  }
  return members;
}

/** All at once; where only single namespaces may be listed, one after the other. */
async function listWhereAllowed(
  cluster: Cluster,
  type: ResourceType,
  query: ListQuery,
  namespaces: readonly string[],
): Promise<readonly KubernetesObject[]> {
  try {
    return (await listAll(cluster, type, query)).items;
  } catch (error) {
    const isRefused = error instanceof KplanError && error.code === 'CLUSTER_REFUSED';
    if (!isRefused || query.namespace !== undefined || namespaces.length === 0) throw error;
    const lists = await Promise.all(namespaces.map((namespace) => listAll(cluster, type, { ...query, namespace })));
    return lists.flatMap(({ items }) => items);
  }
}

function groupByKind(refs: readonly UnchangedObject[]): ReadonlyMap<string, readonly UnchangedObject[]> {
  const groups = new Map<string, UnchangedObject[]>();
  for (const ref of refs) {
    const name = toGroupKindName(ref);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [ref]);
    else group.push(ref);
  }
  return groups;
}
