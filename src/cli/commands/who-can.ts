import { whoCan, whoCanAnywhere } from '../../engine/rbac/index.ts';
import type { Arguments } from '../arguments.ts';
import { withoutFlags } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { printReport, readTargets } from '../output.ts';
import { readAction, toEntry, toGrantEntries } from '../stages/access-request.ts';
import { openRightsWorld } from '../stages/rights-world.ts';

/** `kplan who-can VERB RESOURCE`: the subjects that may, each with the binding and rule. With -A those of every namespace. */
export async function runWhoCan(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const question = await openRightsWorld(args.string('filename'), withoutFlags(args, ['namespace']), io, log);
  const action = readAction(args, question, log);
  const { which, before, after, findings, notes, world } = question;
  const anywhere = args.has('all-namespaces') && action.kind === 'resource';
  const allowed = anywhere ? whoCanAnywhere(world, action) : whoCan(world, action);
  const grants = toGrantEntries(
    allowed.map(({ rule, grant }) => ({ rule, grant })),
    question,
  );
  const base = { which, before, ...(after === undefined ? {} : { after }), findings, notes };
  const next = 'A group stands for whoever is in it, and system:masters may do everything; `kplan can-i` asks for one of them.';
  await printReport({ kind: 'WhoCanReport', ...base, request: toEntry(action), anywhere, grants, next }, args, io);
  return 0;
}
