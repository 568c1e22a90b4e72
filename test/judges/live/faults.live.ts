import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openAccess, openApiCluster } from '../../../src/cluster/index.ts';
import { getNumber, getString, isObject, parseJson } from '../../../src/std/index.ts';
import { cleanEnv } from '../../cli/program.ts';
import { REAL_CLOCK } from '../../sim/embedded.ts';
import { createRandom } from '../../bench/corpus.ts';
import { FaultProxy, type FaultRates } from './fault-proxy.ts';

// kapply through a proxy that loses, delays, cuts and refuses, and killed at random instants: after enough runs the cluster is
// as the manifests say, nothing that is not ours is gone, and nothing is left. KPLAN_FAULTS is the number of scripts.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const SCRIPTS = Number(process.env['KPLAN_FAULTS'] ?? 4);
const SEED = Number(process.env['KPLAN_SEED'] ?? Math.floor(Math.random() * 1e6));
const PROGRAM = fileURLToPath(new URL('../../../dist/kapply.js', import.meta.url));
const MOST_RUNS = 25;
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
  const faults = new Map<string, number>();
  let kills = 0;
  let runs = 0;
  for (let script = 0; script < SCRIPTS; script++) {
    const random = createRandom(SEED + script);
    const rates = chooseRates(random);
    const { authorization = '' } = await access.credentials();
    const target = { port: Number(access.server.port), ca: String(access.tls.ca), token: authorization.replace(/^Bearer /, '') };
    const proxy = new FaultProxy(target, random, rates);
    const kubeconfig = writeKubeconfig(await proxy.listen());
    const namespace = `faults-${SEED}-${script}`;
    const foreign = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `foreign-${SEED}-${script}`, namespace: 'default' },
      data: { a: 'b' },
    };
    assert.equal((await cluster.create(foreign, { fieldManager: 'somebody' })).kind, 'ok');
    for (let step = 0; step < 3; step++) {
      const wanted = chooseWanted(namespace, random);
      writeManifests(wanted);
      let code: number | null = null;
      for (let run = 0; code !== 0; run++) {
        assert.ok(run < MOST_RUNS, `seed ${SEED + script}: not there after ${MOST_RUNS} runs (${JSON.stringify(rates)}): ${lastText}`);
        const killAfter = random() < 0.4 ? 150 + random() * 900 : undefined;
        code = await apply(kubeconfig, namespace, killAfter);
        if (code === null) kills++;
        runs++;
      }
      await check(cluster, wanted);
    }
    const left = await cluster.get({ ...CONFIG_MAP, namespace: 'default', name: foreign.metadata.name });
    assert.ok(left !== undefined, `seed ${SEED + script}: what is not ours is gone`);
    for (const [fault, count] of proxy.counts) faults.set(fault, (faults.get(fault) ?? 0) + count);
    proxy.close();
  }
  console.log(
    `${SCRIPTS} fault scripts in ${runs} runs, ${kills} of them killed; ${[...faults].map(([fault, count]) => `${fault} ${count}`).join(', ')}`,
  );
  await cluster.close();
});

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

function writeKubeconfig(port: number): string {
  const config = parseJson(readFileSync(KUBECONFIG, 'utf8'));
  assert.ok(isObject(config));
  const clusters = [{ name: 'judge', cluster: { server: `http://127.0.0.1:${port}` } }];
  const path = join(folder, 'kubeconfig.json');
  writeFileSync(path, JSON.stringify({ ...config, clusters }), { mode: 0o600 });
  return path;
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

async function check(cluster: ReturnType<typeof openApiCluster>, { namespace, data }: Wanted): Promise<void> {
  const { items } = await cluster.list(CONFIG_MAP, { namespace });
  const found = items.filter(({ metadata }) => metadata['name'] !== 'kube-root-ca.crt');
  assert.deepEqual(
    new Map(found.map((object) => [getString(object.metadata, 'name'), getString(object, 'data', 'value')])),
    new Map([...data].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  );
  assert.ok(found.every((object) => (getNumber(object.metadata, 'generation') ?? 0) === 0));
}
