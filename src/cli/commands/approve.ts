import { approvePlan, listUnitStatuses } from '../../daemon/index.ts';
import { KplanError, World } from '../../model/index.ts';
import type { Arguments } from '../arguments.ts';
import { confirm } from '../confirm.ts';
import { createLog, type Io } from '../io.ts';
import { chooseTarget, openExistingTarget } from '../stages/target.ts';

/** `kapply approve UNIT`: lets the plan go that the daemon holds; another plan of the unit is held anew. */
export async function runApprove(args: Arguments, io: Io): Promise<number> {
  const [unit = ''] = args.positionals;
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const { cluster, source } = await openExistingTarget(chooseTarget(args, io, log), World.EMPTY, args, io, log);
  try {
    const statuses = await listUnitStatuses(cluster);
    const status = statuses.get(unit);
    if (status === undefined)
      throw new KplanError('NOT_FOUND', `no daemon keeps a unit ${unit} in ${source.description}`, {
        hint: statuses.size === 0 ? '`kapply --watch` is the daemon' : `there is ${[...statuses.keys()].join(', ')}`,
      });
    if (status.plan === undefined)
      throw new KplanError('REFUSED', `unit ${unit} holds no plan: it is ${status.outcome}`, {
        hint: '`kapply status` says what it waits for',
      });
    io.out(`Unit ${unit} is held at ${status.revision ?? 'its revision'}, plan ${status.plan}:\n`);
    for (const reason of status.reasons) io.out(`  ${reason}\n`);
    await confirm(`Let it go?`, args, io);
    const refusal = await approvePlan(cluster, unit, status.plan);
    if (refusal !== undefined) throw new KplanError('CLUSTER_REFUSED', `the approval cannot be written: ${refusal}`);
    io.out('Approved: the daemon applies it as soon as it sees that, and no other plan.\n');
    return 0;
  } finally {
    await cluster.close();
  }
}
