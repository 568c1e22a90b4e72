import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openAccess, openApiCluster, type Cluster } from '../../../src/cluster/index.ts';
import { getNumber, getObject, getString } from '../../../src/std/index.ts';
import { cleanEnv } from '../../cli/program.ts';
import { REAL_CLOCK } from '../../sim/embedded.ts';
import { createRandom } from '../../bench/corpus.ts';
import { FaultProxy, type FaultRates } from './fault-proxy.ts';

// kapply through a proxy that loses, delays, cuts, refuses and lets tokens expire, killed at random instants, with another writer
// on every object and an API server that is killed and started again: after enough runs the cluster is as the manifests say,
// nothing that is not ours is gone, nothing is left, and no object was written twice but where kapply could not know that it was.
// KPLAN_FAULTS is the number of scripts.
const SCRIPTS = Number(process.env['KPLAN_FAULTS'] ?? 4);
const SEED = Number(process.env['KPLAN_SEED'] ?? Math.floor(Math.random() * 1e6));
const PID_FILE = process.env['APISERVER_PID_FILE'] ?? '';
const PROGRAM = fileURLToPath(new URL('../../../dist/kapply.js', import.meta.url));
const MOST_RUNS = 40;
/** Runs of a step that are killed or raced: after them only the proxy stands in the way. */
const MOST_DISTURBED = 12;
const folder = mkdtempSync(join(tmpdir(), 'kplan-faults-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

interface Wanted {
  readonly namespace: string;
  readonly data: ReadonlyMap<string, string>;
}

test(`kapply gets there through ${SCRIPTS} fault scripts, seed ${SEED}`, async () => {
  const access = await openAccess({ env: process.env, cwd: folder, now: Date.now, warn: () => undefined });
  assert.ok(access !== undefined);
  const cluster = openApiCluster(access, REAL_CLOCK);
  const tally = { runs: 0, kills: 0, restarts: 0, raced: 0, faults: new Map<string, number>() };
  for (let script = 0; script < SCRIPTS; script++) {
    const name = `seed ${SEED + script}`;
    const random = createRandom(SEED + script);
    const rates = chooseRates(random);
    const { authorization = '' } = await access.credentials();
    const target = {
      port: Number(access.server.port),
      ca: String(access.tls.ca),
      token: authorization.replace(/^Bearer /, ''),
    };
    const proxy = new FaultProxy(target, random, rates);
    const kubeconfig = await proxy.listen();
    const namespace = `faults-${SEED}-${script}`;
    const foreign = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `foreign-${SEED}-${script}`, namespace: 'default' },
      data: { a: 'b' },
    };
    assert.equal((await cluster.create(foreign, { fieldManager: 'somebody' })).kind, 'ok');
    const restartAt = random() < 0.25 ? Math.floor(random() * 3) : undefined;
    let before: Wanted = { namespace, data: new Map() };
    for (let step = 0; step < 3; step++) {
      const wanted = chooseWanted(namespace, random);
      writeManifests(wanted);
      proxy.writes.clear();
      let code: number | null = null;
      for (let run = 0; code !== 0; run++) {
        assert.ok(run < MOST_RUNS, `${name}: not there after ${MOST_RUNS} runs (${JSON.stringify(rates)}): ${lastText}`);
        const isDisturbed = run < MOST_DISTURBED;
        const killAfter = random() < 0.4 && isDisturbed ? 150 + random() * 900 : undefined;
        const racing = random() < 0.5 && isDisturbed ? race(cluster, namespace, random() * 1200) : 0;
        const restart = step === restartAt && run === 0 ? restartServer(cluster, 200 + random() * 600) : undefined;
        code = await apply(kubeconfig, namespace, killAfter);
        tally.raced += await racing;
        if (await restart) tally.restarts++;
        if (code === null) tally.kills++;
        tally.runs++;
      }
      await check(cluster, wanted);
      checkWrites(proxy, before, wanted, name);
      before = wanted;
    }
    const left = await cluster.get({ ...CONFIG_MAP, namespace: 'default', name: foreign.metadata.name });
    assert.ok(left !== undefined, `${name}: what is not ours is gone`);
    for (const [fault, count] of proxy.counts) tally.faults.set(fault, (tally.faults.get(fault) ?? 0) + count);
    proxy.close();
  }
  const { runs, kills, restarts, raced, faults } = tally;
  console.log(
    `${SCRIPTS} fault scripts in ${runs} runs: ${kills} killed, ${restarts} restarts of the server, ${raced} writes of another; ${[...faults].map(([fault, count]) => `${fault} ${count}`).join(', ')}`,
  );
  await cluster.close();
});

/** Writes to each ConfigMap of a namespace, in a while, what is not kapply's. Answers how often. */
async function race(cluster: Cluster, namespace: string, afterMs: number): Promise<number> {
  await sleep(afterMs);
  let count = 0;
  // Refusals and a server that is gone are what happens to others too.
  const { items } = await cluster.list(CONFIG_MAP, { namespace }).catch(() => ({ items: [] }));
  for (const object of items) {
    const annotations = { ...getObject(object.metadata, 'annotations'), 'racer.example.com/after': String(afterMs) };
    const written = { ...object, metadata: { ...object.metadata, annotations } };
    const result = await cluster.update(written, { fieldManager: 'racer' }).catch(() => undefined);
    if (result?.kind === 'ok') count++;
  }
  return count;
}

/** Kills the API server in a while, and waits until it answers again. */
async function restartServer(cluster: Cluster, afterMs: number): Promise<boolean> {
  await sleep(afterMs);
  process.kill(Number(readFileSync(PID_FILE, 'utf8')), 'SIGKILL');
  for (let attempt = 0; attempt < 300; attempt++) {
    await sleep(500);
    const answer = await cluster.list(CONFIG_MAP, { namespace: 'default' }).catch(() => undefined);
    if (answer !== undefined) return true;
  }
  throw new Error('the API server does not come back');
}

/** An object is written once if it changes, and once more for each time that nobody heard of it; others never. */
function checkWrites(proxy: FaultProxy, before: Wanted, { namespace, data }: Wanted, name: string): void {
  const objects = new Set([...before.data.keys(), ...data.keys()]);
  for (const object of objects) {
    const path = `/api/v1/namespaces/${namespace}/configmaps/${object}`;
    const entries = [...proxy.writes].filter(([key]) => key.endsWith(` ${path}`)).map(([, writes]) => writes);
    const done = entries.reduce((sum, writes) => sum + writes.done, 0);
    const unheard = entries.reduce((sum, writes) => sum + writes.unheard, 0);
    const needed = before.data.get(object) === data.get(object) ? 0 : 1;
    assert.ok(done <= needed + unheard, `${name}: ${object} was written ${done} times, ${needed} was needed and ${unheard} not heard of`);
  }
}

function chooseRates(next: () => number): FaultRates {
  const some = (): number => (next() < 0.5 ? 0 : next() * 0.12);
  return {
    delay: some(),
    'reset-before': some(),
    'reset-after': some(),
    truncate: some(),
    '429': some(),
    '500': some() / 4,
    '503': some(),
    '410': some(),
    'close-watch': some() * 4,
    expire: some() / 4,
  };
}

function chooseWanted(namespace: string, next: () => number): Wanted {
  const names = Array.from({ length: 12 }, (_, index) => `map-${index}`).filter(() => next() < 0.7);
  return { namespace, data: new Map(names.map((name) => [name, String(Math.floor(next() * 5))])) };
}

function writeManifests({ namespace, data }: Wanted): void {
  const objects = [
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}}\n`,
    ...[...data].map(
      ([name, value]) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${namespace}}\ndata: {value: "${value}"}\n`,
    ),
  ];
  mkdirSync(join(folder, 'm'), { recursive: true });
  writeFileSync(join(folder, 'm/all.yaml'), objects.join('---\n'));
}

let lastText = '';

/** The exit code; null for a run that was killed. */
async function apply(kubeconfig: string, unit: string, killAfter: number | undefined): Promise<number | null> {
  const words = ['m', '--unit', unit, '--yes', '--timeout', '20s', '--allow', 'KP0104', '--allow', 'KP0105'];
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    env: cleanEnv({ KUBECONFIG: kubeconfig }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  lastText = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (lastText += chunk.toString()));
  const stop = new AbortController();
  if (killAfter !== undefined)
    void sleep(killAfter, undefined, { signal: stop.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  stop.abort();
  assert.doesNotMatch(lastText, /^\s+at .*\.js:\d+/m, lastText);
  return code;
}

async function check(cluster: Cluster, { namespace, data }: Wanted): Promise<void> {
  const { items } = await cluster.list(CONFIG_MAP, { namespace });
  const found = items.filter(({ metadata }) => metadata['name'] !== 'kube-root-ca.crt');
  assert.deepEqual(
    new Map(found.map((object) => [getString(object.metadata, 'name'), getString(object, 'data', 'value')])),
    new Map([...data].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
  assert.ok(found.every((object) => (getNumber(object.metadata, 'generation') ?? 0) === 0));
}
