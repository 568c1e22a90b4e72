import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deliveries, RateLimit } from '../../../src/daemon/face/deliveries.ts';

test('a delivery is new once, by forge; one without a number always', () => {
  const deliveries = new Deliveries();
  const asked: readonly (readonly [string, string | undefined])[] = [
    ['github', '1'],
    ['github', '1'],
    ['gitea', '1'],
    ['gitlab', undefined],
    ['gitlab', undefined],
  ];
  assert.deepEqual(
    asked.map(([forge, id]) => deliveries.isNew(forge, id)),
    [true, false, true, true, true],
  );
});

test('of many deliveries the last thousand are known', () => {
  const deliveries = new Deliveries();
  for (let id = 0; id <= 1_000; id++) deliveries.isNew('github', `${id}`);
  assert.equal(deliveries.isNew('github', '1000'), false);
  assert.equal(deliveries.isNew('github', '1'), false);
  assert.equal(deliveries.isNew('github', '0'), true);
});

test('a limit lets a burst through, then so many a second, and clocks that go back change nothing', () => {
  const limit = new RateLimit({ burst: 2, perSecond: 1, now: 10_000 });
  const times = [10_000, 10_000, 10_000, 10_999, 11_000, 5_000, 11_000, 60_000, 60_000, 60_000];
  assert.deepEqual(
    times.map((now) => limit.take(now)),
    [true, true, false, false, true, false, false, true, true, false],
  );
});
