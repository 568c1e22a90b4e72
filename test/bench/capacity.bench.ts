import { loadCoveringSolver } from '../../src/cli/covering-solver.ts';
import { findFault, solvePacking, type OpenCoveringProgram, type PackingInstance } from '../../src/engine/scheduler/index.ts';
import { sha256 } from '../../src/std/index.ts';
import { createRandom } from './corpus.ts';
import { measureWork } from './measure.ts';
import { packNaively } from './naive/pack.ts';
import { toRatio, type BenchRow } from './row.ts';

const WORKLOADS = 500;
const SHAPES = 20;

/** The fewest nodes for many workloads, of each shape alone and of all to choose from, against first fit pod by pod. */
export async function benchCapacity(): Promise<readonly BenchRow[]> {
  const open = await loadCoveringSolver();
  const instance = createInstance();
  const alone = instance.shapes.map((shape) => ({ ...instance, shapes: [{ ...shape, cost: 1 }] }));
  return [
    ...(await contest(`fewest nodes, ${WORKLOADS} workloads, each of ${SHAPES} shapes alone`, alone, open)),
    ...(await contest(`cheapest nodes, ${WORKLOADS} workloads, ${SHAPES} shapes to choose from`, [instance], open)),
  ];
}

async function contest(work: string, instances: readonly PackingInstance[], open: OpenCoveringProgram): Promise<readonly BenchRow[]> {
  const own = await measureWork(() => instances.flatMap((instance) => solvePacking(instance, { open }) ?? []));
  const twin = await measureWork(() => instances.map(packNaively));
  const sum = (costs: readonly number[]): number => costs.reduce((total, cost) => total + cost, 0);
  const lower = sum(own.answer.map((answer) => answer.lower));
  const upper = sum(own.answer.map((answer) => answer.upper));
  const proven = own.answer.filter((answer) => answer.proven).length;
  const faults = instances.flatMap((instance, index) => findFault(instance, own.answer[index]?.packing ?? []) ?? []);
  const gap = (((upper - lower) / lower) * 100).toFixed(2);
  const ratio = `gap ${gap}%, ${proven} of ${instances.length} proven; ${toRatio(upper, sum(twin.answer))} of first fit's cost`;
  return [
    { work, ...own, ratio, hash: sha256(faults.join()), expected: sha256('') },
    { work: '  first fit decreasing, pod by pod', ...twin },
  ];
}

function createInstance(): PackingInstance {
  const random = createRandom(11);
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const groups = Array.from({ length: WORKLOADS }, (_, index) => ({
    name: `w${index}`,
    count: upTo(30),
    amounts: [50 * upTo(40), 64 * upTo(64), 1],
    mostPerNode: Number.MAX_SAFE_INTEGER,
    fewestNodes: 1,
  }));
  const shapes = Array.from({ length: SHAPES }, (_, index) => {
    const cpu = [4, 8, 16, 32, 64][index % 5] ?? 4;
    const ratio = [2, 4, 8, 3][Math.floor(index / 5)] ?? 4;
    return {
      name: `${cpu}x${ratio}`,
      capacity: [cpu * 1000 - 100, cpu * ratio * 1024 - 512, 110],
      cost: Math.round(cpu * (20 + 5 * ratio)),
      accepts: groups.map(() => true),
    };
  });
  return { resources: ['cpu', 'memory', 'pods'], groups, shapes, conflicts: groups.map(() => new Set<number>()) };
}
