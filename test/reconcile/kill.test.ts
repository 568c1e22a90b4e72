import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { it } from 'node:test';
import { refKeyOf, refOf } from '../../src/model/index.ts';
import { readInventory, readStatus } from '../../src/reconcile/index.ts';
import { withCluster } from '../sim/embedded.ts';
import { SEED, toRandom } from '../sim/seed.ts';
import { carryOut, object, planUnit, UNIT } from './embedded-unit.ts';
import { toVariant } from './kill-variants.ts';

const WORKER = fileURLToPath(new URL('kill-worker.ts', import.meta.url));
// KPLAN_KILLS=200 is the long run.
const KILLS = Number(process.env['KPLAN_KILLS'] ?? 4);
const MOST = 40;
const LONGEST = 400;

async function killWithin(directory: string, variant: number, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', WORKER, directory, String(variant)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  await Promise.race([setTimeout(milliseconds), ended]);
  child.kill('SIGKILL');
  const [code]: unknown[] = await ended;
  assert.ok(code === 0 || code === null, 'it was killed, or had ended well');
}

// Each part is a test, so that none takes longer than a test may.
for (let from = 0; from < KILLS; from += MOST) {
  const [kills, seed] = [Math.min(MOST, KILLS - from), SEED + from];
  it(`ends in the same state after ${kills} processes were killed at any instant while they applied (KPLAN_SEED=${seed})`, () =>
    killAndCheck(kills, toRandom(seed)));
}

async function killAndCheck(kills: number, random: () => number): Promise<void> {
  await withCluster(async (cluster, directory) => {
    const stranger = object('ConfigMap', 'stranger', { data: { of: 'another' } });
    await cluster.create(object('Namespace', 'shop'), { fieldManager: 'another' });
    await cluster.create(stranger, { fieldManager: 'another' });
    for (let kill = 0; kill < kills; kill++) await killWithin(directory, kill, random() * LONGEST);
    const wanted = toVariant(kills);
    const result = await carryOut(cluster, await planUnit(cluster, wanted), wanted);
    assert.equal(result.conclusion, 'applied', JSON.stringify(result));
    const { owned } = await readInventory(cluster, UNIT);
    assert.deepEqual([...owned].toSorted(), wanted.map(refKeyOf).toSorted());
    const { items } = await cluster.list({ group: '', version: 'v1', kind: 'ConfigMap' }, { namespace: 'shop' });
    const configs = wanted.filter(({ kind }) => kind === 'ConfigMap');
    assert.equal(items.length, configs.length + 1, 'nothing is left over');
    assert.deepEqual((await cluster.get(refOf(stranger)))?.['data'], stranger['data']);
    const status = await readStatus(cluster, UNIT, { now: Date.now() });
    assert.deepEqual(status.summary, { Current: wanted.length });
    assert.deepEqual((await planUnit(cluster, wanted)).waves, []);
  });
}
