import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments } from '../../src/cli/arguments.ts';
import { planOnce } from '../../src/cli/commands/plan.ts';
import { createLog, processIo, type Io } from '../../src/cli/io.ts';
import { tuneEngine } from '../../src/cli/main.ts';
import { PlanSession } from '../../src/cli/stages/plan-session.ts';
import { readRepository } from '../../src/loader/index.ts';
import { namespaceOf, stepsOf, withMetadata, type KubernetesObject } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { membershipLabel } from '../../src/reconcile/index.ts';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { getArray, getObject, getString, parseJson, sha256, type Clock } from '../../src/std/index.ts';
import { writeCorpus } from './corpus.ts';
import { measureKplan, type Bench, readText, replaceIn } from './kplan.ts';
import { measureInTurn, measureWork, type MeasuredWork } from './measure.ts';
import type { BenchRow } from './row.ts';

const OBJECTS = 5000;
const CHANGED = 20;
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
  return [...cold, ...(await benchWatched(directory, snapshot))];
}

interface WatchedChange {
  readonly name: string;
  readonly kind: string;
  readonly from: RegExp;
  readonly to: (run: number) => string;
}

/** Changes of one object that ever more follows from; the last two are of one Deployment. */
const WATCHED: readonly WatchedChange[] = [
  { name: 'a value of a ConfigMap', kind: 'ConfigMap', from: /setting\.0\.name=.*/, to: (run) => `setting.0.name=${run}` },
  { name: 'an image of a Deployment', kind: 'Deployment', from: /image: .*/, to: (run) => `image: registry.example.com/changed:${run}` },
  { name: 'the replicas of a Deployment', kind: 'Deployment', from: /replicas: .*/, to: (run) => `replicas: ${run % 5}` },
];

/** What a change of one file costs a watched plan, from the change to the report's data, in a process that has planned before. */
async function benchWatched(directory: string, snapshot: string): Promise<readonly BenchRow[]> {
  const io: Io = { ...processIo({ signal: new AbortController().signal, hold: () => () => undefined }), env: { KPLAN_CACHE: '' } };
  const args = await parseArguments('kplan', ['plan', directory, '--snapshot', snapshot]);
  tuneEngine(['--watch']);
  const session = new PlanSession(io);
  const plan = async (): Promise<number> => stepsOf((await planOnce(args, io, createLog(io, true, false), session)).plan).length;
  const rows: BenchRow[] = [];
  for (let run = 0; run < 3; run++) await plan();
  for (const { name, kind, from, to } of WATCHED) {
    const path = findFile(directory, kind);
    const results: MeasuredWork<number>[] = [];
    for (let run = 0; run < 9; run++) {
      writeFileSync(path, replaceIn(readText(path), from, to(run)));
      results.push(await measureWork(plan));
    }
    const [best] = results.toSorted((a, b) => a.wallMs - b.wallMs).slice(Math.floor(results.length / 2));
    if (best !== undefined)
      rows.push({
        work: `  watched, ${name}`,
        ...best,
        hash: sha256(String(best.answer)),
        expected: sha256(String(CHANGED + Math.min(2, 1 + rows.length))),
      });
  }
  return rows;
}

/** A file of a team whose files have not been changed, with an object of this kind. */
function findFile(directory: string, kind: string): string {
  const team = join(directory, 'team-3');
  const file = readdirSync(team)
    .toSorted()
    .slice(2)
    .find((name) => readText(join(team, name)).includes(`kind: ${kind}\n`));
  if (file === undefined) throw new Error(`no ${kind}`);
  return join(team, file);
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
function changeImages(directory: string): readonly string[] {
  const names: string[] = [];
  for (const team of readdirSync(directory).toSorted()) {
    for (const file of readdirSync(join(directory, team)).toSorted().slice(0, 2)) {
      if (names.length === CHANGED) break;
      const path = join(directory, team, file);
      writeFileSync(path, replaceIn(readText(path), /image: .*/, 'image: registry.example.com/other:2.0.0'));
      names.push(file.replace('.yaml', ''));
    }
  }
  return names.toSorted();
}

function updatesOf(stdout: string): readonly string[] {
  const report = parseJson(stdout);
  const updates = getArray(report, 'changes').filter((change) => getString(change, 'action') !== 'none');
  return updates.map((change) => getString(change, 'ref', 'name') ?? '').toSorted();
}
