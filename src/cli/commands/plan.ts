import { readTakeOver } from '../take-over.ts';
import { stepsOf, type Excerpt, type Illustration, type Plan, type SourceChanges } from '../../model/index.ts';
import type { SchedulerChoice } from '../../engine/scheduler/index.ts';
import { writePlanFile, type PlannedWorlds } from '../../planner/index.ts';
import { countActions, toRemarks, type PlanReport } from '../../report/index.ts';
import type { Arguments } from '../arguments.ts';
import { exitCodeOfChanges } from '../exit-code.ts';
import { createLog, type Io, type Log } from '../io.ts';
import { limitPlan } from '../limit-plan.ts';
import { describeBaseline, isFailure, readBaseline, withoutKnown } from '../outcome.ts';
import { printReport, readTargets, writeOutput } from '../output.ts';
import { describeRefusal } from '../refusal.ts';
import { newSalt } from '../salt.ts';
import { chooseBefore, isOfRevisions, type Before } from '../stages/before.ts';
import { openBefore } from '../stages/open-before.ts';
import { readDesired, type Desired } from '../stages/desired.ts';
import { checkIsLeft } from '../stages/left-path.ts';
import { describeGaps } from '../stages/gaps.ts';
import { readUser } from '../user.ts';
import { makePlan, readOwnership } from '../stages/make-plan.ts';
import { judgeFiles } from '../stages/judge-files.ts';
import { describeKnown, findOwn } from '../stages/findings-before.ts';
import type { PlanSession } from '../stages/plan-session.ts';
import { readSideBySide } from '../stages/read-side-by-side.ts';
import { openTarget, type OpenedCluster } from '../stages/target.ts';
import { VERSION } from '../version.ts';

/** `kplan [plan] [PATH]`. */
export async function runPlan(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  if (args.has('watch')) {
    const { watchPlan } = await import('./watch-plan.ts');
    return watchPlan(args, io, log);
  }
  const isWanted = (name: string): boolean => readTargets(args).some(({ format }) => format === name);
  const planned = await planOnce(args, io, log);
  const { plan, desired } = planned;
  const out = args.string('out');
  const filling = out !== undefined || isWanted('html') ? await fillNodes(planned) : {};
  const illustrate = async (shown: Plan): Promise<Illustration> => ({ excerpts: await excerptsOf(shown, planned, args, io), ...filling });
  if (out !== undefined) {
    const saved = limitPlan(plan, args);
    writeOutput(out, writePlanFile(saved, { kplanVersion: VERSION, illustration: await illustrate(saved) }), io);
  }
  const bare = toReport(planned, args, io);
  const pictured = isWanted('html') ? { ...bare, illustration: await illustrate(bare.plan) } : bare;
  const { changes } = planned;
  const report = changes !== undefined && isWanted('github') ? besideChange(pictured, changes) : pictured;
  await printReport(report, args, io, desired.config.failOn);
  return exitCode(report.plan, args, desired.config.failOn);
}

/** A plan, and what it was made of. */
interface Planned {
  readonly plan: Plan;
  readonly desired: Desired;
  readonly before: Before;
  readonly unread: readonly string[];
  /** What its effects were found in; absent where nothing changes. */
  readonly compared?: Compared;
  /** What differs in the files; absent where it is against no revision, or nothing is told. */
  readonly changes?: SourceChanges;
}

interface Compared {
  readonly worlds: PlannedWorlds;
  readonly scheduler: SchedulerChoice;
}

/** The lines of the sources that a plan speaks of, which only pages show. */
async function excerptsOf(plan: Plan, { desired, before, changes }: Planned, args: Arguments, io: Io): Promise<readonly Excerpt[]> {
  const { readExcerpts } = await import('../stages/excerpts.ts');
  return readExcerpts(plan, { desired, before, changes }, args, io);
}

/** How full the nodes are before and after, which only pages show. */
async function fillNodes({ compared }: Planned): Promise<Pick<Illustration, 'filling'>> {
  if (compared === undefined) return {};
  const { compareNodeFilling } = await import('../../engine/index.ts');
  return { filling: compareNodeFilling(compared.worlds, compared.scheduler) };
}

/** The report with what is shown next to the change itself: how the files that it speaks of differ. */
function besideChange(report: PlanReport, changes: SourceChanges): PlanReport {
  const remarks = toRemarks(report.plan.findings, report.plan.effects);
  const files = new Set(remarks.flatMap(({ source }) => source?.file ?? []));
  const changed = new Map([...files].map((file) => [file, changes.linesOf(file)]));
  const missed = new Map(
    remarks.flatMap(({ stood }) => {
      const line = stood === undefined ? undefined : changes.missedAt(stood);
      return stood === undefined || line === undefined ? [] : [[`${stood.file}:${stood.line}`, line] as const];
    }),
  );
  return { ...report, beside: { changed, missed } };
}

/** Load, validate, plan. */
export async function planOnce(args: Arguments, io: Io, log: Log, session?: PlanSession): Promise<Planned> {
  const path = args.positionals[0] ?? '.';
  const { desired, before } = await readBoth(path, args, io, log, session);
  try {
    const ownership = await readOwnership(before, desired.unit);
    let compared: Compared | undefined;
    let changes: SourceChanges | undefined;
    const plan = await makePlan(desired, before, args, io, log, {
      ownership,
      salt: before.salt ?? session?.salt ?? newSalt(),
      forceConflicts: readTakeOver(args),
      lens: session?.references,
      onWorlds: (worlds, scheduler) => {
        compared = { worlds, scheduler };
      },
      onChanges: (found) => {
        changes = found;
      },
    });
    const unread = (before.unread ?? []).filter((kind) => before.partial?.includes(kind) !== true);
    return {
      plan,
      desired,
      before,
      unread,
      ...(compared === undefined ? {} : { compared }),
      ...(changes === undefined ? {} : { changes }),
    };
  } finally {
    if (session?.keeps(before) !== true) await before.opened?.cluster.close();
  }
}

async function readBoth(
  path: string,
  args: Arguments,
  io: Io,
  log: Log,
  session: PlanSession | undefined,
): Promise<{ readonly desired: Desired; readonly before: Before }> {
  await checkIsLeft(args, io, path);
  const choice = chooseBefore(args, io, log);
  if (choice.kind === 'live' && session === undefined) return readSideBySide(path, args, io, log);
  const digester = session === undefined && isOfRevisions(choice) ? judgeFiles(args, io) : undefined;
  const desired = await readDesired(args, io, log, path, {
    ...(session === undefined ? {} : { files: session.files }),
    ...(digester === undefined ? {} : { digester }),
  });
  const open = (): Promise<Before> => openBefore(choice, desired, args, io, log);
  const connect = (): Promise<OpenedCluster> => openTarget({ kind: 'live' }, desired.context, args, io, log);
  return { desired, before: session === undefined ? await open() : await session.openBefore(choice, open, connect) };
}

/** The report of a plan: limited to what was asked for, without what a baseline knows. */
export function toReport({ plan, desired, before, unread }: Planned, args: Arguments, io: Io): PlanReport {
  const baseline = readBaseline(args, io, 'plan');
  const own = findOwn(plan, before, desired, args);
  const [findings, effects] = [withoutKnown(own.findings, baseline), withoutKnown(plan.effects, baseline)];
  const limited = limitPlan({ ...plan, findings, effects }, args);
  return {
    kind: 'PlanReport',
    plan: limited,
    notes: [
      ...desired.loaded.notes,
      ...describeBaseline(baseline, [...limited.findings, ...limited.effects]),
      ...describeKnown(own.known, before.source),
      ...describeGaps(desired, plan, before.world, { unread, user: readUser(args)?.name }),
    ],
    next: nextStep(limited, args),
  };
}

function exitCode(plan: Plan, args: Arguments, configured: string | undefined): number {
  if (isFailure(plan.findings, plan.effects, args.string('fail-on') ?? configured ?? 'error')) return 1;
  return exitCodeOfChanges(stepsOf(plan).length, args);
}

function nextStep(plan: Plan, args: Arguments): string {
  const path = args.positionals[0];
  const target = args.string('out') ?? path ?? '';
  const refusal = describeRefusal(plan, target);
  if (refusal !== undefined) return refusal;
  const counts = countActions(plan);
  if (counts.create + counts.update + counts.replace + counts.delete === 0) return 'Nothing to do.';
  if (plan.before.kind === 'revision' || plan.before.kind === 'none')
    return 'This compares two revisions; `kplan PATH` without --base plans against a cluster.';
  return `\`kapply${target === '' ? '' : ` ${target}`}\` makes it so.`;
}
