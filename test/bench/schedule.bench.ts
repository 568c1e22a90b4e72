import { getNumber, getString, parseJson, type JsonValue } from '../../src/std/index.ts';
import type { ClusterSize } from './cluster-world.ts';
import { bundleBeside, type Bench } from './kplan.ts';
import { measureOnce } from './measure.ts';
import { benchBesideReal } from './real-scheduler.ts';
import type { BenchRow } from './row.ts';

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
  const scheduled = bundleBeside(program, 'test/bench/scheduled.ts');
  const rows: BenchRow[] = [];
  for (const cluster of CLUSTERS) {
    const size: ClusterSize = { ...cluster, nodes: NODES, pods: PODS, classes: CLASSES };
    const { code, stdout, stderr } = await measureOnce(process.execPath, [scheduled, JSON.stringify(size)]);
    if (code !== 0) throw new Error(stderr);
    rows.push(...toRows(size, parseJson(stdout)));
  }
  return [...rows, ...(await benchLosses(program)), ...(await benchBesideReal(program))];
}

/** Every node of a full cluster lost in turn (N-1): what its controllers make anew finds a place among the others. */
async function benchLosses(program: string): Promise<readonly BenchRow[]> {
  const lost = bundleBeside(program, 'test/bench/lost.ts');
  const size: ClusterSize = { rules: 'default spread', isMixed: false, nodes: NODES, pods: PODS, classes: CLASSES };
  const { code, stdout, stderr } = await measureOnce(process.execPath, [lost, JSON.stringify(size)]);
  if (code !== 0) throw new Error(stderr);
  const told = parseJson(stdout);
  const figure = (name: string): number => getNumber(told, name) ?? 0;
  return [
    {
      work: `lose each of ${NODES} nodes of ${PODS} pods in turn`,
      wallMs: figure('wallMs'),
      cpuMs: figure('cpuMs'),
      memoryMB: figure('memoryMB'),
      ratio: `${figure('pods')} pods placed anew`,
      hash: getString(told, 'hash') ?? '',
    },
  ];
}

function toRows({ nodes, pods, rules, isMixed }: ClusterSize, told: JsonValue): readonly BenchRow[] {
  const figure = (way: string, name: string): number => getNumber(told, way, name) ?? 0;
  const hash = (way: string): string => getString(told, way, 'hash') ?? '';
  const perPod = { fast: figure('fast', 'cpuMs') / pods, plain: figure('plain', 'cpuMs') / figure('plain', 'pods') };
  return [
    {
      work: `place ${pods} pods on ${nodes} nodes: ${rules}, ${isMixed ? 'mixed' : 'by workload'}`,
      wallMs: figure('fast', 'wallMs'),
      cpuMs: figure('fast', 'cpuMs'),
      memoryMB: figure('fast', 'memoryMB'),
      ratio: `${Math.round(1000 / perPod.fast)}/s of CPU, ${Math.round(perPod.plain / perPod.fast)} times the plain way`,
      hash: hash('fast'),
      expected: hash('plain'),
    },
    {
      work: `  the last ${figure('plain', 'pods')} of them the plain way`,
      wallMs: figure('plain', 'wallMs'),
      cpuMs: figure('plain', 'cpuMs'),
      ratio: `${Math.round(1000 / perPod.plain)}/s of CPU`,
      hash: hash('plain'),
    },
  ];
}
