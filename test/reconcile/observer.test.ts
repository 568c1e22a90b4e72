import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../../src/model/index.ts';
import { getString } from '../../src/std/index.ts';
import { Observer, type Followed } from '../../src/reconcile/observer.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCluster } from './fake-cluster.ts';

const REF = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'c' };

function at(resourceVersion: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'default', uid: 'u', resourceVersion } };
}

/** A watch that somebody else has opened, of one object. */
class Elsewhere {
  current: KubernetesObject | undefined;
  readonly #reports = new Set<(object: KubernetesObject | undefined) => void>();

  follow(report: (object: KubernetesObject | undefined) => void): Followed {
    this.#reports.add(report);
    return { current: () => this.current, stop: () => void this.#reports.delete(report) };
  }

  tell(object: KubernetesObject | undefined): void {
    this.current = object;
    for (const report of this.#reports) report(object);
  }

  get listeners(): number {
    return this.#reports.size;
  }
}

test('what a watch follows anyway is not watched once more: no older state than the write is told, and each again after a while', async () => {
  const [clock, cluster, elsewhere] = [new FakeClock(), new FakeCluster(), new Elsewhere()];
  const observer = new Observer(cluster, clock, { poll: 1_000, remind: 5_000 }, (_, report) => elsewhere.follow(report));
  const seen: (string | undefined)[] = [];
  elsewhere.current = at('4');
  const stop = observer.observe(REF, at('5'), (object) => seen.push(getString(object?.metadata, 'resourceVersion')));
  assert.deepEqual(seen, []);
  elsewhere.tell(at('5'));
  await clock.sleep(5_001);
  elsewhere.tell(undefined);
  assert.deepEqual(seen, ['5', '5', undefined]);
  stop();
  assert.equal(elsewhere.listeners, 0);
  observer.observe(REF, at('6'), () => undefined);
  await observer.close();
  assert.equal(elsewhere.listeners, 0);
  assert.deepEqual(cluster.requests, []);
});
