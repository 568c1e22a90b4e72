import { FIXED_FUNCTIONS, toCounting, toDropping, type DualFeasible } from './dual-feasible.ts';
import { cheapestFor, estimateWorth, evaluateBound, scaleOf, toParts, type DualVector } from './dual-vector.ts';
import { countFitting, type PackingInstance } from './instance.ts';
import { listMeasures, type SizeMeasure } from './size-measure.ts';

/** A proven lower bound of the cost of any packing, and what proves it. */
export interface LowerBound {
  readonly cost: number;
  /** The name of the argument: `resources`, `rounding`, `exclusion`, `spread` or `patterns`. */
  readonly proof: string;
  /** Present where a valuation of the pods proves it. */
  readonly vector?: DualVector;
}

/** How many parameters are tried of each family of functions. */
const PARAMETERS = 16;
/** How many of the most promising valuations are looked at exactly. */
const EXACT = 4;

/** The best bound that needs no linear program: sums of resources (L1), dual-feasible functions (L2 and others), exclusion and spreading. */
export function findSimpleBound(instance: PackingInstance): LowerBound {
  const fits = tabulateFits(instance);
  const candidates = [...listRoundings(instance, fits), exclude(instance, fits)];
  const ranked = candidates
    .map((item) => ({ ...item, worth: estimateWorth(instance, item.vector) }))
    .toSorted((a, b) => b.worth - a.worth)
    .slice(0, EXACT);
  let best: LowerBound = boundSpread(instance, fits);
  for (const { proof, vector } of ranked) {
    const cost = evaluateBound(instance, vector);
    if (cost > best.cost) best = { cost, proof, vector };
  }
  return best;
}

type Fits = (group: number, shape: number) => boolean;

function tabulateFits(instance: PackingInstance): Fits {
  const table = instance.groups.map((_, group) => instance.shapes.map((_shape, shape) => countFitting(instance, group, shape) > 0));
  return (group, shape) => table[group]?.[shape] === true;
}

interface Valuation {
  readonly proof: string;
  readonly vector: DualVector;
}

/** Pods that must each have a node of their own are worth the cheapest node they fit on. */
function exclude(instance: PackingInstance, fits: Fits): Valuation {
  const { groups, conflicts } = instance;
  const alone = groups.flatMap(({ mostPerNode }, group) => (mostPerNode === 1 ? [group] : []));
  const scale = scaleOf(instance);
  let best = new Float64Array(groups.length);
  for (const start of alone.toSorted((a, b) => (groups[b]?.count ?? 0) - (groups[a]?.count ?? 0)).slice(0, PARAMETERS)) {
    const clique = [start];
    for (const group of alone) if (group !== start && clique.every((member) => conflicts[group]?.has(member) === true)) clique.push(group);
    const vector = new Float64Array(groups.length);
    for (const group of clique) vector[group] = (cheapestFor(instance, group, fits) ?? 0) * scale;
    if (estimateWorth(instance, vector) > estimateWorth(instance, best)) best = vector;
  }
  return { proof: 'exclusion', vector: best };
}

/** A workload that must be on so many nodes needs so many. */
function boundSpread(instance: PackingInstance, fits: Fits): LowerBound {
  const costs = instance.groups.map(({ fewestNodes }, group) => fewestNodes * (cheapestFor(instance, group, fits) ?? 0));
  return { cost: Math.max(0, ...costs), proof: 'spread' };
}

/** Each function on each measure of size; where there are several shapes, a pod is worth the least that it is on any. */
function listRoundings(instance: PackingInstance, fits: Fits): readonly Valuation[] {
  const { groups, shapes } = instance;
  const measures = shapes.map((_, shape) => listMeasures(instance, shape));
  const valuations: Valuation[] = [];
  for (let m = 0; m < (measures[0]?.length ?? 0); m++) {
    const families = shapes.map((_, shape) => listFunctions(measures[shape]?.[m], (group) => fits(group, shape)));
    for (let f = 0; f < Math.max(...families.map((list) => list.length)); f++) {
      const vector = new Float64Array(groups.length).fill(Infinity);
      for (const [shape, list] of families.entries())
        lower(vector, instance, { shape, measure: measures[shape]?.[m], value: list[Math.min(f, list.length - 1)], fits });
      for (let group = 0; group < vector.length; group++) if (vector[group] === Infinity) vector[group] = 0;
      valuations.push({ proof: f === 0 && m < instance.resources.length ? 'resources' : 'rounding', vector });
    }
  }
  return valuations;
}

interface ShapeValue {
  readonly shape: number;
  readonly measure: SizeMeasure | undefined;
  readonly value: DualFeasible | undefined;
  readonly fits: Fits;
}

function lower(vector: DualVector, instance: PackingInstance, { shape, measure, value, fits }: ShapeValue): void {
  const whole = (instance.shapes[shape]?.cost ?? 0) * scaleOf(instance);
  for (let group = 0; group < vector.length; group++) {
    if (!fits(group, shape)) continue;
    const size = measure?.sizes[group] ?? 0;
    const share = measure === undefined || value === undefined || measure.capacity <= 0 ? 0 : value(size, measure.capacity);
    vector[group] = Math.min(vector[group] ?? 0, toParts(share, whole));
  }
}

/** The functions for one measure of one shape: fixed ones, and those whose parameter is one of the sizes up to a half. */
function listFunctions(measure: SizeMeasure | undefined, fits: (group: number) => boolean): readonly DualFeasible[] {
  if (measure === undefined || measure.capacity <= 0) return [() => 0];
  const { capacity } = measure;
  const sizes = new Set<number>();
  for (const [group, size] of measure.sizes.entries()) {
    if (!fits(group)) continue;
    for (const edge of [size, capacity - size, capacity - size + 1]) if (edge > 0 && 2 * edge <= capacity) sizes.add(edge);
  }
  const chosen = thin([...sizes].toSorted((a, b) => a - b));
  return [...FIXED_FUNCTIONS, ...chosen.map(toDropping), ...chosen.map(toCounting)];
}

function thin(sizes: readonly number[]): readonly number[] {
  if (sizes.length <= PARAMETERS) return sizes;
  return Array.from({ length: PARAMETERS }, (_, i) => sizes[Math.floor((i * (sizes.length - 1)) / (PARAMETERS - 1))] ?? 0);
}
