import type { Cluster } from '../cluster/index.ts';
import { KplanError, refOf, type KubernetesObject, type Plan, type Step, type Wave } from '../model/index.ts';
import { isHookOf, orderObjects, preconditionOf, readHook, type Occasion } from '../planner/index.ts';
import { ownerOf } from './inventory/membership.ts';

/**
 * The waves that run the hooks of an occasion, numbered from 0: made anew where they run to an end and are there already. No
 * plan knows when a failure or a removal comes, so each is looked at now; one that is somebody else's is then refused, as
 * any step.
 */
export async function toHookWaves(
  cluster: Cluster,
  hooks: readonly KubernetesObject[],
  occasion: Occasion,
  { id, salt }: { readonly id: string; readonly salt: string },
): Promise<readonly Wave[]> {
  const label = occasion === 'before-removal' ? 'hooks before' : 'hooks after';
  const waves = orderObjects(hooks.filter((hook) => isHookOf(hook, occasion)));
  return Promise.all(
    waves.map(async (wave, index) => ({
      index,
      label,
      steps: await Promise.all(wave.map(async (hook) => toHookStep(hook, await lookAt(cluster, hook), { id, salt, wave: index }))),
    })),
  );
}

/** The part of a plan that is left to do where it has failed: its hooks of that occasion; undefined where there are none. */
export async function toFailurePlan(cluster: Cluster, plan: Plan, id: string): Promise<Plan | undefined> {
  const waves = await toHookWaves(cluster, plan.hooks ?? [], 'failure', { id, salt: plan.salt });
  return waves.length === 0 ? undefined : { ...plan, waves, unchanged: [] };
}

/** What cannot be looked at is taken for absent: the check of its step asks again, and says why. */
async function lookAt(cluster: Cluster, hook: KubernetesObject): Promise<KubernetesObject | undefined> {
  try {
    return await cluster.get(refOf(hook));
  } catch (error) {
    if (error instanceof KplanError) return undefined;
    throw error;
  }
}

function toHookStep(
  desired: KubernetesObject,
  live: KubernetesObject | undefined,
  { id, salt, wave }: { readonly id: string; readonly salt: string; readonly wave: number },
): Step {
  const known = live !== undefined && ownerOf(live) === id ? live : undefined;
  const action = known === undefined ? 'create' : readHook(desired)?.runs === true ? 'replace' : 'update';
  return { action, ref: refOf(desired), fields: [], wave, desired, precondition: preconditionOf(known, salt) };
}
