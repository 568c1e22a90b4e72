import { strict as assert } from 'node:assert';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { labelsOf, nameOf, type KubernetesObject } from '../../src/model/index.ts';
import { openEmbeddedCluster, type EmbeddedCluster } from '../../src/sim/index.ts';
import { getArray, getNumber, getString } from '../../src/std/index.ts';
import { CATALOG, REAL_CLOCK } from './embedded.ts';
import { SEED, toRandom } from './seed.ts';

const KILLS = Number(process.env['KPLAN_KILLS'] ?? 8);
const WORKER = fileURLToPath(new URL('crash-worker.ts', import.meta.url));
const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };

/** What one name may hold: what was acknowledged last, or what was under way when its writer was killed. */
interface Expectation {
  readonly known: Map<string, string | undefined>;
  readonly pending: Map<string, string | undefined>;
  readonly tokens: Set<string>;
  readonly maybeTokens: Set<string>;
}

/** What was under way when the process was killed. */
function lastAction(lines: readonly string[]): string {
  const [step = '', action = ''] = (lines.at(-1) ?? '').split(' ');
  return step === 'try' ? action : 'other';
}

function note(line: string, want: Expectation): void {
  const [step = '', action = '', target = '', value = ''] = line.split(' ');
  const isDone = step === 'ack';
  if (action === 'generate') (isDone ? want.tokens : want.maybeTokens).add(target);
  else if (action === 'apply' || action === 'delete') {
    (isDone ? want.known : want.pending).set(target, action === 'apply' ? value : undefined);
    if (isDone) want.pending.delete(target);
  }
}

async function killAfter(child: ChildProcess, milliseconds: number): Promise<string[]> {
  let output = '';
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const isReady = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('ready\n')) resolve();
    });
  });
  const ended = once(child, 'close');
  await Promise.race([isReady, ended]);
  await REAL_CLOCK.sleep(milliseconds);
  child.kill('SIGKILL');
  const [code] = await ended;
  assert.equal(code, null, `the worker ended by itself: ${complaint}`);
  return output.split('\n').slice(0, -1);
}

async function compare(cluster: EmbeddedCluster, want: Expectation): Promise<void> {
  const { items } = await cluster.list(CONFIG_MAP, { namespace: 'default' });
  const byName = new Map(items.map((item) => [nameOf(item), getString(item, 'data', 'value')]));
  for (const target of new Set([...want.known.keys(), ...want.pending.keys()])) {
    const found = byName.get(target);
    const allowed = [want.known.get(target), ...(want.pending.has(target) ? [want.pending.get(target)] : [])];
    assert.ok(allowed.includes(found), `${target}: ${String(found)} is none of ${allowed.map(String).join(', ')}`);
    want.known.set(target, found);
  }
  want.pending.clear();
  const tokens = items.flatMap((item) => labelsOf(item).get('token') ?? []);
  assert.equal(new Set(tokens).size, tokens.length, 'nothing is made twice');
  for (const token of want.tokens) assert.ok(tokens.includes(token), `${token} was acknowledged and is lost`);
  for (const token of tokens) assert.ok(want.maybeTokens.has(token), `${token} was never asked for`);
  const versions = items.map((item) => getString(item.metadata, 'resourceVersion'));
  assert.equal(new Set(versions).size, versions.length);
}

async function checkConverged(cluster: EmbeddedCluster): Promise<void> {
  assert.equal(await cluster.settle(), 'idle');
  const pods = (await cluster.list({ group: '', version: 'v1', kind: 'Pod' })).items;
  for (const deployment of (await cluster.list({ group: 'apps', version: 'v1', kind: 'Deployment' })).items) {
    const replicas = getNumber(deployment, 'spec', 'replicas') ?? 0;
    assert.equal(getNumber(deployment, 'status', 'readyReplicas') ?? 0, replicas, nameOf(deployment));
    assert.equal(pods.filter((pod) => labelsOf(pod).get('app') === nameOf(deployment)).length, replicas, `pods of ${nameOf(deployment)}`);
  }
  assert.ok(pods.every(hasOwner));
}

function hasOwner(pod: KubernetesObject): boolean {
  return getArray(pod.metadata, 'ownerReferences').length === 1;
}

test(
  `nothing acknowledged is lost and nothing is done twice in ${KILLS} kills (KPLAN_SEED=${SEED})`,
  { timeout: 60_000 + KILLS * 5_000 },
  async (context) => {
    const random = toRandom(SEED);
    const fell = new Map<string, number>();
    const directory = mkdtempSync(join(tmpdir(), 'kplan-crash-'));
    const want: Expectation = { known: new Map(), pending: new Map(), tokens: new Set(), maybeTokens: new Set() };
    for (let kills = 0; kills < KILLS; kills += 2) {
      const lines = await Promise.all(
        ['one', 'two'].map((name, index) => {
          const child = spawn(process.execPath, ['--import', 'tsx', WORKER, directory, name, String(SEED + kills + index)]);
          return killAfter(child, random() * 250);
        }),
      );
      for (const line of lines.flat()) note(line, want);
      for (const action of lines.map(lastAction)) fell.set(action, (fell.get(action) ?? 0) + 1);
      const cluster = await openEmbeddedCluster({ directory, clock: REAL_CLOCK, catalog: CATALOG, sync: false });
      await compare(cluster, want);
      await checkConverged(cluster);
      await cluster.close();
    }
    assert.ok(want.known.size + want.tokens.size > 0, 'something was acknowledged');
    context.diagnostic(`${KILLS} kills fell into ${[...fell].map(([action, count]) => `${action} ${count}`).join(', ')}`);
    if (KILLS >= 100)
      for (const action of ['apply', 'delete', 'generate', 'compact']) assert.ok(fell.has(action), `no kill fell into ${action}`);
    rmSync(directory, { recursive: true });
  },
);
