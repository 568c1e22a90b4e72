import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { getArray, getNumber, getObject, parseJson, sha256, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import { Oracle } from '../judges/oracle.ts';
import type { ClusterSize } from './cluster-world.ts';
import { bundleBeside } from './kplan.ts';
import { measureOnce } from './measure.ts';
import type { BenchRow } from './row.ts';

const SIZE = { nodes: 1000, pods: 2000, classes: 20, rules: 'resources' } as const;
const RUNS = 25;

/** Placing 2,000 pods on 1,000 nodes beside the packages of kube-scheduler itself, which have no server to wait for. */
export async function benchBesideReal(program: string): Promise<readonly BenchRow[]> {
  const placed = bundleBeside(program, 'test/bench/placed.ts');
  const oracle = new Oracle(buildOracle());
  try {
    const rows: BenchRow[] = [];
    for (const isMixed of [false, true]) {
      const size: ClusterSize = { ...SIZE, isMixed };
      const { code, stdout, stderr } = await measureOnce(process.execPath, [placed, JSON.stringify(size), String(RUNS)]);
      if (code !== 0) throw new Error(stderr);
      const own = parseJson(stdout);
      rows.push(...toRows(size, own, await oracle.ask('placing', getObject(own, 'question') ?? null)));
    }
    return rows;
  } finally {
    oracle.close();
  }
}

function buildOracle(): string {
  const script = fileURLToPath(new URL('../../scripts/judges/build.sh', import.meta.url));
  return execFileSync('bash', [script, 'oracle'], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' }).trim();
}

function toRows({ nodes, pods, rules, isMixed }: ClusterSize, own: JsonValue, real: JsonValue): readonly BenchRow[] {
  const cpuOf = (told: JsonValue): number => getNumber(told, 'cpuMs') ?? 0;
  const toRow = (told: JsonValue): Pick<BenchRow, 'cpuMs' | 'hash' | 'wallMs'> => ({
    wallMs: getNumber(told, 'wallMs') ?? 0,
    cpuMs: cpuOf(told),
    hash: sha256(stringifyJson(getArray(told, 'nodes'))),
  });
  const perSecond = (cpuMs: number): string => `${Math.round((1000 * pods) / cpuMs)}/s of CPU`;
  const first = getNumber(own, 'firstMs') ?? 0;
  const times = (cpuMs: number): number => Math.round(cpuOf(real) / cpuMs);
  const peer = toRow(real);
  return [
    {
      work: `place ${pods} pods on ${nodes} nodes: ${rules}, ${isMixed ? 'mixed' : 'by workload'}`,
      ...toRow(own),
      ratio: `${perSecond(cpuOf(own))}, ${times(cpuOf(own))} times kube-scheduler, ${times(first)} at first`,
      expected: peer.hash ?? '',
    },
    { work: "  kube-scheduler's own packages, without a server", ...peer, ratio: perSecond(cpuOf(real)) },
  ];
}
