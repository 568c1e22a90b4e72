import type { World } from '../../model/index.ts';
import { Evaluation, toFrame, type Frame } from './evaluation.ts';
import { hasSameEnds, readSide, type Side } from './side.ts';
import { toUniverse } from './universe.ts';
import { toLongName, type Workload } from './workload.ts';

/** One world, judged. */
export interface NetworkModel {
  readonly frame: Frame;
  readonly evaluation: Evaluation;
  readonly workloads: readonly Workload[];
  /** The slot of each workload, by its place in `workloads`. */
  readonly slotOf: ReadonlyMap<Workload, number>;
  /** By name and by long name. */
  readonly byName: ReadonlyMap<string, Workload>;
}

/** Judges a world; cached by world. */
export function readModel(world: World): NetworkModel {
  return world.derive(computeModel);
}

const models = new WeakMap<readonly Workload[], NetworkModel>();

/** One and the same model of worlds in which the same policies decide between the same ends. */
function computeModel(world: World): NetworkModel {
  const side = readSide(world);
  const known = models.get(side.workloads);
  if (known !== undefined && isAlike(known.evaluation.side, side)) return known;
  const model = judge(side);
  models.set(side.workloads, model);
  return model;
}

function isAlike(a: Side, b: Side): boolean {
  return hasSameEnds(a, b) && isEqualList(a.policies, b.policies) && isEqualList(a.problems, b.problems);
}

function isEqualList<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function judge(side: Side): NetworkModel {
  const universe = toUniverse([side]);
  const frame = toFrame(universe);
  const slotOf = new Map(universe.slots.flatMap((slot, index) => (slot.sides[0] ?? []).map((workload) => [workload, index] as const)));
  const byLongName = side.workloads.map((workload) => [toLongName(workload.ref), workload] as const);
  const byName = new Map([...byLongName, ...side.workloads.map((workload) => [workload.name, workload] as const)]);
  return { frame, evaluation: new Evaluation(side, 0, frame), workloads: side.workloads, slotOf, byName };
}
