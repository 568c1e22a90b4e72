import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRepository } from '../../src/loader/index.ts';
import { namespaceOf, withMetadata, type KubernetesObject } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { membershipLabel } from '../../src/reconcile/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { getArray, getNumber, getObject, getString, parseJson, sha256, type Clock } from '../../src/std/index.ts';
import { writeCorpus } from './corpus.ts';
import { bundleBeside, measureKplan, type Bench, readText, replaceIn } from './kplan.ts';
import { measureInTurn, measureOnce } from './measure.ts';
import type { BenchRow } from './row.ts';

/** The objects of the repository that is planned. */
export const OBJECTS = 5000;
/** How many of them change. */
export const CHANGED = 20;
const CLOCK: Clock = { now: () => Date.now(), sleep: () => Promise.resolve() };
// What would refuse or judge others is applied after them.
const LAST = new Set(['LimitRange', 'ResourceQuota']);

/** A plan of 5,000 objects against a snapshot of them all, 20 of which have changed in the repository since. */
export async function benchPlan({ scratch, program }: Bench): Promise<readonly BenchRow[]> {
  const directory = join(scratch, 'repository');
  writeCorpus(directory, OBJECTS);
  const embedded = join(scratch, 'cluster');
  await applyAll(directory, embedded);
  const snapshot = join(scratch, 'live.yaml');
  await measureKplan(program, ['snapshot', snapshot, '--embedded', embedded], '');
  const changed = changeImages(directory);
  const run = (): ReturnType<typeof measureKplan> => measureKplan(program, ['plan', directory, '--snapshot', snapshot, '-o', 'json'], '');
  const [measured] = await measureInTurn([run], 5);
  if (measured === undefined) return [];
  const cold = [
    {
      work: `plan ${OBJECTS} objects against a snapshot, ${CHANGED} changed, cold`,
      ...measured,
      hash: sha256(updatesOf(measured.stdout).join('\n')),
      expected: sha256(changed.join('\n')),
    },
  ];
  return [...cold, ...(await benchWatched(directory, snapshot, program))];
}

/** What changes of one file cost a watched plan, in the program as it is shipped. */
async function benchWatched(directory: string, snapshot: string, program: string): Promise<readonly BenchRow[]> {
  const { code, stdout, stderr } = await measureOnce(process.execPath, [
    bundleBeside(program, 'test/bench/watched.ts'),
    directory,
    snapshot,
  ]);
  if (code !== 0) throw new Error(stderr);
  return getArray(parseJson(stdout)).map((row, index) => ({
    work: `  watched, ${getString(row, 'name') ?? ''}`,
    wallMs: getNumber(row, 'wallMs') ?? 0,
    cpuMs: getNumber(row, 'cpuMs') ?? 0,
    memoryMB: getNumber(row, 'memoryMB') ?? 0,
    hash: sha256(String(getNumber(row, 'answer'))),
    expected: sha256(String(CHANGED + Math.min(2, 1 + index))),
  }));
}

async function applyAll(directory: string, embedded: string): Promise<void> {
  const { manifests } = await readRepository({ path: directory, git: 'auto' });
  mkdirSync(embedded, { recursive: true });
  const catalog = loadCatalog('1.36');
  const { key, value } = membershipLabel('repository');
  const cluster = await openEmbeddedCluster({ directory: embedded, clock: CLOCK, catalog, sync: false });
  const objects = manifests.map(({ object }) => object);
  const rank = (object: KubernetesObject): number => (object.kind === 'Namespace' ? 0 : LAST.has(object.kind) ? 2 : 1);
  for (const object of objects.toSorted((a, b) => rank(a) - rank(b))) {
    const isNamespaced = catalog.findResource(object.kind.toLowerCase())?.namespaced === true;
    const placed = isNamespaced && namespaceOf(object) === undefined ? withMetadata(object, { namespace: 'default' }) : object;
    const result = await cluster.apply(withMetadata(placed, { labels: { ...getObject(placed.metadata, 'labels'), [key]: value } }), {
      fieldManager: 'kapply',
    });
    if (result.kind === 'error') throw new Error(result.message);
  }
  await cluster.close();
}

/** Another image in the first workload of some files; the names of the files' workloads. */
export function changeImages(directory: string): readonly string[] {
  const names: string[] = [];
  const teams = readdirSync(directory).filter((name) => !name.startsWith('.'));
  for (const team of teams.toSorted()) {
    for (const file of readdirSync(join(directory, team)).toSorted().slice(0, 2)) {
      if (names.length === CHANGED) break;
      const path = join(directory, team, file);
      writeFileSync(path, replaceIn(readText(path), /image: .*/, 'image: registry.example.com/other:2.0.0'));
      names.push(file.replace('.yaml', ''));
    }
  }
  return names.toSorted();
}

/** The names of what a report changes. */
export function updatesOf(stdout: string): readonly string[] {
  const report = parseJson(stdout);
  const updates = getArray(report, 'changes').filter((change) => getString(change, 'action') !== 'none');
  return updates.map((change) => getString(change, 'ref', 'name') ?? '').toSorted();
}
