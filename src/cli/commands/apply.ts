import { readTakeOver } from '../take-over.ts';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { KplanError, stepsOf, type Plan } from '../../model/index.ts';
import type { ApplyReport, PlanReport } from '../../report/index.ts';
import { countResults, explainEnd, toAppliedSteps } from '../apply-steps.ts';
import { usage, type Arguments } from '../arguments.ts';
import { exitCodeOfChanges } from '../exit-code.ts';
import { confirm } from '../confirm.ts';
import { createLog, type Io, type Log } from '../io.ts';
import { limitPlan } from '../limit-plan.ts';
import { signalExit } from '../main.ts';
import { printReport, readTargets } from '../output.ts';
import { listOpenCodes, toAllowFlags } from '../refusal.ts';
import { newSalt } from '../salt.ts';
import { carryOut, findPinnedSource, type Carried } from '../stages/carry-out.ts';
import { readBefore } from '../stages/open-before.ts';
import { checkPath, readDesired } from '../stages/desired.ts';
import { describeUnconfirmed } from '../stages/gaps.ts';
import { makePlan, readOwnership } from '../stages/make-plan.ts';
import { readSideBySide } from '../stages/read-side-by-side.ts';
import { openForPlan } from '../stages/plan-target.ts';
import { chooseTarget, openTarget, type OpenedCluster } from '../stages/target.ts';
import { openPlanFile } from './show.ts';

/** `kapply [PATH | PLANFILE]`. */
export async function runApply(given: Arguments, io: Io): Promise<number> {
  const args = toEarlier(given);
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  if (args.string('exit-code-style') !== undefined && !args.has('dry-run'))
    throw usage(args.command, '--exit-code-style says how a comparison ends: it goes with --dry-run');
  if (args.has('watch')) {
    const { runWatch } = await import('./daemon.ts');
    return runWatch(args, io, log);
  }
  const target = args.positionals[0] ?? '.';
  return isPlanFile(resolve(io.cwd, target), target) ? applyFile(target, args, io, log) : applyPath(target, args, io, log);
}

// Going back is applying what was: what is newer is pruned, and nothing is taken for granted because it once worked.
function toEarlier(args: Arguments): Arguments {
  const to = args.string('to');
  if (to === undefined) return args;
  if (args.string('ref') !== undefined) throw usage(args.command, '--to and --ref each choose the revision: give one of them');
  if (args.has('watch')) throw usage(args.command, '--to goes back once; --watch would return to what PATH holds now');
  if (args.positionals[0] === '-') throw usage(args.command, '--to needs a PATH in a Git repository, and standard input has no revisions');
  return { ...args, string: (flag) => (flag === 'ref' ? to : args.string(flag)) };
}

// Any file that is not named like manifests is taken for a plan; a JSON file is one if it says so.
function isPlanFile(path: string, target: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true || /\.ya?ml$/.test(target)) return false;
  return !target.endsWith('.json') || /"kind": *"Plan"/.test(readFileSync(path, 'utf8'));
}

async function applyPath(path: string, args: Arguments, io: Io, log: Log): Promise<number> {
  const { desired, before, at } = await readBoth(path, args, io, log);
  try {
    const ownership = await readOwnership(before, desired.unit);
    const whole = await makePlan(desired, before, args, io, log, {
      ownership,
      salt: newSalt(),
      forceConflicts: readTakeOver(args),
    });
    const plan = limitPlan(whole, args);
    return await decide(plan, before.opened, args, io, log, {
      kind: 'manifests',
      manifests: desired.manifests,
      defaultNamespace: desired.defaultNamespace,
      config: desired.config,
      read: () => ({ at, reading: { world: before.world, unread: before.unread ?? [] } }),
    });
  } finally {
    await before.opened.cluster.close();
  }
}

async function readBoth(path: string, args: Arguments, io: Io, log: Log): ReturnType<typeof readSideBySide> {
  checkPath(args, io, path);
  const choice = chooseTarget(args, io, log);
  if (choice.kind === 'live') return readSideBySide(path, args, io, log);
  const desired = await readDesired(args, io, log, path);
  const opened = await openTarget(choice, desired.context, args, io, log);
  const at = io.now();
  return { desired, before: await readBefore(opened, desired), at };
}

const NOT_WAITED = 'Health was not waited for (--no-wait): exit code 0 means written, not healthy.';

/** What a saved plan has decided already. */
const DECIDED = [
  'to',
  'ref',
  'unit',
  'namespace',
  'selector',
  'kubernetes-version',
  'context-objects',
  'nodes',
  'force-conflicts',
  'force-conflicts-with',
  'server-dry-run',
];

async function applyFile(file: string, args: Arguments, io: Io, log: Log): Promise<number> {
  const refused = DECIDED.find((flag) => args.has(flag) || args.string(flag) !== undefined || args.list(flag).length > 0);
  if (refused !== undefined) throw usage(args.command, `a saved plan is applied as it is: it does not take --${refused}`);
  const { plan } = openPlanFile(file, io);
  const source = findPinnedSource(plan, file, io);
  const opened = await openForPlan(plan, args, io, log);
  try {
    return await decide(plan, opened, args, io, log, { kind: 'pinned', source });
  } finally {
    await opened.cluster.close();
  }
}

async function decide(plan: Plan, opened: OpenedCluster, args: Arguments, io: Io, log: Log, secrets: Carried): Promise<number> {
  const isText = readTargets(args).some((target) => target.format === 'text' && target.file === undefined);
  const steps = stepsOf(plan).length;
  const codes = listOpenCodes(plan, args.list('allow'));
  const allow = toAllowFlags(codes, args.list('allow'));
  const [worst] = codes;
  const next =
    worst === undefined
      ? steps === 0
        ? 'Nothing to do.'
        : `${countObjects(steps)} to be written.`
      : `Not applied: ${codes.join(', ')}. \`kplan explain ${worst}\` says more; ${allow} goes on all the same.`;
  const report: PlanReport = { kind: 'PlanReport', plan, notes: describeUnconfirmed(plan), next };
  if (isText || args.has('dry-run')) await printReport(report, args, io);
  if (worst !== undefined)
    throw new KplanError('REFUSED', `nothing was done: ${codes.join(', ')} ${codes.length === 1 ? 'stands' : 'stand'} in the way`, {
      hint: `mend ${codes.length === 1 ? 'it' : 'them'}, or go on all the same with ${allow}`,
    });
  if (args.has('dry-run')) return exitCodeOfChanges(steps, args);
  io.hold();
  if (steps > 0) await confirm(`Apply ${steps} ${steps === 1 ? 'change' : 'changes'} to ${plan.before.description}?`, args, io);
  const result = await carryOut(plan, opened, args, io, log, secrets);
  const applied: ApplyReport = {
    kind: 'ApplyReport',
    plan: isText ? { ...plan, findings: [], effects: [] } : plan,
    steps: toAppliedSteps(result.steps),
    notes: [...explainEnd(result), ...(args.has('no-wait') && result.touched ? [NOT_WAITED] : [])],
    next: countResults(result.steps),
  };
  if (steps > 0 || result.steps.length > 0 || !isText) await printReport(applied, args, io);
  const interrupted = signalExit(io);
  if (interrupted !== undefined) return interrupted;
  return result.conclusion === 'applied' ? 0 : result.conclusion === 'refused' ? 3 : 1;
}

function countObjects(n: number): string {
  return n === 1 ? '1 object is' : `${n} objects are`;
}
