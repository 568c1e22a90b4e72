import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusError } from '../../src/cluster/index.ts';
import { KplanError, nameOf, refOf, withMetadata, type Action, type Step } from '../../src/model/index.ts';
import { LiveReader } from '../../src/reconcile/live-reader.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster } from './fake-cluster.ts';
import { toObject } from './toy-planner.ts';

const MANY = 12;

function toSteps(count: number, action: Action = 'create'): readonly Step[] {
  return Array.from({ length: count }, (_, index) => {
    const ref = refOf(withMetadata(toObject('ConfigMap', `c${index}`), { namespace: 'shop' }));
    return { action, ref, fields: [], wave: 0, precondition: { kind: 'absent' } };
  });
}

async function readAll(steps: readonly Step[], reader: LiveReader): Promise<readonly (string | undefined)[]> {
  const found = await Promise.all(steps.map((step) => reader.read(step)));
  return found.map((object) => (object === undefined ? undefined : nameOf(object)));
}

function setUp(steps: readonly Step[]): { cluster: FakeCluster; clock: FakeClock; reader: LiveReader } {
  const [cluster, clock] = [new FakeCluster(), new FakeClock()];
  cluster.put(withMetadata(toObject('ConfigMap', 'c3'), { namespace: 'shop' }));
  return { cluster, clock, reader: new LiveReader(cluster, clock, steps) };
}

const verbs = (cluster: FakeCluster): readonly string[] => [...new Set(cluster.requests.map((request) => request.split(' ')[0] ?? ''))];

test('many objects of a kind are read by one list', async () => {
  const steps = toSteps(MANY);
  const { cluster, reader } = setUp(steps);
  const found = await readAll(steps, reader);
  assert.deepEqual(
    found.filter((name) => name !== undefined),
    ['c3'],
  );
  assert.equal(cluster.requests.length, 1);
});

test('few objects, and those to be deleted, are looked at one by one', async () => {
  for (const steps of [toSteps(4), toSteps(MANY, 'delete'), toSteps(MANY, 'replace')]) {
    const { cluster, reader } = setUp(steps);
    assert.deepEqual((await readAll(steps, reader))[3], 'c3');
    assert.deepEqual([verbs(cluster), cluster.requests.length], [['get'], steps.length]);
  }
});

test('what is read again at once is looked at by itself, and is not what the list said', async () => {
  const steps = toSteps(MANY);
  const { cluster, reader } = setUp(steps);
  await readAll(steps, reader);
  cluster.put(withMetadata(toObject('ConfigMap', 'c5'), { namespace: 'shop' }));
  const [, , , , , fifth] = steps;
  assert.ok(fifth);
  assert.deepEqual(await readAll([fifth], reader), ['c5']);
  assert.equal(cluster.requests.length, 2);
});

test('a list is not believed for long', async () => {
  const steps = toSteps(MANY);
  const { cluster, clock, reader } = setUp(steps);
  const [first, , , , , fifth] = steps;
  assert.ok(first !== undefined && fifth !== undefined);
  await reader.read(first);
  cluster.put(withMetadata(toObject('ConfigMap', 'c5'), { namespace: 'shop' }));
  await clock.sleep(5_001);
  assert.deepEqual(await readAll([fifth], reader), ['c5']);
});

test('where lists are refused, or hold mostly others, each object is looked at', async () => {
  const refusal: StatusError = { kind: 'error', code: 403, reason: 'Forbidden', message: 'no' };
  const steps = toSteps(MANY);
  const { cluster, reader } = setUp(steps);
  cluster.fault = (verb) => (verb === 'list' ? { kind: 'throw', error: new KplanError('CLUSTER_REFUSED', refusal.message) } : undefined);
  assert.equal((await readAll(steps, reader))[3], 'c3');

  const crowded = setUp(steps);
  crowded.cluster.list = async () => ({
    items: Array.from({ length: 500 }, (_, index) => withMetadata(toObject('ConfigMap', `o${index}`), { namespace: 'shop' })),
    resourceVersion: '1',
    continue: 'more',
  });
  assert.equal((await readAll(steps, crowded.reader))[3], 'c3');
});
