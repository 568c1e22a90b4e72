import type { Cluster } from '../cluster/index.ts';
import { formatRef, KplanError, refKeyOf, refOf, stepsOf, type KubernetesObject, type ObjectRef, type RefKey } from '../model/index.ts';
import { findKeepMark, listHolders } from '../planner/index.ts';
import { getArray, getString } from '../std/index.ts';
import type { ApplyPlanOptions } from './apply-options.ts';
import { applyPlan } from './apply-plan.ts';
import type { ApplyResult, StepResult } from './apply-result.ts';
import { removeOwn } from './ended-hooks.ts';
import { parentRef } from './inventory/membership.ts';
import { readInventory, type Inventory } from './inventory/read-inventory.ts';
import { REMOVAL_PARTS, toRemovalPlan, type Doomed } from './removal-plan.ts';

/** How a unit is removed. */
export interface DeleteUnitOptions extends ApplyPlanOptions {
  /** The explicit yes for a Namespace, CustomResourceDefinition, PersistentVolume or PersistentVolumeClaim, and for a StatefulSet that takes its claims along; without it they are refused. */
  readonly allow?: (ref: ObjectRef) => boolean;
  /** Default true: the hooks of removal are run. */
  readonly runHooks?: boolean;
}

const MOST_NAMES = 5;

const PRECIOUS: ReadonlySet<string> = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/**
 * Removes what a unit owns, in the reverse of the order of creation, each wave gone before the next, and its ApplySet
 * parent last. What needs an explicit yes and has none is refused and stays. What is marked to outlive its manifest is kept,
 * and stays a member: the parent then stays too, so that the unit can still be asked for it, take it up again, or remove it
 * once the mark is gone. Whatever would take along what stays (its namespace, its owner, its definition) stays as well.
 */
export async function deleteUnit(cluster: Cluster, unit: string, options: DeleteUnitOptions): Promise<ApplyResult> {
  const inventory = await readInventory(cluster, unit, options);
  const stays = listStays(inventory.objects, options);
  const hooks = options.runHooks === false ? [] : inventory.hooks;
  const ran = new Set(hooks.map(refKeyOf));
  const doomed = inventory.objects.filter((object) => !stays.has(object) && !ran.has(refKeyOf(object)));
  const result = await removeHooks(cluster, inventory, hooks, await removeAll(cluster, inventory, { objects: doomed, hooks }, options));
  const steps = [...[...stays].map(([object, stay]) => toStayResult(object, stay)), ...result.steps];
  if ([...stays.values()].some(({ outcome }) => outcome === 'refused')) {
    return { ...result, steps, conclusion: result.conclusion === 'applied' ? 'incomplete' : result.conclusion };
  }
  if (result.conclusion !== 'applied' || inventory.object === undefined) return { ...result, steps };
  if (stays.size > 0) return { ...result, steps, message: describeStays(stays) };
  const uid = getString(inventory.object.metadata, 'uid');
  const removed = await cluster.delete(parentRef(unit, options), uid === undefined ? {} : { uid });
  if (removed.kind === 'ok' || removed.reason === 'NotFound') return { ...result, steps };
  return { ...result, steps, conclusion: 'incomplete', message: `the inventory: ${removed.message}` };
}

/** What of a unit would stay if all of it were deleted, whatever needs a yes included: why, by identity. */
export function listKept(members: readonly KubernetesObject[]): ReadonlyMap<RefKey, string> {
  return new Map([...listStays(members, { allow: () => true })].map(([object, { reason }]) => [refKeyOf(object), reason]));
}

/** Why a member is not removed. */
interface Stay {
  readonly outcome: 'refused' | 'unchanged';
  readonly reason: string;
}

function listStays(members: readonly KubernetesObject[], options: Pick<DeleteUnitOptions, 'allow'>): ReadonlyMap<KubernetesObject, Stay> {
  const stays = new Map<KubernetesObject, Stay>();
  for (const object of members) {
    const mark = findKeepMark(object);
    if (mark !== undefined) stays.set(object, { outcome: 'unchanged', reason: `kept: ${mark}` });
    else if (isPrecious(object) && options.allow?.(refOf(object)) !== true) {
      stays.set(object, { outcome: 'refused', reason: `${formatRef(refOf(object))} is deleted only with an explicit yes` });
    }
  }
  const going = members.filter((object) => !stays.has(object));
  for (const [holder, held] of listHolders(going, [...stays.keys()])) {
    const outcome = stays.get(held)?.outcome ?? 'unchanged';
    stays.set(holder, { outcome, reason: `kept: ${formatRef(refOf(held))}, which stays, would go with it` });
  }
  return stays;
}

function toStayResult(object: KubernetesObject, { outcome, reason }: Stay): StepResult {
  return { ref: refOf(object), action: 'delete', wave: 0, outcome, message: reason };
}

function describeStays(stays: ReadonlyMap<KubernetesObject, Stay>): string {
  const names = [...stays].map(([object, { reason }]) => `${formatRef(refOf(object))} (${reason})`);
  const rest = names.length - MOST_NAMES;
  const list = [...names.slice(0, MOST_NAMES), ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
  return `Not deleted, and still of the unit: ${list}.`;
}

function isPrecious(object: KubernetesObject): boolean {
  const { group, kind } = refOf(object);
  return PRECIOUS.has(`${group}/${kind}`) || (group === 'apps' && kind === 'StatefulSet' && takesClaims(object));
}

/** Whether the claims of a StatefulSet go with it. */
function takesClaims(set: KubernetesObject): boolean {
  const policy = getString(set, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted');
  return policy === 'Delete' && getArray(set, 'spec', 'volumeClaimTemplates').length > 0;
}

/** One part after the other, the second only where all of the first has gone. */
async function removeAll(cluster: Cluster, inventory: Inventory, doomed: Doomed, options: DeleteUnitOptions): Promise<ApplyResult> {
  let result: ApplyResult = { unit: inventory.unit, conclusion: 'applied', steps: [], touched: false };
  for (const part of REMOVAL_PARTS) {
    const plan = await toRemovalPlan(cluster, inventory, doomed, part);
    const steps = stepsOf(plan);
    if (steps.length === 0) continue;
    const next =
      result.conclusion === 'applied'
        ? await applyPlan(cluster, plan, options)
        : {
            ...result,
            steps: steps.map(({ ref, action, wave }): StepResult => ({ ref, action, wave, outcome: 'skipped', message: 'not begun' })),
          };
    result = { ...next, steps: [...result.steps, ...next.steps], touched: result.touched || next.touched };
  }
  return result;
}

/** What may not be asked for any more, since the Namespace with the right to it has gone, has gone with it. */
async function isThere(cluster: Cluster, ref: ObjectRef): Promise<boolean> {
  try {
    return (await cluster.get(ref)) !== undefined;
  } catch (error) {
    if (error instanceof KplanError && error.code === 'CLUSTER_REFUSED') return false;
    throw error;
  }
}

/** Once everything has gone well the hooks go, too; after a failure they stay, to be looked into. */
async function removeHooks(
  cluster: Cluster,
  { id }: Inventory,
  hooks: readonly KubernetesObject[],
  result: ApplyResult,
): Promise<ApplyResult> {
  if (result.conclusion !== 'applied') return result;
  const left: string[] = [];
  for (const ref of hooks.map(refOf)) {
    if (!(await removeOwn(cluster, ref, id)) && (await isThere(cluster, ref))) left.push(formatRef(ref));
  }
  return left.length === 0
    ? result
    : { ...result, conclusion: 'incomplete', message: `hooks that could not be deleted: ${left.join(', ')}` };
}
