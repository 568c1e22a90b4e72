import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CRON_ENGINE } from '../../../src/engine/controllers/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { getString, type JsonObject } from '../../../src/std/index.ts';

function cronJob(spec: JsonObject): KubernetesObject {
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'c', namespace: 'n' }, spec };
}

const TABLE: readonly (readonly [before: JsonObject, after: JsonObject, told: string | undefined])[] = [
  [{ schedule: '0 2 * * *' }, { schedule: '0 2 * * *', suspend: false }, undefined],
  [{ schedule: '0 2 * * *' }, { schedule: 'every night' }, undefined],
  [{ schedule: '0 2 * * *' }, { schedule: '0 3 * * *' }, 'info: once a day (0 3 * * *); before: once a day (0 2 * * *)'],
  [{ schedule: '0 2 * * *' }, { schedule: '* 2 * * *' }, 'warning: 60 times a day (* 2 * * *); before: once a day (0 2 * * *)'],
  [
    { schedule: '0 0 * * 0' },
    { schedule: '*/30 6-16/4 * * 1-5' },
    'warning: 6 times on 260 days a year (*/30 6-16/4 * * 1-5); before: once a week (0 0 * * 0)',
  ],
  [{ schedule: '0 0 1 * *' }, { schedule: '0 0 31 2 *' }, 'warning: never (0 0 31 2 *); before: once a month (0 0 1 * *)'],
  [{ schedule: '@hourly' }, { schedule: '@every 90s' }, 'warning: 960 times a day (@every 90s); before: 24 times a day (@hourly)'],
  [{ schedule: '@yearly' }, { schedule: '@yearly', timeZone: 'UTC' }, 'info: once a year (@yearly, UTC); before: once a year (@yearly)'],
  [{ schedule: '@daily' }, { schedule: '@daily', suspend: true }, 'info: never (suspended); before: once a day (@daily)'],
  [{ schedule: '@daily', suspend: true }, { schedule: '@daily' }, 'info: once a day (@daily); before: never (suspended)'],
];

for (const [before, after, told] of TABLE) {
  test(`a CronJob with ${JSON.stringify(before)} and then ${JSON.stringify(after)}`, () => {
    const changes = CRON_ENGINE.compare(World.of([cronJob(before)]), World.of([cronJob(after)]));
    const texts = changes.map(({ fact }) => `${fact.severity}: ${getString(fact.data, 'now')}; before: ${getString(fact.data, 'was')}`);
    assert.deepEqual(texts, told === undefined ? [] : [told]);
  });
}

test('a CronJob that is new or gone tells nothing', () => {
  const world = World.of([cronJob({ schedule: '@daily' })]);
  assert.deepEqual([CRON_ENGINE.compare(World.of([]), world), CRON_ENGINE.compare(world, World.of([]))], [[], []]);
});
