/** What a machine has, and what of it pods do not get: CPU in thousandths of a core, memory in bytes. */
export interface NodeShape {
  readonly cpu: number;
  readonly memory: number;
}

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** GiB of memory for each virtual CPU, by the family's letter, as the clouds size their general families. */
const AMAZON: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };
const BURSTING: Readonly<Record<string, readonly [cpus: number, gib: number]>> = {
  nano: [2, 0.5],
  micro: [2, 1],
  small: [2, 2],
  medium: [2, 4],
  large: [2, 8],
  xlarge: [4, 16],
  '2xlarge': [8, 32],
};
const GOOGLE: Readonly<Record<string, number>> = { highcpu: 1, highmem: 8, standard: 4 };
const GOOGLE_FIRST: Readonly<Record<string, number>> = { highcpu: 0.9, highmem: 6.5, standard: 3.75 };
const AZURE: Readonly<Record<string, number>> = { D: 4, E: 8, F: 2 };

/**
 * The size that the name of a cloud's machine stands for: `m5.large`, `n2-standard-4`, `Standard_D4s_v5`. Undefined for families
 * whose size does not follow from the name (with GPUs, of odd ratios, bare metal).
 */
export function findNodeShape(name: string): NodeShape | undefined {
  return readAmazon(name) ?? readGoogle(name) ?? readAzure(name);
}

function readAmazon(name: string): NodeShape | undefined {
  const [, family = '', generation = '', size = ''] = /^([a-z])(\d)[a-z]*\.([a-z0-9]+)$/.exec(name) ?? [];
  if (family === 't' && generation !== '') {
    const [cpus, gib] = BURSTING[size] ?? [];
    return cpus === undefined || gib === undefined ? undefined : { cpu: cpus * 1000, memory: gib * GIB };
  }
  const ratio = AMAZON[family];
  const cpus = size === 'medium' ? 1 : size === 'large' ? 2 : 4 * Number(/^(\d*)xlarge$/.exec(size)?.[1]?.replace(/^$/, '1') ?? 0);
  return ratio === undefined ? undefined : toShape(cpus, ratio);
}

function readGoogle(name: string): NodeShape | undefined {
  const [, family = '', kind = '', cpus = ''] = /^([a-z]\d[a-z]?)-(standard|highmem|highcpu)-(\d{1,3})$/.exec(name) ?? [];
  const ratio = (family === 'n1' ? GOOGLE_FIRST : GOOGLE)[kind];
  return ratio === undefined ? undefined : toShape(Number(cpus), ratio);
}

function readAzure(name: string): NodeShape | undefined {
  const [, family = '', cpus = ''] = /^Standard_([DEF])(\d{1,3})[a-z]*(?:_v\d+)?$/.exec(name) ?? [];
  const ratio = AZURE[family];
  return ratio === undefined ? undefined : toShape(Number(cpus), ratio);
}

function toShape(cpus: number, ratio: number): NodeShape | undefined {
  return cpus > 0 ? { cpu: cpus * 1000, memory: Math.round(cpus * ratio * GIB) } : undefined;
}

/** How much of a shape is kept for the node itself: nothing, a share of everything, or as managed clusters do. */
export type Reservation = 'none' | 'auto' | number;

type Steps = readonly (readonly [upTo: number, share: number])[];
const CPU_STEPS: Steps = [
  [1000, 0.06],
  [2000, 0.01],
  [4000, 0.005],
  [Infinity, 0.0025],
];
const MEMORY_STEPS: Steps = [
  [4 * GIB, 0.25],
  [8 * GIB, 0.2],
  [16 * GIB, 0.1],
  [128 * GIB, 0.06],
  [Infinity, 0.02],
];
const EVICTION = 100 * MIB;

/**
 * What is left for pods. `auto` takes the shares that managed clusters publish: of CPU 6% of the first core, 1% of the second,
 * 0.5% of the next two and 0.25% of the rest; of memory 25% of the first 4 GiB, 20% of the next 4, 10% of the next 8, 6% of
 * the next 112, 2% of the rest, and 100 MiB below which pods are evicted.
 */
export function toAllocatable(shape: NodeShape, reservation: Reservation): NodeShape {
  if (reservation === 'none') return shape;
  const [cpu, memory] =
    reservation === 'auto'
      ? [stepped(shape.cpu, CPU_STEPS), stepped(shape.memory, MEMORY_STEPS) + EVICTION]
      : [shape.cpu * reservation, shape.memory * reservation];
  return { cpu: Math.max(0, Math.floor(shape.cpu - cpu)), memory: Math.max(0, Math.floor((shape.memory - memory) / MIB) * MIB) };
}

function stepped(amount: number, steps: Steps): number {
  let [from, sum] = [0, 0];
  for (const [upTo, share] of steps) {
    sum += Math.max(0, Math.min(amount, upTo) - from) * share;
    from = upTo;
  }
  return sum;
}
