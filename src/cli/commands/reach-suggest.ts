import { resolve } from 'node:path';
import {
  ALL_V4,
  formatPorts,
  listPortRanges,
  listWorkloads,
  nameOfEnd,
  readDeclaredWishes,
  readFlowLog,
  readLoggedWishes,
  suggestPolicies,
  type Connection,
  type FlowLog,
  type Suggestion,
  type Wishes,
} from '../../engine/network/index.ts';
import { KplanError } from '../../model/index.ts';
import { stringifyYaml, type ConnectionEntry, type ReachSuggestReport } from '../../report/index.ts';
import { compareStrings, isSubsetIntervals } from '../../std/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { readStandardInput } from '../batch.ts';
import { readInput } from '../input.ts';
import { createLog, type Io } from '../io.ts';
import { isFailure } from '../outcome.ts';
import { printReport, readTargets } from '../output.ts';
import type { QuestionWorld } from '../stages/question-world.ts';
import { openReachWorld } from '../stages/reach-world.ts';
import { toLocate } from '../stages/locate.ts';
import { headOfQuestion } from './reach-head.ts';

/** Where the pods that run the cluster are: nobody means these unless -n names them. */
const SYSTEM: ReadonlySet<string> = new Set(['kube-node-lease', 'kube-public', 'kube-system']);

/** `kplan reach suggest [PATH]`: the smallest NetworkPolicies that keep given connections; exit 1 where one is not kept. */
export async function runReachSuggest(paths: readonly string[], args: Arguments, io: Io): Promise<number> {
  readTargets(args, ['manifests']);
  if (paths.length > 1) throw usage(args.command, 'suggest takes one PATH');
  const logs: ReadLog[] = [];
  for (const file of args.list('flows')) logs.push({ file, log: await readLog(file, io) });
  const question = await openReachWorld(paths[0], args, io, createLog(io, args.has('quiet'), args.has('verbose')));
  const report = suggest(question, logs, args);
  await printReport(report, args, io, question.config.failOn, { manifests: () => [report.policies.map(stringifyYaml).join('---\n')] });
  const isLost = report.lost.length > 0;
  return isLost || isFailure(report.findings, [], args.string('fail-on') ?? question.config.failOn ?? 'error') ? 1 : 0;
}

interface ReadLog {
  readonly file: string;
  readonly log: FlowLog;
}

async function readLog(file: string, io: Io): Promise<FlowLog> {
  const text = file === '-' ? await readStandardInput(io) : readInput(resolve(io.cwd, file), file).toString();
  const log = readFlowLog(text);
  const [line] = log.unread;
  if (log.flows.length > 0 || line === undefined) return log;
  throw new KplanError('UNREADABLE', `${file}: line ${line} is no entry of a flow log`, {
    hint: 'write one with: hubble observe -o json, or export the flow logs of Calico as JSON',
  });
}

function suggest(question: QuestionWorld, logs: readonly ReadLog[], args: Arguments): ReachSuggestReport {
  const wishes = readWishes(question, logs, args);
  const asked = new Set(args.list('namespace'));
  const suggestion = suggestPolicies(wishes.world, wishes.connections, ({ ref, namespace }) => {
    const object = question.world.get(ref);
    return object !== undefined && question.isAsked(object) && (asked.size > 0 || !SYSTEM.has(namespace));
  });
  const { policies, replaced, isolated, wished, proof, alike } = suggestion;
  const locate = toLocate(question);
  return {
    kind: 'ReachSuggestReport',
    ...headOfQuestion(question),
    notes: [...question.notes, ...logs.map(describeLog), ...describeAdded(question, wishes), ...describeBlocks(suggestion)],
    policies,
    replaced,
    isolated: isolated.map(({ name }) => name),
    connections: toEntries(wished),
    pairs: proof.pairs,
    kept: proof.kept,
    lost: toEntries(proof.lost),
    extra: toEntries(proof.extra),
    alike: alike.map((group) => group.map(({ name }) => name)),
    unresolved: wishes.unresolved
      .map(({ flow, why, ref }) => {
        const source = ref === undefined ? undefined : locate(ref, '');
        return { flow, why, ...(source === undefined ? {} : { source }) };
      })
      .toSorted((a, b) => compareStrings(a.flow, b.flow)),
    next:
      policies.length === 0
        ? 'No workload is asked for: nothing is isolated.'
        : '`-o manifests=policies.yaml` writes them; `kplan reach --from A --to B --port 80` says why of one connection.',
  };
}

/** Of flow logs, of the manifests, or of both; of the manifests where nothing is said. */
function readWishes({ world }: QuestionWorld, logs: readonly ReadLog[], args: Arguments): Wishes {
  const declared = logs.length === 0 || args.has('from-manifests') ? readDeclaredWishes(world) : { world, connections: [], unresolved: [] };
  if (logs.length === 0) return declared;
  const { world: whole, connections, unresolved } = readLoggedWishes(declared.world, joinLogs(logs));
  return { world: whole, connections: [...declared.connections, ...connections], unresolved: [...declared.unresolved, ...unresolved] };
}

function joinLogs(logs: readonly ReadLog[]): FlowLog {
  const sum = (count: (log: FlowLog) => number): number => logs.reduce((all, { log }) => all + count(log), 0);
  return {
    flows: logs.flatMap(({ log }) => log.flows),
    refused: sum(({ refused }) => refused),
    replies: sum(({ replies }) => replies),
    others: sum(({ others }) => others),
    unread: [],
  };
}

function describeLog({ file, log }: ReadLog): string {
  const { flows, refused, replies, others, unread } = log;
  const left = [
    ...(replies > 0 ? [`${replies} replies`] : []),
    ...(refused > 0 ? [`${refused} that were refused`] : []),
    ...(others > 0 ? [`${others} of other kinds`] : []),
    ...(unread.length > 0 ? [`${unread.length} lines that are no entries (the first: line ${unread[0]})`] : []),
  ];
  return `${file}: ${flows.length} flows${left.length === 0 ? '' : `; left out: ${left.join(', ')}`}`;
}

/** Ends that are not among the objects are said: what selects them is a guess, or what a log tells. */
function describeAdded({ world }: QuestionWorld, wishes: Wishes): readonly string[] {
  const added = listWorkloads(wishes.world).filter(({ ref }) => world.get(ref) === undefined);
  if (added.length === 0) return [];
  return [`not among the objects, taken to have the labels of a usual cluster or of the log: ${added.map(({ name }) => name).join(', ')}`];
}

/** What the proof does not see: the addresses of pods are not in manifests. */
function describeBlocks({ wished }: Suggestion): readonly string[] {
  const isWide = wished.some(({ from, to }) =>
    [from, to].some((end) => end.kind === 'addresses' && isSubsetIntervals(ALL_V4, end.addresses)),
  );
  return isWide
    ? ['a block of all addresses (0.0.0.0/0) lets pods in as well with most network plugins: manifests do not tell their addresses']
    : [];
}

function toEntries(connections: readonly Connection[]): readonly ConnectionEntry[] {
  return connections
    .map(({ from, to, ports }) => ({
      from: nameOfEnd(from),
      to: nameOfEnd(to),
      ports: { text: formatPorts(ports), ranges: listPortRanges(ports) },
    }))
    .toSorted((a, b) => compareStrings(`${a.from}\0${a.to}\0${a.ports.text}`, `${b.from}\0${b.to}\0${b.ports.text}`));
}
