import { drainNodes, listNodeLosses, listZoneLosses, loseNodes } from '../../engine/scheduler/index.ts';
import { KplanError, nameOf, type World } from '../../model/index.ts';
import { isDrainable, type DrainReport } from '../../report/index.ts';
import { findNearest } from '../../std/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { readSelector } from '../limit-plan.ts';
import { isFailure } from '../outcome.ts';
import { printReport, readTargets } from '../output.ts';
import { openQuestionWorld } from '../stages/question-world.ts';
import { readGivenProfiles } from '../stages/scheduler-configuration.ts';
import { settleWorld } from '../stages/settled-world.ts';

/** `kplan drain NODE... [-f PATH]`: what if these nodes go. Exit 1 where one cannot, or a pod finds no other place. */
export async function runDrain(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const isLoss = args.has('each') || args.has('zones');
  if (args.positionals.length === 0 && !isLoss) throw usage(args.command, 'which nodes? give their names, or --each, or --zones');
  const podSelector = readSelector('pod-selector', args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const question = await openQuestionWorld(args.string('filename'), args, io, log);
  const { which, before, after, findings, notes, kubernetesVersion } = question;
  const settled = settleWorld(question);
  const { world, raw } = settled;
  const nodes = [...new Set(args.positionals)];
  checkNodes(nodes, world);
  const started = io.now();
  const given = readGivenProfiles(args, io, kubernetesVersion);
  const schedule = { kubernetesVersion, settlesClaims: true, ...(given.profiles === undefined ? {} : { profiles: given.profiles }) };
  const drains = drainNodes(world, raw, {
    nodes,
    force: args.has('force'),
    ignoreDaemonSets: args.has('ignore-daemonsets'),
    deleteEmptyDirData: args.has('delete-emptydir-data'),
    disableEviction: args.has('disable-eviction'),
    ...(podSelector === undefined ? {} : { podSelector }),
    schedule,
  });
  const losses = [
    ...(args.has('each') ? loseNodes(world, listNodeLosses(world), schedule).map((loss) => ({ kind: 'node' as const, ...loss })) : []),
    ...(args.has('zones') ? loseNodes(world, listZoneLosses(world), schedule).map((loss) => ({ kind: 'zone' as const, ...loss })) : []),
  ];
  log.detail(`drained in ${io.now() - started} ms`);
  const answer = { kind: 'DrainReport' as const, which, before, ...(after === undefined ? {} : { after }) };
  const zoneless = args.has('zones') && listZoneLosses(world).length === 0 ? ['No node has a zone, so no zone can be lost.'] : [];
  const asked = {
    ...answer,
    nodes: world.byKind('', 'Node').length,
    drains,
    losses,
    findings,
    notes: [...notes, ...settled.notes, ...given.notes, ...zoneless],
  };
  const report: DrainReport = { ...asked, next: nextStep(asked) };
  await printReport(report, args, io);
  const isBad = !isDrainable(report) || isFailure(findings, [], args.string('fail-on') ?? question.config.failOn ?? 'error');
  return isBad ? 1 : 0;
}

function checkNodes(names: readonly string[], world: World): void {
  const known = world.byKind('', 'Node').map(nameOf);
  if (known.length === 0)
    throw new KplanError('NOT_FOUND', 'no nodes are known, so none can go', {
      hint: '--nodes 3x4cpu,16Gi or a file of Node objects gives them; so do --snapshot FILE and --live',
    });
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = findNearest(unknown, known);
  const some = `${known.slice(0, 5).join(', ')}${known.length > 5 ? ` and ${known.length - 5} more` : ''}`;
  throw new KplanError('NOT_FOUND', `there is no node ${unknown}`, {
    hint: nearest === undefined ? `there is ${some}` : `did you mean ${nearest}?`,
  });
}

function nextStep(report: Omit<DrainReport, 'next'>): string {
  const refused = report.drains.find(({ outcome }) => outcome === 'refused');
  const flags = refused === undefined ? [] : refused.refusals.flatMap(({ message }) => /--[a-z-]+/.exec(message)?.[0] ?? []);
  if (flags.length > 0) return `${refused?.node ?? ''} would be drained with ${[...new Set(flags)].join(' ')}, as by kubectl.`;
  const stuck = report.drains.find(({ outcome }) => outcome === 'stuck');
  if (stuck !== undefined)
    return `kubectl would try again for ever: another replica, or a budget that allows one disruption, lets ${stuck.node} go.`;
  return isDrainable({ ...report, next: '' })
    ? 'Every pod finds another place.'
    : 'More room, or a smaller request, gives these pods a place: `kplan schedule --explain POD` says why not.';
}
