import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { labelsOf, nameOf, withMetadata, type KubernetesObject } from '../../src/model/index.ts';
import { openEmbeddedCluster, type EmbeddedCluster } from '../../src/sim/index.ts';
import { getNumber, getObject, getString, stringifyJson, type JsonValue } from '../../src/std/index.ts';
import { cleanEnv, run } from '../cli/program.ts';
import { CATALOG, REAL_CLOCK } from '../sim/embedded.ts';
import { SEED, toRandom } from '../sim/seed.ts';
import { writeRepository } from './kill-repository.ts';

// KPLAN_KILLS=200 is the long run.
const KILLS = Number(process.env['KPLAN_KILLS'] ?? 3);
const PROGRAM = fileURLToPath(new URL('../../dist/kapply.js', import.meta.url));
const CHECK_EVERY = 20;
const ENOUGH = 100;

const PHASES = ['start', 'apply', 'prune', 'compaction'] as const;
type Phase = (typeof PHASES)[number];

/** A program that was killed, or that was done before it could be. */
interface Killed {
  readonly wasKilled: boolean;
  readonly phase: Phase;
  /** What it said is done: `delete ConfigMap shop/a`. */
  readonly done: readonly string[];
}

interface Scene {
  readonly folder: string;
  readonly repository: string;
  readonly cluster: string;
}

/** Runs kapply and kills it at a random instant of a phase. */
async function killIn(aim: Phase, scene: Scene, random: () => number): Promise<Killed> {
  const before = new Set(readdirSync(scene.cluster));
  const child = spawn(process.execPath, [PROGRAM, scene.repository, '--embedded', scene.cluster, '--yes'], {
    cwd: scene.folder,
    env: cleanEnv(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let isAimed = false;
  const killSoon = (most: number): void => {
    if (isAimed) return;
    isAimed = true;
    void setTimeout(random() * most, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
  };
  if (aim === 'start') killSoon(600);
  const watcher = aim === 'compaction' ? watch(scene.cluster, (_, name) => name?.startsWith('new-') === true && killSoon(15)) : undefined;
  const line = Math.floor(random() * 60);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const done = parseDone(text);
    if (aim === 'apply' && done.length >= Math.min(line, 40)) killSoon(60);
    if (aim === 'prune' && done.filter((step) => step.startsWith('delete')).length > line % 20) killSoon(2);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  watcher?.close();
  assert.ok(code === null || code === 0, text);
  return { wasKilled: code === null, phase: phaseOf(text, scene.cluster, before), done: parseDone(text) };
}

function parseDone(text: string): readonly string[] {
  return [...text.matchAll(/^\[ *\d+\/\d+\] (.*): applied$/gm)].map((match) => match[1] ?? '');
}

/** Where the kill fell, by what it left behind. */
function phaseOf(text: string, directory: string, before: ReadonlySet<string>): Phase {
  const names = readdirSync(directory).filter((name) => name.startsWith('log-') || !before.has(name));
  const newest = names
    .filter((name) => name.startsWith('log-'))
    .toSorted()
    .at(-1);
  if (names.some((name) => name.startsWith('new-')) || (newest !== undefined && isSealed(join(directory, newest)))) return 'compaction';
  const done = parseDone(text);
  if (done.some((step) => step.startsWith('delete'))) return 'prune';
  return done.length > 0 ? 'apply' : 'start';
}

function isSealed(path: string): boolean {
  const descriptor = openSync(path, 'r');
  try {
    const tail = Buffer.alloc(60);
    const length = readSync(descriptor, tail, 0, tail.length, Math.max(0, fstatSync(descriptor).size - tail.length));
    return /"seal":\d+\}$/.test(tail.toString('latin1', 0, length));
  } finally {
    closeSync(descriptor);
  }
}

async function withOpened<T>(directory: string, work: (cluster: EmbeddedCluster) => Promise<T>): Promise<T> {
  const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
  try {
    return await work(cluster);
  } finally {
    await cluster.close();
  }
}

/** What was said to be done is done, in a cluster that was opened after the kill. */
async function checkDone(directory: string, done: readonly string[], version: number): Promise<void> {
  await withOpened(directory, async (cluster) => {
    for (const step of done) {
      const [action, kind = '', name = ''] = step.split(' ');
      if (kind !== 'ConfigMap') continue;
      const ref = { group: '', version: 'v1', kind, namespace: 'shop', name: name.replace('shop/', '') };
      const want = action === 'delete' ? undefined : String(version);
      assert.equal(getString(await cluster.get(ref), 'data', 'version'), want, `acknowledged and lost: ${step}`);
    }
  });
}

const GENERATED = new Set(['Event', 'Lease', 'Node', 'EndpointSlice', 'ControllerRevision']);

/** Everything that a cluster holds, without what no two clusters share: identities, times, addresses, generated names. */
function readState(directory: string): Promise<readonly string[]> {
  return withOpened(directory, async (cluster) => {
    assert.equal(await cluster.settle(), 'idle');
    const state: string[] = [];
    for (const kind of await cluster.resources()) {
      if (GENERATED.has(kind.kind)) continue;
      for (const object of (await cluster.list(kind)).items) state.push(summarize(object));
    }
    return state.toSorted();
  });
}

function summarize(object: KubernetesObject): string {
  const { kind } = object;
  if (kind === 'Pod' || kind === 'ReplicaSet') {
    const version = JSON.stringify(object['spec']).match(/"VERSION","value":"\d+"/)?.[0] ?? '';
    return [
      kind,
      labelsOf(object).get('app'),
      version,
      getString(object, 'status', 'phase') ?? String(getNumber(object, 'spec', 'replicas')),
    ].join(' ');
  }
  const own = ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'generation', 'ownerReferences'];
  const plain = withMetadata(object, Object.fromEntries(own.map((name) => [name, undefined])));
  const { clusterIP: _, clusterIPs: __, ...spec } = getObject(object, 'spec') ?? {};
  const ready: JsonValue = getObject(object, 'status')?.['readyReplicas'] ?? null;
  const text = stringifyJson({ ...plain, spec, status: ready }).replaceAll(/"deployment.kubernetes.io\/revision":"\d+"/g, '');
  return `${kind} ${nameOf(object)} ${text.replaceAll(/x{100,}/g, 'x')}`;
}

/** An old ReplicaSet of no replicas is history, of which a cluster that saw more versions has more. */
function withoutHistory(state: readonly string[]): readonly string[] {
  return state.filter((item) => !/^ReplicaSet .* 0$/.test(item));
}

/** A run that nobody kills ends as a run does that nobody ever killed; another has nothing to do. */
async function checkConverged(scene: Scene): Promise<void> {
  const ended = await run('kapply', scene.folder, [scene.repository, '--embedded', scene.cluster, '--yes']);
  assert.equal(ended.code, 0, `${ended.stdout}\n${ended.stderr}`);
  const again = await run('kapply', scene.folder, [scene.repository, '--embedded', scene.cluster, '--yes']);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /Nothing to do/);
  const fresh = mkdtempSync(join(scene.folder, 'fresh-'));
  assert.equal((await run('kapply', scene.folder, [scene.repository, '--embedded', fresh, '--yes'])).code, 0);
  assert.deepEqual(withoutHistory(await readState(scene.cluster)), withoutHistory(await readState(fresh)));
  rmSync(fresh, { recursive: true });
}

/** Small runs still aim at everything once. */
function aimAt(random: () => number, kill: number): Phase {
  if (kill < 3) return (['prune', 'apply', 'compaction'] as const)[kill] ?? 'apply';
  const number = random();
  return number < 0.1 ? 'start' : number < 0.45 ? 'apply' : number < 0.75 ? 'prune' : 'compaction';
}

describe(`kapply, killed ${KILLS} times (KPLAN_SEED=${SEED})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kplan-kill-'));
  after(() => rmSync(folder, { recursive: true }));
  const scene: Scene = { folder, repository: join(folder, 'unit'), cluster: join(folder, 'cluster') };
  const random = toRandom(SEED);
  const fell: Record<Phase, number> = { start: 0, apply: 0, prune: 0, compaction: 0 };
  let runs = 0;
  let kills = 0;

  async function killUntil(most: number): Promise<void> {
    while (kills < most) {
      writeRepository(scene.repository, ++runs);
      const { wasKilled, phase, done } = await killIn(aimAt(random, kills), scene, random);
      await checkDone(scene.cluster, done, runs);
      if (!wasKilled) continue;
      fell[phase]++;
      kills++;
    }
    await checkConverged(scene);
  }

  it('begins with what nobody has killed', async () => {
    writeRepository(scene.repository, runs);
    await checkConverged(scene);
  });

  // Each part is a test, so that none takes longer than a test may.
  for (let from = 0; from < KILLS; from += CHECK_EVERY) {
    const to = Math.min(KILLS, from + CHECK_EVERY);
    it(`loses nothing, does nothing twice and converges after kill ${to}`, () => killUntil(to));
  }

  it('was killed in every phase', (test) => {
    test.diagnostic(`${KILLS} kills of ${runs} runs fell into ${PHASES.map((phase) => `${phase} ${fell[phase]}`).join(', ')}`);
    if (KILLS >= ENOUGH) for (const phase of PHASES) assert.ok(fell[phase] > 0, `no kill fell into ${phase}`);
  });
});
