import {
  countPolicies,
  formatPorts,
  isProtocol,
  listBrokenReach,
  listPolicyChecks,
  listPortRanges,
  listWorkloads,
  nameOfEnd,
  visitConnections,
} from '../../engine/network/index.ts';
import type { ConnectionEnd, Flow, PortSet } from '../../engine/network/index.ts';
import type { Finding } from '../../model/index.ts';
import { getOrAdd } from '../../std/index.ts';
import { toReachCsv, toReachDot, type PortsEntry, type ReachReport } from '../../report/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { answerBatch } from '../batch.ts';
import { createLog, type Io } from '../io.ts';
import { isFailure } from '../outcome.ts';
import { printReport, readTargets } from '../output.ts';
import { answerReach, isPortNumber } from '../reach-batch.ts';
import { toFinding } from '../stages/fact-finding.ts';
import { waiveAll } from '../stages/waivers.ts';
import type { QuestionWorld } from '../stages/question-world.ts';
import { openReachWorld } from '../stages/reach-world.ts';
import { toLocate } from '../stages/locate.ts';
import { answerFlow, headOfQuestion, toExposures } from './reach-answer.ts';
import { wantsGuard } from './guard-formats.ts';

const OWN_FORMATS = ['csv', 'dot', 'svg'];
const ASKING = ['from', 'to', 'port', 'batch'] as const;

/** `kplan reach [PATH]`: every allowed connection, or the answer to one question (exit 1 for no); `kplan reach diff`: what changes. */
export async function runReach(args: Arguments, io: Io): Promise<number> {
  const [word, ...rest] = args.positionals;
  if (word === 'suggest') {
    const asked = ASKING.find((flag) => args.string(flag) !== undefined);
    if (asked !== undefined) throw usage(args.command, `--${asked} asks of one connection: it is of no use with suggest`);
    const { runReachSuggest } = await import('./reach-suggest.ts');
    return runReachSuggest(rest, args, io);
  }
  if (wantsGuard(args, OWN_FORMATS)) {
    const { runReachGuard } = await import('./reach-npguard.ts');
    return runReachGuard(word === 'diff' ? rest : args.positionals, word === 'diff', args, io);
  }
  if (word === 'diff') {
    const asked = ASKING.find((flag) => args.string(flag) !== undefined);
    if (asked !== undefined) throw usage(args.command, `--${asked} asks of one world: it is of no use with diff`);
    const { runReachDiff } = await import('./reach-diff.ts');
    return runReachDiff(rest, args, io);
  }
  const wish = args.list('flows').length > 0 ? 'flows' : args.has('from-manifests') ? 'from-manifests' : undefined;
  if (wish !== undefined) throw usage(args.command, `--${wish} goes with \`reach suggest\``);
  if (rest.length > 0) throw usage(args.command, `unexpected argument ${rest[0] ?? ''}: only \`reach diff\` takes two directories`);
  return ask(word, args, io);
}

async function ask(path: string | undefined, args: Arguments, io: Io): Promise<number> {
  readTargets(args, OWN_FORMATS);
  const flow = readFlow(args);
  const batch = args.string('batch');
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const question = await openReachWorld(path, args, io, log);
  if (batch !== undefined) return answerBatch(batch, (line) => answerReach(line, question.world), io);
  const started = io.now();
  const report = flow === undefined ? toList(question) : answerFlow(question, flow);
  log.detail(`judged in ${io.now() - started} ms`);
  await printReport(report, args, io, question.config.failOn, {
    csv: () => toReachCsv(report),
    dot: () => toReachDot(report),
    ...(report.kind === 'ReachReport' ? { svg: async () => (await import('./reach-picture.ts')).drawReach(report) } : {}),
  });
  const isNo = report.kind === 'ReachAnswerReport' && !report.allowed;
  return isNo || isFailure(report.findings, [], args.string('fail-on') ?? question.config.failOn ?? 'error') ? 1 : 0;
}

/** The one connection that is asked for; undefined if all are. */
function readFlow(args: Arguments): Flow | undefined {
  const [from, to, port] = [args.string('from'), args.string('to'), args.string('port')];
  const given = ASKING.filter((flag) => args.string(flag) !== undefined);
  if (given.length === 0) return undefined;
  if (given.includes('batch')) {
    if (given.length > 1) throw usage(args.command, `--batch: each line names its ends and port; leave --${given[0] ?? ''} out`);
    return undefined;
  }
  if (from === undefined || to === undefined || port === undefined)
    throw usage(args.command, 'one connection has --from, --to and --port (--port 80/TCP)');
  const [number = '', protocol = 'TCP'] = port.split('/');
  const name = protocol.toUpperCase();
  if (!/^\d+$/.test(number) || !isPortNumber(Number(number)) || !isProtocol(name))
    throw usage(args.command, `--port ${port}: must be a number from 1 to 65535, then /TCP, /UDP or /SCTP (TCP by default)`);
  return { from, to, protocol: name, port: Number(number) };
}

function toList(question: QuestionWorld): ReachReport {
  const { world } = question;
  const ends = new Map<ConnectionEnd, AskedEnd>();
  const toEnd = (end: ConnectionEnd): AskedEnd => getOrAdd(ends, end, () => ({ name: nameOfEnd(end), isAsked: isAskedEnd(end, question) }));
  const ports = new Map<PortSet, PortsEntry>();
  const connections: ReachReport['connections'][number][] = [];
  visitConnections(world, (sender, receiver, set) => {
    const [from, to] = [toEnd(sender), toEnd(receiver)];
    if (from.isAsked || to.isAsked) connections.push({ from: from.name, to: to.name, ports: getOrAdd(ports, set, () => toPorts(set)) });
  });
  return {
    kind: 'ReachReport',
    ...headOfQuestion(question),
    findings: [...question.findings, ...listBrokenFindings(question)],
    workloads: listWorkloads(world).length,
    policies: countPolicies(world),
    connections,
    exposures: toExposures(question),
    next: '`--from A --to B --port 80` says why of one; `kplan reach diff` what the change opens and closes.',
  };
}

/** What is not as the configuration wants it, or as nobody wants it, and policies that do not do what they seem to. */
function listBrokenFindings(question: QuestionWorld): readonly Finding[] {
  const { rules, checksUsual } = question.config.reach;
  const locate = question.which === 'after' ? toLocate(question) : () => undefined;
  const facts = [...listBrokenReach(question.world, rules, checksUsual), ...listPolicyChecks(question.world)];
  const found = facts.map((fact) => toFinding(fact, locate));
  return waiveAll(found, question);
}

/** An end by its name, and whether -n and -l ask for it. */
interface AskedEnd {
  readonly name: string;
  readonly isAsked: boolean;
}

/** Whether -n and -l ask for an end. */
function isAskedEnd(end: ConnectionEnd, question: QuestionWorld): boolean {
  const object = end.kind === 'workload' ? question.world.get(end.workload.ref) : undefined;
  return object !== undefined && question.isAsked(object);
}

function toPorts(set: PortSet): PortsEntry {
  return { text: formatPorts(set), ranges: listPortRanges(set) };
}
