import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { SHARE_TIMING } from '../../../src/daemon/index.ts';
import { chooseMember } from '../../../src/daemon/share/rendezvous.ts';
import { KplanError, refOf } from '../../../src/model/index.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';
import { FakeCluster } from '../../reconcile/fake-cluster.ts';
import { SEED, toRandom } from '../../sim/seed.ts';
import { holderIn, Instance, type SeenWrite } from './instances.ts';

// KPLAN_PAUSES=2000 is the long run.
const PAUSES = Number(process.env['KPLAN_PAUSES'] ?? 60);
const NAMES = ['a', 'b', 'c'];
const UNITS = new Map(Array.from({ length: 9 }, (_, index) => [`unit-${index}`, `unit-${index}`]));
const MOVED_WITHIN = 20_000;
const CLOCKS = [{ skew: 3_600_000, pace: 1.01 }, { skew: -86_400_000, pace: 0.99 }, { skew: 17_000 }];

const started: Instance[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((instance) => instance.stop()));
});

function start(...parameters: ConstructorParameters<typeof Instance>): Instance {
  const instance = new Instance(...parameters);
  started.push(instance);
  return instance;
}

/** What took effect after somebody else had begun to write for the same unit, though its Lease named another. */
function listOverlaps(instances: readonly Instance[]): readonly SeenWrite[] {
  const last = new Map<string, string>();
  const writes = instances.flatMap((instance) => instance.writes).toSorted((one, other) => one.at - other.at);
  return writes.filter(({ unit, by, holder }) => {
    const before = last.get(unit);
    last.set(unit, by);
    return holder !== by && before !== undefined && before !== by;
  });
}

/** For how long at most nobody wrote for a unit, once somebody had. */
function longestGap(instances: readonly Instance[], unit: string): number {
  const times = instances.flatMap(({ writes }) => writes.filter((write) => write.unit === unit).map(({ at }) => at));
  const sorted = times.toSorted((one, other) => one - other);
  return Math.max(...sorted.map((at, index) => at - (sorted[index - 1] ?? at)));
}

describe('Share', () => {
  it('gives every unit to the live member with the highest hash, and moves them as members come and go', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const assertShared = (names: readonly string[]): void => {
      for (const unit of UNITS.keys()) assert.equal(holderIn(cluster, unit), chooseMember(names, unit), unit);
    };
    const [a] = [start(cluster, clock, 'a', UNITS)];
    await clock.sleep(5_000);
    assertShared(['a']);
    const b = start(cluster, clock, 'b', UNITS);
    start(cluster, clock, 'c', UNITS);
    await clock.sleep(10_000);
    assertShared(NAMES);
    await b.stop();
    await clock.sleep(5_000);
    assertShared(['a', 'c']);
    a.kill();
    await clock.sleep(MOVED_WITHIN);
    assertShared(['c']);
  });

  it('takes nothing from an instance that is only slow, and all from one that says nothing', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const a = start(cluster, clock, 'a', UNITS);
    await clock.sleep(5_000);
    const units = [...UNITS.keys()];
    start(cluster, clock, 'c', UNITS);
    await clock.sleep(10_000);
    const kept = units.filter((unit) => holderIn(cluster, unit) === 'a');
    a.pause();
    await clock.sleep(6_000);
    a.resume();
    await clock.sleep(10_000);
    assert.deepEqual(
      units.filter((unit) => holderIn(cluster, unit) === 'a'),
      kept,
    );
    a.pause();
    await clock.sleep(MOVED_WITHIN);
    assert.deepEqual(
      units.filter((unit) => holderIn(cluster, unit) === 'a'),
      [],
    );
  });

  it('is given nothing before it knows who is gone: no unit is left alone while it comes', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const gone = ['a', 'b', 'c', 'd', 'e'].map((name) => start(cluster, clock, name, UNITS));
    const stays = start(cluster, clock, 'f', UNITS);
    await clock.sleep(10_000);
    for (const instance of gone) instance.kill();
    await clock.sleep(MOVED_WITHIN);
    for (const { writes } of [...gone, stays]) writes.length = 0;
    await clock.sleep(SHARE_TIMING.beat);
    const comes = start(cluster, clock, 'g', UNITS);
    await clock.sleep(2 * MOVED_WITHIN);
    assert.ok(comes.held.size > 0 && stays.held.size > 0);
    for (const unit of UNITS.keys()) assert.ok(longestGap([stays, comes], unit) <= 3 * SHARE_TIMING.beat, unit);
  });

  it('is no member before it knows which units there are: it could work on none', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const stays = start(cluster, clock, 'a', UNITS);
    await clock.sleep(5_000);
    const comes = start(cluster, clock, 'b', undefined);
    await clock.sleep(MOVED_WITHIN);
    assert.equal(stays.held.size, UNITS.size);
    comes.share.want(UNITS);
    await clock.sleep(MOVED_WITHIN);
    assert.ok(comes.held.size > 0);
  });

  it('works on nothing while the cluster is out of reach, and goes on after', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const a = start(cluster, clock, 'a', UNITS);
    await clock.sleep(5_000);
    assert.equal(a.held.size, UNITS.size);
    cluster.fault = () => ({ kind: 'throw', error: new KplanError('NO_CLUSTER', 'connection refused') });
    await clock.sleep(12_000);
    assert.deepEqual([a.held.size, a.problems], [0, ['connection refused']]);
    cluster.fault = () => undefined;
    await clock.sleep(5_000);
    assert.equal(a.held.size, UNITS.size);
  });

  it('says again that it holds what it has claimed anew after a stall: what was to be said meanwhile was refused', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const a = start(cluster, clock, 'a', UNITS);
    await clock.sleep(5_000);
    const units = [...UNITS.keys()].toSorted();
    a.told.length = 0;
    a.pause();
    await clock.sleep(9_000);
    a.resume();
    await clock.sleep(5_000);
    assert.deepEqual(
      a.told
        .filter(({ holds }) => holds)
        .map(({ unit }) => unit)
        .toSorted(),
      units,
    );
    assert.equal(a.held.size, UNITS.size);
  });

  it('keeps units of one group together, and lets go of those that are no longer wanted', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const grouped = new Map([...UNITS.keys()].map((unit) => [unit, 'one']));
    const instances = NAMES.map((name) => start(cluster, clock, name, grouped));
    await clock.sleep(10_000);
    assert.equal(new Set([...UNITS.keys()].map((unit) => holderIn(cluster, unit))).size, 1);
    const left = new Map([['unit-0', 'one']]);
    for (const { share } of instances) share.want(left);
    await clock.sleep(5_000);
    const names = cluster.objects().flatMap((object) => (object.kind === 'Lease' ? [refOf(object).name] : []));
    assert.deepEqual(
      names.filter((name) => !name.includes('member')),
      ['kapply-unit-0'],
    );
  });

  for (const [how, rest, bound] of [
    ['one after the other', 16_000, MOVED_WITHIN],
    ['before the last is over', 1_000, Infinity],
  ] as const)
    it(`has no unit written by two at once through ${PAUSES} pauses and kills ${how}, under clocks that disagree (KPLAN_SEED=${SEED})`, async () => {
      const [cluster, clock, random] = [new FakeCluster(), new FakeClock(), toRandom(SEED)];
      const all: Instance[] = [];
      const bear = (index: number): Instance => {
        const instance = start(cluster, clock, `${NAMES[index]}-${all.length}`, UNITS, CLOCKS[index]);
        all.push(instance);
        return instance;
      };
      const live = NAMES.map((_, index) => bear(index));
      await clock.sleep(10_000);
      for (let round = 0; round < PAUSES; round++) {
        const index = Math.floor(random() * live.length);
        const victim = live[index];
        if (random() < 0.3) {
          victim?.kill();
          live[index] = bear(index);
        } else {
          victim?.pause();
          await clock.sleep(random() * 25_000);
          victim?.resume();
        }
        await clock.sleep(rest + random() * 8_000);
      }
      await clock.sleep(MOVED_WITHIN);
      assert.deepEqual(listOverlaps(all), []);
      for (const unit of UNITS.keys()) {
        const gap = longestGap(all, unit);
        assert.ok(gap > 0 && gap <= bound, `${unit} was left alone for ${gap} ms`);
      }
      assert.ok(all.some(({ fenced }) => fenced > 0));
    });
});
