import type { Cluster } from '../cluster/index.ts';
import { KplanError, refOf, stepsOf, toRefKey, type ObjectRef, type Plan } from '../model/index.ts';
import { readHook, type HookEnd } from '../planner/index.ts';
import { getString } from '../std/index.ts';
import type { ApplyResult, StepResult } from './apply-result.ts';
import { ownerOf } from './inventory/membership.ts';

/**
 * Deletes the hooks of a plan that have ended in a way after which they are to go (`hook-delete-policy`); what cannot be
 * deleted stays until the hook runs again. Gives the result with what became of them.
 */
export async function removeEndedHooks(cluster: Cluster, plan: Plan, id: string, result: ApplyResult): Promise<ApplyResult> {
  const applied = [...stepsOf(plan).flatMap(({ desired }) => desired ?? []), ...(plan.hooks ?? [])];
  const deletes = new Map(
    applied.flatMap((object) => {
      const hook = readHook(object);
      return hook === undefined || hook.deletes.size === 0 ? [] : [[toRefKey(refOf(object)), hook.deletes] as const];
    }),
  );
  if (deletes.size === 0) return result;
  const steps = await Promise.all(
    result.steps.map(async (step) => {
      const end = endOf(step);
      const goes = end !== undefined && deletes.get(toRefKey(step.ref))?.has(end) === true;
      return goes && (await removeOwn(cluster, step.ref, id))
        ? { ...step, message: withNote(step.message, `deleted, having ${end}`) }
        : step;
    }),
  );
  return { ...result, steps };
}

/** A hook has succeeded once it is healthy. One whose health was not waited for has not ended. */
function endOf({ outcome, health }: StepResult): HookEnd | undefined {
  if (outcome === 'failed' && health?.status === 'Failed') return 'failed';
  return outcome === 'applied' && health?.status === 'Current' ? 'succeeded' : undefined;
}

/** Deletes an object if it is of the unit; false where it is not deleted. */
export async function removeOwn(cluster: Cluster, ref: ObjectRef, id: string): Promise<boolean> {
  try {
    const live = await cluster.get(ref);
    const uid = getString(live?.metadata, 'uid');
    if (live === undefined || uid === undefined || ownerOf(live) !== id) return false;
    return (await cluster.delete(ref, { uid, propagation: 'Background' })).kind === 'ok';
  } catch (error) {
    if (error instanceof KplanError) return false;
    throw error;
  }
}

function withNote(message: string | undefined, note: string): string {
  return message === undefined ? note : `${message}; ${note}`;
}
