import { mkdtempSync, rmSync, statSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withMetadata, type KubernetesObject } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { openEmbeddedCluster, type EmbeddedCluster } from '../../src/sim/index.ts';
import { sha256, stringifyJson, type Clock } from '../../src/std/index.ts';
import { configMap, deployment } from '../cluster-contract.ts';
import { formatRows, type BenchRow } from './row.ts';

const OBJECTS = 5000;
const AT_ONCE = 16;
const BY = { fieldManager: 'bench' };
const CLOCK: Clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
const KINDS = [
  { group: '', version: 'v1', kind: 'ConfigMap' },
  { group: 'apps', version: 'v1', kind: 'Deployment' },
];

/** The embedded cluster: 5,000 objects (80% ConfigMaps, 20% Deployments) applied, applied again, read back, opened again. */
export async function benchEmbedded(): Promise<readonly BenchRow[]> {
  const objects = Array.from({ length: OBJECTS }, (_, index) =>
    index % 5 === 4
      ? deployment('default', `web-${index}`, 0)
      : configMap('default', `map-${index}`, { data: { index: String(index), text: 'x'.repeat(400) } }),
  );
  const catalog = loadCatalog('1.36');
  const rows: BenchRow[] = [];
  for (const { name, sync, atOnce } of [
    { name: 'without sync, one at a time', sync: false, atOnce: 1 },
    { name: 'with sync, one at a time', sync: true, atOnce: 1 },
    { name: `with sync, ${AT_ONCE} at a time`, sync: true, atOnce: AT_ONCE },
  ]) {
    const directory = mkdtempSync(join(tmpdir(), 'kplan-bench-'));
    const cluster = await openEmbeddedCluster({ directory, clock: CLOCK, catalog, sync });
    const applied = await measure(() => applyAll(cluster, objects, atOnce));
    const hash = await hashOf(cluster);
    rows.push({ work: `apply ${OBJECTS} objects, ${name}`, ...applied, ratio: rateOf(applied), hash });
    const again = await measure(() => applyAll(cluster, objects, atOnce));
    rows.push({ work: `apply them again, ${name}`, ...again, ratio: rateOf(again), hash: await hashOf(cluster) });
    rows.push({ work: `read ${OBJECTS} objects back`, ...(await measure(() => readAll(cluster))), hash: await hashOf(cluster) });
    await cluster.close();
    rows.push(await benchOpen(directory, catalog));
    rmSync(directory, { recursive: true });
  }
  return rows;
}

async function benchOpen(directory: string, catalog: ReturnType<typeof loadCatalog>): Promise<BenchRow> {
  const size = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  let hash = '';
  const opened = await measure(async () => {
    const cluster = await openEmbeddedCluster({ directory, clock: CLOCK, catalog, sync: false });
    hash = await hashOf(cluster);
    await cluster.close();
  });
  return { work: `open them again (${(size / 1e6).toFixed(1)} MB of log) and read`, ...opened, hash };
}

async function applyAll(cluster: EmbeddedCluster, objects: readonly KubernetesObject[], atOnce: number): Promise<void> {
  const queue = objects.values();
  const work = async (): Promise<void> => {
    for (const object of queue) {
      const result = await cluster.apply(object, BY);
      if (result.kind === 'error') throw new Error(result.message);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function readAll(cluster: EmbeddedCluster): Promise<readonly KubernetesObject[]> {
  const lists = await Promise.all(KINDS.map((kind) => cluster.list(kind)));
  return lists.flatMap((list) => list.items);
}

/** Of what was asked for: times, uids and resourceVersions differ from run to run. */
async function hashOf(cluster: EmbeddedCluster): Promise<string> {
  const gone = { uid: undefined, creationTimestamp: undefined, resourceVersion: undefined, managedFields: undefined };
  const objects = (await readAll(cluster)).map((object) => stringifyJson(withMetadata(object, gone)));
  return sha256(objects.join('\n'));
}

async function measure(work: () => Promise<unknown>): Promise<Pick<BenchRow, 'wallMs' | 'cpuMs' | 'memoryMB'>> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, memoryMB: process.memoryUsage().rss / 1e6 };
}

function rateOf(measured: { readonly wallMs: number }): string {
  return `${Math.round((OBJECTS / measured.wallMs) * 1000)}/s`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(formatRows(await benchEmbedded()));
