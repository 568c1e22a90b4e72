import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LeaseKeeper, type LeaseNews } from '../../../src/daemon/share/lease.ts';
import { KplanError } from '../../../src/model/index.ts';
import { getNumber, getString } from '../../../src/std/index.ts';
import { FakeClock } from '../../reconcile/fake-clock.ts';
import { FakeCluster } from '../../reconcile/fake-cluster.ts';

const REF = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', namespace: 'default', name: 'kapply-shop' };

interface Instance {
  readonly news: LeaseNews[];
  readonly stop: () => Promise<void>;
}

function start(cluster: FakeCluster, clock: FakeClock, identity: string): Instance {
  const abort = new AbortController();
  const news: LeaseNews[] = [];
  const kept = new LeaseKeeper(cluster, REF, identity, clock).keep((entry) => news.push(entry), abort.signal);
  return {
    news,
    stop: () => {
      abort.abort();
      return kept;
    },
  };
}

async function holderOf(cluster: FakeCluster): Promise<string | undefined> {
  return getString(await cluster.get(REF), 'spec', 'holderIdentity');
}

describe('LeaseKeeper', () => {
  it('lets one of two instances work, and the other say who', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const a = start(cluster, clock, 'a');
    const b = start(cluster, clock, 'b');
    await clock.sleep(60_000);
    assert.ok(a.news.length > 20 && a.news.every(({ holds }) => holds));
    assert.ok(b.news.slice(1).every(({ holds, holder }) => !holds && holder === 'a'));
    await Promise.all([a.stop(), b.stop()]);
  });

  it('hands over at once when the holder stops', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const a = start(cluster, clock, 'a');
    await clock.sleep(5_000);
    await a.stop();
    const b = start(cluster, clock, 'b');
    await clock.sleep(3_000);
    assert.deepEqual(b.news.at(-1), { holds: true });
    assert.equal(getNumber(await cluster.get(REF), 'spec', 'leaseTransitions'), 1);
    await b.stop();
  });

  it('takes over from a holder that died, once its lease was seen unchanged for its duration, whatever the times in it', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    cluster.put({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: REF.name, namespace: REF.namespace },
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2099-01-01T00:00:00.000000Z' },
    });
    const b = start(cluster, clock, 'b');
    await clock.sleep(14_000);
    assert.equal(await holderOf(cluster), 'dead');
    await clock.sleep(4_000);
    assert.equal(await holderOf(cluster), 'b');
    await b.stop();
  });

  it('stops working when it could not renew for long enough', async () => {
    const [cluster, clock] = [new FakeCluster(), new FakeClock()];
    const a = start(cluster, clock, 'a');
    await clock.sleep(5_000);
    cluster.fault = () => ({ kind: 'throw', error: new KplanError('NO_CLUSTER', 'connection refused') });
    await clock.sleep(6_000);
    assert.deepEqual(a.news.at(-1), { holds: true, problem: 'connection refused' });
    await clock.sleep(6_000);
    assert.deepEqual(a.news.at(-1), { holds: false, problem: 'connection refused' });
    cluster.fault = () => undefined;
    await clock.sleep(3_000);
    assert.deepEqual(a.news.at(-1), { holds: true });
    await a.stop();
  });
});
