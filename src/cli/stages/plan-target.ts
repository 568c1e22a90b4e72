import { KplanError, World, type Plan } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io } from '../io.ts';
import { openExistingCluster, type OpenedCluster } from './before.ts';

/** Opens the cluster that a saved plan was made for, and refuses another one. */
export async function openForPlan(plan: Plan, args: Arguments, io: Io): Promise<OpenedCluster> {
  const directory = args.string('embedded') ?? (plan.before.kind === 'embedded' ? plan.before.path : undefined);
  if (directory === undefined)
    throw new KplanError('REFUSED', `this plan was made against ${plan.before.description}, which cannot be written`, {
      hint: 'plan against a cluster, or name one with --embedded DIR',
    });
  const cluster = await openExistingCluster(directory, World.EMPTY, io);
  const { uid } = await cluster.identity();
  if (plan.before.clusterUid !== undefined && plan.before.clusterUid !== '' && plan.before.clusterUid !== uid) {
    await cluster.close();
    throw new KplanError('STALE_PLAN', `this plan was made for another cluster (${plan.before.description}) than ${directory}`, {
      hint: 'plan again against this one',
    });
  }
  return { cluster };
}
