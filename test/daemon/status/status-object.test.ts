import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DaemonStatus } from '../../../src/daemon/index.ts';
import { StatusKeeper } from '../../../src/daemon/status/status-keeper.ts';
import {
  approvalOf,
  approvePlan,
  listUnitStatuses,
  readStatusObject,
  statusRef,
  toStatusObject,
} from '../../../src/daemon/status/status-object.ts';
import { labelsOf } from '../../../src/model/index.ts';
import { parentRef } from '../../../src/reconcile/index.ts';
import { getString } from '../../../src/std/index.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';
import { FakeCluster } from '../../reconcile/fake-cluster.ts';

const STATUS: DaemonStatus = {
  unit: 'shop',
  identity: 'me',
  source: 'repository, apps/shop',
  phase: 'idle',
  startedAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:05Z',
  revision: 'abc',
  lastSynced: { revision: 'abb', at: '2026-01-01T00:00:04Z' },
  outcome: 'held',
  plan: '0123',
  reasons: ['KP0101 one', 'KP0102 two'],
  waitsFor: 'another revision',
  failures: 2,
};

describe('the status object of a unit', () => {
  it('remembers what must outlive the process: its fleet, what becomes of it, the last good revision', () => {
    const kept = { fleet: 'f', deletionPolicy: 'delete', good: { revision: 'r1', commit: 'c1' } } as const;
    const read = readStatusObject(toStatusObject({ ...STATUS, ...kept }));
    assert.deepEqual([read?.fleet, read?.deletionPolicy, read?.good], [kept.fleet, kept.deletionPolicy, kept.good]);
  });

  it('says all that the status says, and its outcome as a label', () => {
    const object = toStatusObject(STATUS);
    assert.deepEqual(readStatusObject(object), STATUS);
    assert.equal(labelsOf(object).get('kapply.kplan.dev/outcome'), 'held');
  });

  it('is never the ApplySet parent of another unit', () => {
    assert.equal(statusRef('shop').name, 'status-kapply-shop');
    for (const unit of ['status-shop', 'status-kapply-shop', 'shop']) assert.notEqual(parentRef(unit).name, statusRef('shop').name);
    assert.ok(statusRef('x'.repeat(300)).name.length <= 253);
  });

  it('keeps the approval of a person when it is written again', async () => {
    const cluster = new FakeCluster();
    const keeper = new StatusKeeper(() => cluster, { clock: new FakeClock(), onProblem: (_, message) => assert.fail(message) });
    keeper.note(STATUS);
    await keeper.close();
    assert.equal(await approvePlan(cluster, 'shop', '0123'), undefined);
    keeper.note({ ...STATUS, failures: 3 });
    await keeper.close();
    assert.equal(approvalOf(await cluster.get(statusRef('shop'))), '0123');
    assert.equal((await listUnitStatuses(cluster)).get('shop')?.failures, 3);
  });
});

describe('StatusKeeper', () => {
  it('writes nothing where the same was found again', async () => {
    const cluster = new FakeCluster();
    const keeper = new StatusKeeper(() => cluster, { clock: new FakeClock(), onProblem: (_, message) => assert.fail(message) });
    const at = (time: string): DaemonStatus => ({ ...STATUS, updatedAt: time, lastSynced: { revision: 'a', at: time } });
    keeper.note(at('2026-01-01T00:00:00Z'));
    await keeper.close();
    const written = cluster.requests.length;
    keeper.note(at('2026-01-01T00:01:00Z'));
    await keeper.close();
    assert.equal(cluster.requests.length, written);
    keeper.note({ ...at('2026-01-01T00:02:00Z'), lastSynced: { revision: 'b', at: '2026-01-01T00:02:00Z' } });
    await keeper.close();
    assert.ok(cluster.requests.length > written);
  });

  it('writes what has changed, the newest last, and an Event for each outcome; nothing that only passes', async () => {
    const cluster = new FakeCluster();
    const keeper = new StatusKeeper(() => cluster, { clock: new FakeClock(), onProblem: () => undefined });
    keeper.note({ ...STATUS, phase: 'planning' });
    keeper.note({ ...STATUS, failures: 3 });
    keeper.note({ ...STATUS, failures: 4 });
    await keeper.close();
    keeper.note({ ...STATUS, failures: 4, phase: 'reading', updatedAt: '2026-01-01T00:01:00Z', waitsFor: 'something else' });
    await keeper.close();
    const writes = cluster.requests.filter((request) => request.includes('ConfigMap'));
    assert.deepEqual(writes, ['apply ConfigMap/status-kapply-shop', 'apply ConfigMap/status-kapply-shop']);
    assert.equal(getString((await cluster.get(statusRef('shop'))) ?? null, 'data', 'failures'), '4');
    assert.equal(cluster.requests.filter((request) => request.startsWith('create Event/')).length, 1);
  });

  it('tells what cannot be written, and tries again with the next change', async () => {
    const cluster = new FakeCluster();
    const problems: string[] = [];
    const keeper = new StatusKeeper(() => cluster, {
      clock: new FakeClock(),
      onProblem: (unit, message) => problems.push(`${unit}: ${message}`),
    });
    cluster.fault = () => ({ kind: 'error', code: 403, reason: 'Forbidden', message: 'no' });
    keeper.note(STATUS);
    await keeper.close();
    assert.deepEqual(problems, ['shop: its status cannot be written: no']);
    cluster.fault = () => undefined;
    keeper.note(STATUS);
    await keeper.close();
    assert.ok((await cluster.get(statusRef('shop'))) !== undefined);
  });
});
