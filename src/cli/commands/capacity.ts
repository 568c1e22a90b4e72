import { boundReplicas, expandWorld } from '../../engine/controllers/index.ts';
import {
  findCapacity,
  parseShapeSpec,
  schedulingKnown,
  type CandidateShape,
  type CapacityAnswer,
  type Expander,
} from '../../engine/scheduler/index.ts';
import { KplanError, refOf, type ObjectRef, type World } from '../../model/index.ts';
import { countFindings, type CapacityReport } from '../../report/index.ts';
import { usage, type Arguments } from '../arguments.ts';
import { createLog, type Io } from '../io.ts';
import { isFailure } from '../outcome.ts';
import { printReport, readTargets } from '../output.ts';
import { openQuestionWorld, type QuestionWorld } from '../stages/question-world.ts';
import { findWorkload } from '../stages/find-workload.ts';
import { readGivenProfiles } from '../stages/scheduler-configuration.ts';
import { readUsageFiles } from '../stages/usage-files.ts';

/** `kplan capacity [PATH]`: what fits, and how many nodes are needed. */
export async function runCapacity(args: Arguments, io: Io): Promise<number> {
  readTargets(args);
  const log = createLog(io, args.has('quiet'), args.has('verbose'));
  const shapes = readShapes(args);
  const question = await openQuestionWorld(args.positionals[0], args, io, log);
  const { world, kubernetesVersion } = question;
  const text = args.string('for');
  const wanted = text === undefined ? undefined : findWorkload(world, text, args);
  const used = readUsageFiles(args, io);
  const { profiles, notes } = readGivenProfiles(args, io, kubernetesVersion);
  const started = io.now();
  const { loadCoveringSolver } = await import('../covering-solver.ts');
  const answer = findCapacity(world, {
    kubernetesVersion,
    expand: expandWorld,
    listOverlarge: (asked) => boundReplicas(asked).overlarge,
    shapes,
    open: await loadCoveringSolver(),
    groups: args.list('node-group'),
    ...(profiles === undefined ? {} : { profiles }),
    ...(used === undefined ? {} : { usage: used }),
    expander: readExpander(args),
    ...(wanted === undefined ? {} : { wanted: refOf(wanted) }),
  });
  log.detail(`counted in ${io.now() - started} ms`);
  const report = toReport({ ...question, notes: [...question.notes, ...notes] }, answer);
  await printReport(report, args, io);
  return isFailure(report.findings, [], args.string('fail-on') ?? question.config.failOn ?? 'error') ? 1 : 0;
}

function readExpander(args: Arguments): Expander {
  const text = args.string('expander');
  return text === 'most-pods' || text === 'price' ? text : 'least-waste';
}

function readShapes(args: Arguments): readonly CandidateShape[] {
  const shapes = args.list('node-shape').map(parseShapeSpec);
  const names = shapes.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usage(args.command, `--node-shape ${twice} is given twice`);
  const unpriced = shapes.find(({ price }) => price === undefined);
  if (unpriced !== undefined && shapes.some(({ price }) => price !== undefined))
    throw new KplanError('USAGE', `--node-shape ${unpriced.name} has no price, though others have`, {
      hint: 'give every shape a price (price=0.096), or none',
    });
  return shapes;
}

function toReport(question: QuestionWorld, answer: CapacityAnswer): CapacityReport {
  const { which, before, after, findings, notes, world } = question;
  const isAsked = toAsked(question);
  const { nodes, pods, unplaced, headroom, rooms, wanted, fleets, autoscaler, sizing } = answer;
  const report = {
    kind: 'CapacityReport' as const,
    which,
    before,
    ...(after === undefined ? {} : { after }),
    nodes,
    pods,
    unplaced,
    headroom,
    rooms: rooms.filter(({ workload }) => isAsked(workload)),
    ...(wanted === undefined ? {} : { wanted }),
    ...(autoscaler === undefined
      ? {}
      : { autoscaler: { ...autoscaler, left: autoscaler.left.map((item) => ({ ...item, workload: refOf(item.workload) })) } }),
    ...(sizing === undefined ? {} : { sizing: { ...sizing, fleets: sizing.fleets.map(toFleetEntry) } }),
    fleets: fleets.map(toFleetEntry),
    findings,
    notes: [...notes, ...describeUnknown(world, answer)],
  };
  return { ...report, next: nextStep(report) };
}

function toFleetEntry(fleet: CapacityAnswer['fleets'][number]): CapacityReport['fleets'][number] {
  return { ...fleet, unplaceable: fleet.unplaceable.map(({ workload, ...rest }) => ({ ...rest, workload: refOf(workload) })) };
}

/** Whether -n and -l ask for a workload. */
function toAsked({ world, isAsked }: QuestionWorld): (ref: ObjectRef) => boolean {
  return (ref) => {
    const object = world.get(ref);
    return object === undefined || isAsked(object);
  };
}

function describeUnknown(world: World, { left, limited, fleets, sizing }: CapacityAnswer): readonly string[] {
  const { gates, node, scheduler } = left;
  return [
    ...(schedulingKnown(world) || fleets.length > 0
      ? []
      : [
          "No nodes are known, so what they have room for cannot be said: --nodes 3x4cpu,16Gi, --snapshot or --live tells; --node-shape 'm5.large' plans new ones.",
        ]),
    ...(gates > 0 ? [`${gates} pods wait for their scheduling gates and are not counted.`] : []),
    ...(scheduler > 0 ? [`${scheduler} pods are left to another scheduler and are not counted.`] : []),
    ...(node > 0 ? [`${node} static pods belong to their nodes and are not counted: new nodes may need room for such pods too.`] : []),
    ...(sizing === undefined || sizing.unknown === 0
      ? []
      : [`Samples of usage that belong to no pod of a workload here are left out: ${sizing.unknown}.`]),
    ...(sizing === undefined
      ? []
      : ["Right sizes are percentiles of the samples given; the Vertical Pod Autoscaler's, which weigh recent days more, may differ."]),
    ...limited.map(({ kind, name }) => `${kind} ${name} has more replicas than are looked at one by one: its pods are counted as alike.`),
    ...(fleets.some(({ answer }) => answer !== undefined && !answer.accepted)
      ? [
          'There are too many pods to put each on its node: the filters were asked of each kind of pod and node, and the fleets hold by their room.',
        ]
      : []),
  ];
}

function nextStep({ fleets, wanted, findings, unplaced }: Omit<CapacityReport, 'next'>): string {
  if (countFindings(findings).error > 0) return 'Not everything could be read or would be taken by the API server: the findings say what.';
  if (wanted?.obstacle !== undefined) return '`-o json` has every node with what it lacks.';
  if (fleets.some(({ unplaceable }) => unplaceable.length > 0))
    return 'Some pods fit on no node of a shape: give a larger one, or change what they ask.';
  if (unplaced > 0) return '`kplan schedule` says why pods find no node.';
  return '`--for KIND/NAME` says how many more of a workload fit; `--node-shape` compares kinds of nodes.';
}
