import {
  countPolicies,
  formatPorts,
  isProtocol,
  listBrokenReach,
  listPolicyChecks,
  listPortRanges,
  listWorkloads,
  nameOfEnd,
  openConnections,
} from '../../engine/network/index.ts';
import type { ConnectionEnd, Flow, PortSet } from '../../engine/network/index.ts';
import type { Finding } from '../../model/index.ts';
import { getOrAdd } from '../../std/index.ts';
import { ConnectionList, toReachCsv, toReachDot, type PortsEntry, type ReachAnswerReport, type ReachReport } from '../../report/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { answerBatch } from '../batch.ts';
import { createLog, type Io } from '../io.ts';
import { isFailure } from '../outcome.ts';
import { printReport, readTargets, type Target } from '../output.ts';
import { toFinding } from '../stages/fact-finding.ts';
import { waiveAll } from '../stages/waivers.ts';
import type { QuestionWorld } from '../stages/question-world.ts';
import { openReachWorld } from '../stages/reach-world.ts';
import { toLocate } from '../stages/locate.ts';
import { headOfQuestion, toExposures } from './reach-head.ts';
import { wantsGuard } from './guard-formats.ts';

/** Of these what is found is no part. */
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
  if (args.has('staged')) throw usage(args.command, '--staged is of a difference: `reach diff --staged`');
  const wish = args.list('flows').length > 0 ? 'flows' : args.has('from-manifests') ? 'from-manifests' : undefined;
  if (wish !== undefined) throw usage(args.command, `--${wish} goes with \`reach suggest\``);
  if (rest.length > 0) throw usage(args.command, `unexpected argument ${rest[0] ?? ''}: only \`reach diff\` takes two directories`);
  return ask(word, args, io);
}

async function ask(path: string | undefined, args: Arguments, io: Io): Promise<number> {
  const targets = readTargets(args, OWN_FORMATS);
  const flow = readFlow(args);
  const batch = args.string('batch');
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const question = await openReachWorld(path, args, io, log);
  if (batch !== undefined) {
    const { answerReach } = await import('../reach-batch.ts');
    return answerBatch(batch, (line) => answerReach(line, question.world), io);
  }
  const started = io.now();
  const report = flow === undefined ? toList(question, needsPlaces(targets, question)) : await answer(question, flow);
  log.detail(`judged in ${io.now() - started} ms`);
  await printReport(report, args, io, question.config.failOn, {
    csv: () => toReachCsv(report),
    dot: () => toReachDot(report),
    ...(report.kind === 'ReachReport'
      ? {
          json: async () => (await import('./reach-json.ts')).toReachJson(report),
          svg: async () => (await import('./reach-picture.ts')).drawReach(report),
        }
      : {}),
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
  if (!/^\d+$/.test(number) || Number(number) < 1 || Number(number) > 65_535 || !isProtocol(name))
    throw usage(args.command, `--port ${port}: must be a number from 1 to 65535, then /TCP, /UDP or /SCTP (TCP by default)`);
  return { from, to, protocol: name, port: Number(number) };
}

function toList(question: QuestionWorld, isPlaced: boolean): ReachReport {
  const { world } = question;
  return {
    kind: 'ReachReport',
    ...headOfQuestion(question),
    findings: [...question.findings, ...listBrokenFindings(question, isPlaced)],
    workloads: listWorkloads(world).length,
    policies: countPolicies(world),
    connections: listAsked(question),
    exposures: toExposures(question),
    next: '`--from A --to B --port 80` says why of one; `kplan reach diff` what the change opens and closes.',
  };
}

/** The connections of the ends that -n and -l ask for. */
function listAsked(question: QuestionWorld): ConnectionList {
  const connections = openConnections(question.world);
  const [names, sets]: [string[], PortsEntry[]] = [[], []];
  const asked: boolean[] = [];
  const numbers = new Map<number, number>();
  const list = new ConnectionList(names, sets);
  connections.visit((from, to, ports) => {
    for (let at = asked.length; at < connections.ends.length; at++) {
      const end = connections.ends[at];
      asked.push(end !== undefined && isAskedEnd(end, question));
      names.push(end === undefined ? '' : nameOfEnd(end));
    }
    if (asked[from] === true || asked[to] === true)
      list.add(
        from,
        to,
        getOrAdd(numbers, ports, () => sets.push(toPorts(connections.portsOf(ports))) - 1),
      );
  });
  return list;
}

/** Whether anybody looks at the lines of what is found: a format shows them, or something is waived by its place. */
function needsPlaces(targets: readonly Target[], { config, manifests }: QuestionWorld): boolean {
  const isShown = targets.some(({ format }) => !OWN_FORMATS.includes(format));
  const isRuled = config.ignore.length > 0 || config.severities.length > 0;
  return isShown || isRuled || manifests.some(({ waivers = [] }) => waivers.length > 0);
}

async function answer(question: QuestionWorld, flow: Flow): Promise<ReachAnswerReport> {
  const { answerFlow } = await import('./reach-answer.ts');
  return answerFlow(question, flow);
}

/** What is not as the configuration wants it, or as nobody wants it, and policies that do not do what they seem to. */
function listBrokenFindings(question: QuestionWorld, isPlaced: boolean): readonly Finding[] {
  const { rules, checksUsual } = question.config.reach;
  const locate = isPlaced && question.which === 'after' ? toLocate(question) : () => undefined;
  const facts = [...listBrokenReach(question.world, rules, checksUsual), ...listPolicyChecks(question.world)];
  const found = facts.map((fact) => toFinding(fact, locate));
  return waiveAll(found, question);
}

/** Whether -n and -l ask for an end. */
function isAskedEnd(end: ConnectionEnd, question: QuestionWorld): boolean {
  const object = end.kind === 'workload' ? question.world.get(end.workload.ref) : undefined;
  return object !== undefined && question.isAsked(object);
}

function toPorts(set: PortSet): PortsEntry {
  return { text: formatPorts(set), ranges: listPortRanges(set) };
}
