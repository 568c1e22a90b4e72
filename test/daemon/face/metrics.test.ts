import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DaemonMetrics } from '../../../src/daemon/face/metrics.ts';
import type { DaemonPhase, DaemonStatus } from '../../../src/daemon/status/status-file.ts';

const status = (unit: string, phase: DaemonPhase, more: Partial<DaemonStatus> = {}): DaemonStatus => ({
  unit,
  identity: 'one',
  source: 'here',
  phase,
  startedAt: '',
  updatedAt: '',
  reasons: [],
  waitsFor: '',
  failures: 0,
  ...more,
});

const own = async (metrics: DaemonMetrics): Promise<readonly string[]> =>
  (await metrics.write()).split('\n').filter((line) => /^kapply_(unit|syncs|sync_duration_seconds_(count|sum))/.test(line));

test('units are counted by outcome, synchronisations as they end, with their time', async () => {
  const metrics = new DaemonMetrics();
  const lastSynced = { revision: 'a', at: '1970-01-01T00:00:07Z' };
  metrics.noteUnit(status('web', 'idle'), 0);
  metrics.noteUnit(status('web', 'reading'), 1_000);
  metrics.noteUnit(status('web', 'applying'), 2_000);
  metrics.noteUnit(status('web', 'idle', { outcome: 'synced', lastSynced }), 3_500);
  metrics.noteUnit(status('web', 'idle', { outcome: 'synced', lastSynced }), 4_000);
  metrics.noteUnit(status('db', 'reading'), 4_000);
  metrics.noteUnit(status('db', 'idle', { outcome: 'synced', reasons: ['a pod'], failures: 2 }), 4_500);
  const lines = await own(metrics);
  for (const line of [
    'kapply_units{outcome="synced"} 1',
    'kapply_units{outcome="unhealthy"} 1',
    'kapply_units{outcome="pending"} 0',
    'kapply_unit_outcome{unit="web",outcome="synced"} 1',
    'kapply_unit_synced_timestamp_seconds{unit="web"} 7',
    'kapply_unit_failures{unit="db"} 2',
    'kapply_syncs_total{outcome="synced"} 1',
    'kapply_sync_duration_seconds_sum{outcome="synced"} 2.5',
    'kapply_sync_duration_seconds_count{outcome="unhealthy"} 1',
  ])
    assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`);
  assert.ok(!lines.some((line) => line.includes('unit="web",outcome="pending"')));
});

test('units of another cluster say which, and one that moves is of the new one alone', async () => {
  const metrics = new DaemonMetrics();
  metrics.noteUnit(status('web', 'idle', { outcome: 'synced', cluster: 'east' }), 0);
  assert.ok((await own(metrics)).includes('kapply_unit_outcome{unit="web",cluster="east",outcome="synced"} 1'));
  metrics.noteUnit(status('web', 'idle', { outcome: 'synced', cluster: 'west' }), 0);
  const lines = (await own(metrics)).filter((line) => line.includes('unit="web"'));
  assert.deepEqual(lines, [
    'kapply_unit_outcome{unit="web",cluster="west",outcome="synced"} 1',
    'kapply_unit_failures{unit="web",cluster="west"} 0',
  ]);
  metrics.noteCluster(false, 'east');
  metrics.noteCluster(true);
  const all = await metrics.write();
  assert.match(all, /^kapply_cluster_reachable\{cluster="east"\} 0$/m);
  assert.match(all, /^kapply_cluster_reachable 1$/m);
});

test('a unit that is gone is forgotten', async () => {
  const metrics = new DaemonMetrics();
  metrics.noteUnit(status('web', 'idle', { outcome: 'held' }), 0);
  metrics.forgetUnit('web');
  metrics.forgetUnit('never');
  const lines = await own(metrics);
  assert.ok(!lines.some((line) => line.includes('unit="web"')), lines.join('\n'));
  assert.ok(lines.includes('kapply_units{outcome="held"} 0'));
});
