import { findLeastNeeded, schedulingKnown, simulate, tryOrders, type HeldPod } from '../../engine/scheduler/index.ts';
import { formatRef, KplanError, nameOf, namespaceOf, type KubernetesObject, type World } from '../../model/index.ts';
import { countFindings, countPlaced, type ScheduleReport } from '../../report/index.ts';
import { findNearest, getObject } from '../../std/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { isFailure } from '../outcome.ts';
import { printReport, readTargets } from '../output.ts';
import { openQuestionWorld, type QuestionWorld } from '../stages/question-world.ts';
import { readGivenProfiles, type GivenProfiles } from '../stages/scheduler-configuration.ts';
import { settleWorld, type SettledWorld } from '../stages/settled-world.ts';

/** `kplan schedule [PATH]`: where each pod goes. Exit 1 where one has no place. */
export async function runSchedule(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const question = await openQuestionWorld(args.positionals[0], args, io, log);
  const started = io.now();
  const settled = settleWorld(question);
  const wanted = args.string('explain');
  const explain = wanted === undefined ? undefined : findPod(settled.world, wanted, args);
  const orders = readOrders(args);
  const given = readGivenProfiles(args, io, question.kubernetesVersion);
  const report = toReport(question, settled, {
    given,
    ...(explain === undefined ? {} : { explain }),
    ...(orders === undefined ? {} : { orders }),
  });
  log.detail(`scheduled in ${io.now() - started} ms`);
  await printReport(report, args, io);
  const isNo = countPlaced(report).unplaced > 0 || report.held.some(({ why }) => why === 'node');
  return isNo || isFailure(report.findings, [], args.string('fail-on') ?? question.config.failOn ?? 'error') ? 1 : 0;
}

function readOrders(args: Arguments): { readonly orders: number; readonly seed: number } | undefined {
  const orders = args.number('orders');
  if (orders === undefined && args.number('seed') !== undefined) throw usage(args.command, '--seed is of use with --orders N');
  return orders === undefined ? undefined : { orders, seed: args.number('seed') ?? 1 };
}

interface Asked {
  readonly given: GivenProfiles;
  readonly explain?: string;
  readonly orders?: { readonly orders: number; readonly seed: number };
}

function toReport(question: QuestionWorld, settled: SettledWorld, { given, explain, orders }: Asked): ScheduleReport {
  const { which, before, after, findings, notes, kubernetesVersion } = question;
  const world = explain === undefined ? settled.world : asIfWaiting(settled.world, explain);
  const profiles = given.profiles === undefined ? {} : { profiles: given.profiles };
  const options = { kubernetesVersion, settlesClaims: which === 'after', ...profiles };
  const { result, held, cluster } = simulate(world, { ...options, namesTies: true, ...(explain === undefined ? {} : { explain }) });
  const isAsked = askedPods(world, question);
  const report = {
    kind: 'ScheduleReport' as const,
    which,
    before,
    ...(after === undefined ? {} : { after }),
    nodes: cluster.nodes.length,
    placements: result.placements.filter(({ pod }) => isAsked(pod)),
    preempted: result.preempted.filter(({ pod, by }) => isAsked(pod) || isAsked(by)),
    held: held.filter(({ pod }) => isAsked(pod.key)).map(({ pod, why }) => ({ pod: pod.key, why: why.kind, message: describeHeld(why) })),
    omitted: settled.overlarge.map(({ workload, asked, kept }) => ({ workload, pods: asked - kept })),
    ...(schedulingKnown(world) ? {} : { needed: findLeastNeeded(world, toMore(settled)) }),
    ...(orders === undefined ? {} : { orders: tryOrders(world, orders, options) }),
    findings,
    notes: [...notes, ...settled.notes, ...given.notes, ...describeNodes(world)],
  };
  return { ...report, next: nextStep(report) };
}

/** How many pods each overlarge workload has beyond those that are looked at. */
function toMore({ overlarge }: SettledWorld): ReadonlyMap<string, number> {
  return new Map(overlarge.map(({ workload, asked, kept }) => [formatRef(workload), asked - kept]));
}

/** The world in which a pod that has a node is placed anew: so it can be said of every node what speaks for and against it. */
function asIfWaiting(world: World, key: string): World {
  const pod = world.byKind('', 'Pod').find((item) => keyOf(item) === key);
  const { nodeName, ...spec } = getObject(pod, 'spec') ?? {};
  return pod === undefined || nodeName === undefined || nodeName === '' ? world : world.with([{ ...pod, spec }]);
}

/** Whether a pod, by `namespace/name`, is one that -n and -l ask for. */
function askedPods(world: World, { isAsked }: QuestionWorld): (key: string) => boolean {
  const asked = new Set(world.byKind('', 'Pod').filter(isAsked).map(keyOf));
  return (key) => asked.has(key);
}

function keyOf(pod: KubernetesObject): string {
  return `${namespaceOf(pod) ?? 'default'}/${nameOf(pod)}`;
}

function findPod(world: World, text: string, args: Arguments): string {
  const [namespace] = args.list('namespace');
  const keys = world.byKind('', 'Pod').map(keyOf);
  const wanted = text.includes('/')
    ? [text]
    : namespace === undefined
      ? keys.filter((key) => key.endsWith(`/${text}`))
      : [`${namespace}/${text}`];
  const [found, ...others] = keys.filter((key) => wanted.includes(key));
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined)
    throw new KplanError('USAGE', `--explain ${text}: ${others.length + 1} pods have that name`, { hint: `write for example ${found}` });
  const nameOfKey = (key: string): string => key.replace(/^.*\//, '');
  const name = findNearest(nameOfKey(text), keys.map(nameOfKey));
  const nearest = findNearest(text, keys) ?? keys.find((key) => nameOfKey(key) === name);
  throw new KplanError('NOT_FOUND', `--explain ${text}: there is no such pod`, {
    hint:
      nearest === undefined
        ? keys.length === 0
          ? 'there are no pods at all'
          : `there is for example ${keys[0]}`
        : `did you mean ${nearest}?`,
  });
}

function describeHeld(why: HeldPod['why']): string {
  switch (why.kind) {
    case 'node':
      return `names the node ${why.name}, which does not exist: nothing runs it`;
    case 'gates':
      return `waits until its scheduling gates are removed: ${why.names.join(', ')}`;
    case 'scheduler':
      return `is left to the scheduler ${why.name}: where that puts it is not known`;
    case 'unknown':
      return `needs what kplan does not simulate (${why.what}): where that puts it is not known`;
  }
}

function describeNodes(world: World): readonly string[] {
  return schedulingKnown(world)
    ? []
    : [
        'No nodes are known, so where pods go cannot be said, only what they need at least: --nodes 3x4cpu,16Gi, --snapshot or --live tells.',
      ];
}

function nextStep({ placements, held, nodes, findings }: Omit<ScheduleReport, 'next'>): string {
  if (nodes === 0 && placements.length > 0) return 'Give the nodes there are: `--nodes 3x4cpu,16Gi`, or a file of them.';
  const gated = new Set(held.map(({ pod }) => pod));
  const first = placements.find(({ node, pod }) => node === null && !gated.has(pod));
  if (first !== undefined) return `\`--explain ${first.pod}\` shows every node's verdict.`;
  if (countFindings(findings).error > 0) return 'Not everything could be read or would be taken by the API server: the findings say what.';
  return placements.length === 0 ? 'Every pod has its node.' : 'Every pod finds a node.';
}
