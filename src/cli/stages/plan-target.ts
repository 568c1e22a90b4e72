import { KplanError, World, type Plan } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Io, Log } from '../io.ts';
import { chooseTarget, findGiven, LIVE_FLAGS, openExistingTarget, type OpenedCluster, type TargetChoice } from './target.ts';

/** Opens the cluster that a saved plan was made for, and refuses another one. */
export async function openForPlan(plan: Plan, args: Arguments, io: Io, log: Log): Promise<OpenedCluster> {
  const opened = await openExistingTarget(chooseForPlan(plan, args, io, log), World.EMPTY, args, io, log);
  const { uid } = await opened.cluster.identity();
  if (plan.before.clusterUid !== undefined && plan.before.clusterUid !== '' && plan.before.clusterUid !== uid) {
    await opened.cluster.close();
    const name = opened.source.path ?? opened.source.description;
    throw new KplanError('STALE_PLAN', `this plan was made for another cluster (${plan.before.description}) than ${name}`, {
      hint: 'plan again against this one',
    });
  }
  return opened;
}

function chooseForPlan({ before }: Plan, args: Arguments, io: Io, log: Log): TargetChoice {
  const isNamed = findGiven(args, ['embedded', ...LIVE_FLAGS]) !== undefined;
  if (isNamed) return chooseTarget(args, io, log);
  if (before.kind === 'cluster') return { kind: 'live' };
  if (before.kind === 'embedded' && before.path !== undefined) return { kind: 'embedded', directory: before.path };
  throw new KplanError('REFUSED', `this plan was made against ${before.description}, which cannot be written`, {
    hint: 'plan against a cluster, or name one with --live or --embedded DIR',
  });
}
