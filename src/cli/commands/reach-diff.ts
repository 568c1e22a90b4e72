import {
  formatPorts,
  listChangeCauses,
  findStaged,
  listConnectionChanges,
  listPortRanges,
  nameOfEnd,
  withStaged,
  type PortSet,
} from '../../engine/network/index.ts';
import type { World } from '../../model/index.ts';
import { toReachCsv, toReachDot, type ConnectionChangeEntry, type PortsEntry, type ReachDiffReport } from '../../report/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { createLog, type Io, type Log } from '../io.ts';
import { isFailure } from '../outcome.ts';
import { printReport, readTargets } from '../output.ts';
import type { QuestionWorld } from '../stages/question-world.ts';
import { openReachWorld } from '../stages/reach-world.ts';
import { drawReach } from './reach-picture.ts';
import { toLocate } from '../stages/locate.ts';

/** `kplan reach diff [PATH]`: before and after PATH is applied; `kplan reach diff DIR1 DIR2`: the manifests of two directories. */
export async function runReachDiff(paths: readonly string[], args: Arguments, io: Io): Promise<number> {
  readTargets(args, ['csv', 'dot', 'svg']);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const { question, before } = await openWorlds(paths, args, io, log);
  const report: ReachDiffReport = {
    kind: 'ReachDiffReport',
    which: 'after',
    before: before?.after ?? question.before,
    ...(question.after === undefined ? {} : { after: question.after }),
    findings: question.findings,
    notes: question.notes,
    changes: listChanges(before?.world ?? question.base ?? question.world, question),
    next: '`kplan reach --from A --to B --port 80` says why of one connection; `--world before` asks it of the world before.',
  };
  const own = { csv: () => toReachCsv(report), dot: () => toReachDot(report), svg: () => drawReach(report) };
  await printReport(report, args, io, question.config.failOn, own);
  return isFailure(report.findings, [], args.string('fail-on') ?? question.config.failOn ?? 'error') ? 1 : 0;
}

interface Worlds {
  readonly question: QuestionWorld;
  /** The first of two directories. */
  readonly before?: QuestionWorld;
}

async function openWorlds([first, second]: readonly string[], args: Arguments, io: Io, log: Log): Promise<Worlds> {
  if (args.string('world') !== undefined) throw usage(args.command, '--world chooses one world: a difference is of both');
  if (args.has('staged')) {
    if (second !== undefined) throw usage(args.command, '--staged compares one world with itself: it is of no use with two directories');
    const question = await openReachWorld(first ?? '.', args, io, log);
    return { before: question, question: { ...question, world: withStaged(question.world) } };
  }
  if (second === undefined) return { question: await openReachWorld(first ?? '.', args, io, log) };
  const alone: Arguments = { ...args, string: (name) => (name === 'base' ? 'none' : args.string(name)) };
  const before = await openReachWorld(first, alone, io, log);
  return { before, question: await openReachWorld(second, alone, io, log) };
}

function listChanges(before: World, question: QuestionWorld): readonly ConnectionChangeEntry[] {
  const { world, isAsked } = question;
  const locate = toLocate(question);
  const known = new Map<PortSet, PortsEntry>();
  const toPorts = (set: PortSet): PortsEntry => {
    let entry = known.get(set);
    if (entry === undefined) known.set(set, (entry = { text: formatPorts(set), ranges: listPortRanges(set) }));
    return entry;
  };
  return listConnectionChanges(before, world)
    .filter(({ from, to }) =>
      [from, to].some((end) => {
        const object = end.kind === 'workload' ? (world.get(end.workload.ref) ?? before.get(end.workload.ref)) : undefined;
        return object !== undefined && isAsked(object);
      }),
    )
    .map((change) => ({ ...change, causes: listChangeCauses(before, world, change) }))
    .map(({ from, to, before: was, after: is, only, causes }) => ({
      change: was.cuts.length === 0 ? 'opened' : is.cuts.length === 0 ? 'closed' : 'changed',
      from: nameOfEnd(from),
      to: nameOfEnd(to),
      before: toPorts(was),
      after: toPorts(is),
      only,
      causes: causes.map(({ ref, path = '' }) => {
        const staged = findStaged(world, ref);
        const source = locate(staged ?? ref, path) ?? locate(ref, path);
        return { ref: staged ?? ref, path, ...(source === undefined ? {} : { source }) };
      }),
    }));
}
