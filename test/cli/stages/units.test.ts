import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_CONFIG, type Config } from '../../../src/cli/config.ts';
import { toUnits } from '../../../src/cli/stages/units.ts';
import type { JsonObject } from '../../../src/std/index.ts';

const configOf = (units: readonly JsonObject[], more: Partial<Config> = {}): Config => ({
  ...NO_CONFIG,
  ...more,
  units: units.map((value) => ({ value, place: 'kplan.yaml:4:3' })),
});

describe('toUnits', () => {
  it('fills in what a unit does not say', () => {
    const [unit] = toUnits(configOf([{ name: 'web', path: './apps//web/' }]));
    const { fingerprint: _, ...rest } = unit ?? { fingerprint: '' };
    assert.deepEqual(rest, {
      name: 'web',
      path: 'apps/web',
      dependsOn: [],
      healthChecks: [],
      windows: [],
      allow: [],
      limits: {},
      prune: true,
      suspend: false,
      force: false,
      onFailure: 'hold',
      deletionPolicy: 'keep',
      retry: {},
    });
  });

  it('reads times as milliseconds, and windows by their schedule and time zone', () => {
    const windows = [{ kind: 'allow', schedule: '0 8 * * *', duration: '2h', timeZone: 'Europe/Berlin' }];
    const retry = { limit: 2, backoff: '1s', maxBackoff: '1m' };
    const [unit] = toUnits(configOf([{ name: 'web', path: '.', interval: '1m30s', timeout: '10s', retry, windows }]));
    assert.deepEqual([unit?.interval, unit?.timeout, unit?.retry], [90_000, 10_000, { limit: 2, backoff: 1000, maxBackoff: 60_000 }]);
    const [window] = unit?.windows ?? [];
    assert.equal(window?.duration, 7_200_000);
    assert.equal(window?.nextStart(Date.UTC(2026, 6, 1)), Date.UTC(2026, 6, 1, 6), 'eight in Berlin is six in summer');
  });

  it('is another unit where it, or what all units share, says something else; not where another unit does', () => {
    const fingerprint = (config: Config): string | undefined => toUnits(config)[0]?.fingerprint;
    const web = { name: 'web', path: 'web' };
    const plain = fingerprint(configOf([web]));
    assert.equal(fingerprint(configOf([web, { name: 'db', path: 'db' }])), plain);
    assert.notEqual(fingerprint(configOf([{ ...web, suspend: true }])), plain);
    assert.notEqual(fingerprint(configOf([web], { defaultNamespace: 'shop' })), plain);
  });

  for (const [what, window] of [
    ['schedule', { kind: 'deny', schedule: 'at noon', duration: '1h' }],
    ['time zone', { kind: 'deny', schedule: '0 12 * * *', duration: '1h', timeZone: 'Mars/Olympus' }],
  ] as const) {
    it(`refuses a window whose ${what} is none, with its place`, () => {
      const config = configOf([{ name: 'web', path: '.', windows: [window] }]);
      assert.throws(() => toUnits(config), { code: 'INVALID_CONFIG', message: new RegExp(`^kplan.yaml:4:3: the window's ${what}`) });
    });
  }
});
