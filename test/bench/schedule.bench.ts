import { getNumber, getString, parseJson, type JsonValue } from '../../src/std/index.ts';
import type { ClusterSize } from './cluster-world.ts';
import { bundleBeside, type Bench } from './kplan.ts';
import { measureOnce } from './measure.ts';
import { benchBesideReal } from './real-scheduler.ts';
import { toRatio, type BenchRow } from './row.ts';

const NODES = 5000;
const PODS = 150_000;
const CLASSES = 300;

const CLUSTERS: readonly Pick<ClusterSize, 'rules' | 'isMixed'>[] = [
  { rules: 'resources', isMixed: false },
  { rules: 'resources', isMixed: true },
  { rules: 'default spread', isMixed: false },
  { rules: 'default spread', isMixed: true },
  { rules: 'hard spread and anti-affinity', isMixed: false },
];

/** Placing 150,000 pods on 5,000 nodes, each sort of cluster in a process of its own, beside the plain way on the last of them. */
export async function benchSchedule({ program }: Bench): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const cluster of CLUSTERS) rows.push(...toRows({ ...SIZE, ...cluster }, await run(program, 'scheduled', { ...SIZE, ...cluster })));
  return [...rows, ...(await benchLosses(program)), ...(await benchChange(program)), ...(await benchBesideReal(program))];
}

const SIZE: ClusterSize = { rules: 'default spread', isMixed: false, nodes: NODES, pods: PODS, classes: CLASSES };

/** What one of the programs of this folder says of a cluster. */
async function run(program: string, name: string, size: ClusterSize): Promise<JsonValue> {
  const { code, stdout, stderr } = await measureOnce(process.execPath, [
    bundleBeside(program, `test/bench/${name}.ts`),
    JSON.stringify(size),
  ]);
  if (code !== 0) throw new Error(stderr);
  return parseJson(stdout);
}

/** Every node of a full cluster lost in turn (N-1): what its controllers make anew finds a place among the others. */
async function benchLosses(program: string): Promise<readonly BenchRow[]> {
  const told = await run(program, 'lost', SIZE);
  const [fast, plain] = [toFigures(told, 'fast'), toFigures(told, 'plain')];
  return [
    {
      work: `lose each of ${NODES} nodes of ${PODS} pods in turn`,
      ...fast,
      ratio: `${getNumber(told, 'fast', 'pods') ?? 0} pods placed anew`,
      expected: plain.hash,
    },
    { work: '  the last of them the plain way', ...plain, ratio: `${getNumber(told, 'plain', 'pods') ?? 0} pods placed anew` },
  ];
}

/** One workload that changes in a cluster of which the rest is known, through all engines. */
async function benchChange(program: string): Promise<readonly BenchRow[]> {
  const told = await run(program, 'changed', SIZE);
  const [again, fresh] = [toFigures(told, 'again'), toFigures(told, 'fresh')];
  return [
    {
      work: `change one of ${CLASSES} workloads of ${PODS} pods on ${NODES} nodes, to all effects`,
      ...again,
      ratio: `${toRatio(again.cpuMs, fresh.cpuMs)} CPU of knowing nothing`,
      expected: fresh.hash,
    },
    { work: '  the same change where nothing is known', ...fresh },
  ];
}

interface Figures {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryMB?: number;
  readonly hash: string;
}

function toFigures(told: JsonValue, way: string): Figures {
  const memoryMB = getNumber(told, way, 'memoryMB');
  return {
    wallMs: getNumber(told, way, 'wallMs') ?? 0,
    cpuMs: getNumber(told, way, 'cpuMs') ?? 0,
    ...(memoryMB === undefined ? {} : { memoryMB }),
    hash: getString(told, way, 'hash') ?? '',
  };
}

function toRows({ nodes, pods, rules, isMixed }: ClusterSize, told: JsonValue): readonly BenchRow[] {
  const [fast, warm, plain] = [toFigures(told, 'fast'), toFigures(told, 'warm'), toFigures(told, 'plain')];
  const asked = getNumber(told, 'plain', 'pods') ?? 0;
  const perPod = { fast: fast.cpuMs / pods, plain: plain.cpuMs / asked };
  return [
    {
      work: `place ${pods} pods on ${nodes} nodes: ${rules}, ${isMixed ? 'mixed' : 'by workload'}`,
      ...fast,
      ratio: `${Math.round((1000 * pods) / fast.wallMs)}/s, ${Math.round(1000 / perPod.fast)}/s of CPU, ${Math.round(perPod.plain / perPod.fast)} times the plain way`,
      expected: plain.hash,
    },
    { work: '  the same again, from nothing', ...warm, ratio: `${Math.round((1000 * pods) / warm.wallMs)}/s`, expected: plain.hash },
    { work: `  the last ${asked} of them the plain way`, ...plain, ratio: `${Math.round(1000 / perPod.plain)}/s of CPU` },
  ];
}
