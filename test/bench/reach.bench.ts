import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAllowed, listConnectionChanges, visitConnections } from '../../src/engine/network/index.ts';
import { World, type KubernetesObject } from '../../src/model/index.ts';
import { getArray, getNumber, getObject, getString, parseJson, sha256, type JsonValue } from '../../src/std/index.ts';
import { naiveIsAllowed } from '../engine/network/naive-network.ts';
import { createRandom } from './corpus.ts';
import { measureKplan, type Bench } from './kplan.ts';
import { measureInTurn, measureWork } from './measure.ts';
import { makeNetwork, writeNetwork, type NetworkSize } from './network-world.ts';
import type { BenchRow } from './row.ts';

const SIZES: readonly NetworkSize[] = [
  { workloads: 100, policies: 50, namespaces: 5 },
  { workloads: 500, policies: 250, namespaces: 25 },
  { workloads: 2000, policies: 1000, namespaces: 100 },
];
const CLUSTER: NetworkSize = { workloads: 1000, policies: 1000, namespaces: 200 };
const PODS_EACH = 10;
const LARGEST: NetworkSize = { workloads: 5000, policies: 5000, namespaces: 500 };
/** So many pairs of a cluster are judged by the slow evaluator as well. */
const SAMPLE = 40;
const RUNS = 3;
const PORTS = [1, 80, 443, 5432, 8080, 9090];

/** Who reaches whom: whole processes at the sizes at which netpol-analyzer was measured, and a large cluster in memory. */
export async function benchReach({ scratch, program }: Bench): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const size of SIZES) {
    const objects = makeNetwork(size);
    const folder = join(scratch, `network-${size.workloads}`);
    writeNetwork(folder, objects);
    const isSmall = size === SIZES[0];
    const words = ['reach', folder, '--base', 'none', '-o', isSmall ? 'json' : 'csv'];
    const [measured] = await measureInTurn([() => measureKplan(program, words, scratch)], RUNS);
    if (measured === undefined) continue;
    const answer = isSmall
      ? { hash: hashOf(listAnswered(measured.stdout)), expected: hashOf(listNaively(objects)) }
      : { hash: sha256(measured.stdout) };
    rows.push({ work: `kplan reach, ${size.workloads} workloads, ${size.policies} policies`, ...measured, ...answer });
    const [guard] = await measureInTurn([() => measureKplan(program, ['reach', folder, '-o', 'npguard'], scratch)], RUNS);
    if (guard !== undefined) rows.push({ work: `  the same in netpol-analyzer's grammar`, ...guard, hash: sha256(guard.stdout) });
  }
  rows.push(await benchPods({ scratch, program }, CLUSTER, PODS_EACH, RUNS));
  rows.push(await benchPods({ scratch, program }, LARGEST, 20, 1));
  return [...rows, ...(await benchCluster())];
}

function hashOf(lines: readonly string[]): string {
  return sha256(lines.toSorted().join('\n'));
}

/** The whole process for a dump of a cluster, with all its pods; some pairs are checked. */
async function benchPods({ scratch, program }: Bench, size: NetworkSize, each: number, runs: number): Promise<BenchRow> {
  const objects = makeNetwork(size);
  const items = [...objects, ...objects.flatMap((object) => (object.kind === 'Deployment' ? listPods(object, each) : []))];
  const file = join(scratch, `pods-${size.workloads * each}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const words = ['reach', '--snapshot', file, '-o', 'csv'];
  const [measured] = await measureInTurn([() => measureKplan(program, words, scratch)], runs);
  if (measured === undefined) throw new Error('nothing was measured');
  const pairs = samplePairs(objects);
  return {
    work: `kplan reach, ${size.workloads * each} pods of ${size.workloads} workloads, ${size.policies} policies, ${size.namespaces} namespaces`,
    ...measured,
    hash: hashOf(pairs.flatMap(([from, to]) => listOpen(measured.stdout, from, to))),
    expected: hashOf(listNaively(objects, pairs)),
  };
}

function samplePairs(objects: readonly KubernetesObject[]): readonly (readonly [string, string])[] {
  const random = createRandom(SAMPLE);
  const names = objects.flatMap((object) => (object.kind === 'Deployment' ? [qualifiedName(object)] : []));
  const any = (): string => names[Math.floor(random() * names.length)] ?? '';
  return Array.from({ length: SAMPLE }, () => [any(), any()] as const).filter(([from, to]) => from !== to);
}

/** `from > to port` for every asked port of a pair in a table. */
function listOpen(csv: string, from: string, to: string): readonly string[] {
  const head = `\n${from},${to},`;
  const start = csv.indexOf(head);
  if (start < 0) return [];
  const text = csv.slice(start + head.length, csv.indexOf('\r', start)).replaceAll('"', '');
  const listed = /^TCP ([\d,]+)$/.exec(text)?.[1]?.split(',').map(Number);
  if (listed === undefined && text !== 'all connections') throw new Error(`ports that nobody expects: ${text}`);
  return PORTS.filter((port) => listed?.includes(port) ?? true).map((port) => `${from} > ${to} ${port}`);
}

function qualifiedName({ metadata }: KubernetesObject): string {
  return `${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`;
}

/** `from > to port` for every asked port of the pairs of workloads in a report. */
function listAnswered(stdout: string): readonly string[] {
  return getArray(parseJson(stdout), 'connections').flatMap((connection) => {
    const [from, to] = [getString(connection, 'from') ?? '', getString(connection, 'to') ?? ''];
    if (from === to || !from.includes('/w') || !to.includes('/w')) return [];
    const isOpen = (port: number): boolean =>
      getArray(connection, 'ports').some(
        (range) =>
          getString(range, 'protocol') === 'TCP' && (getNumber(range, 'first') ?? 0) <= port && port <= (getNumber(range, 'last') ?? 0),
      );
    return PORTS.filter(isOpen).map((port) => `${from} > ${to} ${port}`);
  });
}

/** The same by the slow evaluator, of a Pod for each Deployment; of all pairs, or of some. */
function listNaively(objects: readonly KubernetesObject[], asked?: readonly (readonly [string, string])[]): readonly string[] {
  const pods = objects.flatMap((object) => (object.kind === 'Deployment' ? [toPod(object, object.metadata['name'])] : []));
  const all = [...objects.filter(({ kind }) => kind !== 'Deployment'), ...pods];
  const names = pods.map(qualifiedName);
  const pairs = asked ?? names.flatMap((from) => names.flatMap((to) => (from === to ? [] : [[from, to] as const])));
  return pairs.flatMap(([from, to]) =>
    PORTS.filter((port) => {
      const { egress, ingress } = naiveIsAllowed(all, { from, to, protocol: 'TCP', port });
      return egress && ingress;
    }).map((port) => `${from} > ${to} ${port}`),
  );
}

function toPod(deployment: KubernetesObject, name: JsonValue | undefined): KubernetesObject {
  const template = getObject(deployment, 'spec', 'template') ?? {};
  const labels = getObject(template, 'metadata', 'labels') ?? {};
  const metadata = { name: name ?? '', namespace: deployment.metadata['namespace'] ?? '', labels };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: getObject(template, 'spec') ?? {} };
}

/** Ten pods each of a thousand workloads, in memory: everything, one policy edited, one pair explained. */
async function benchCluster(): Promise<readonly BenchRow[]> {
  const objects = makeNetwork(CLUSTER);
  const pods = objects.flatMap((object) => (object.kind === 'Deployment' ? listPods(object, PODS_EACH) : []));
  const world = World.of([...objects, ...pods]);
  const all = await measureWork(() => countPairs(world));
  const title = `${pods.length} pods of ${CLUSTER.workloads} workloads, ${CLUSTER.policies} policies, ${CLUSTER.namespaces} namespaces`;
  const policy = objects.find(({ kind }) => kind === 'NetworkPolicy');
  const edited =
    policy === undefined ? world : world.with([{ ...policy, spec: { ...getObject(policy, 'spec'), podSelector: {}, ingress: [] } }]);
  const changed = await measureWork(() => listConnectionChanges(world, edited).length);
  const [from = '', to = ''] = objects.filter(({ kind }) => kind === 'Deployment').map(qualifiedName);
  const one = await measureWork(() => isAllowed(world, { from, to, protocol: 'TCP', port: 80 }));
  return [
    { work: `${title}: all pairs, all ports, in memory`, ...all, hash: sha256(String(all.answer)) },
    { work: `  ${changed.answer} pairs differ after one policy was edited`, ...changed, hash: sha256(String(changed.answer)) },
    { work: '  one pair, explained', ...one, hash: sha256(one.answer.kind) },
  ];
}

function countPairs(world: World): number {
  let pairs = 0;
  visitConnections(world, (_from, _to, ports) => (pairs += ports.cuts.length > 0 ? 1 : 0));
  return pairs;
}

function listPods(deployment: KubernetesObject, each: number): readonly KubernetesObject[] {
  const name = getString(deployment.metadata, 'name') ?? '';
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, controller: true, uid: '' };
  return Array.from({ length: each }, (_, index) => {
    const pod = toPod(deployment, `${name}-${index}`);
    return { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] } };
  });
}
