import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isTold, toNotification } from '../../../src/daemon/notify/notification.ts';
import type { DaemonStatus } from '../../../src/daemon/status/status-file.ts';
import { toStatus } from './statuses.ts';

describe('what there is to tell of a unit', () => {
  const cases: readonly (readonly [string, Partial<DaemonStatus>, string | undefined])[] = [
    ['synced', {}, 'synced'],
    ['synced and not well', { reasons: ['not healthy: a pod'] }, 'unhealthy'],
    ['held', { outcome: 'held', plan: 'p' }, 'held'],
    ['failed', { outcome: 'failed' }, 'failed'],
    ['unreadable', { outcome: 'unreadable' }, 'unreadable'],
    ['being applied', { phase: 'applying', outcome: 'failed' }, 'applying'],
    ['being read', { phase: 'reading' }, undefined],
    ['being planned', { phase: 'planning' }, undefined],
    ["another instance's", { phase: 'standby' }, undefined],
    ['stopped', { phase: 'stopped' }, undefined],
    ['waiting for its turn', { outcome: 'waiting' }, undefined],
  ];
  for (const [name, status, phase] of cases)
    it(`${name}: ${phase ?? 'nothing'}`, () => {
      assert.equal(toNotification(toStatus(status))?.phase, phase);
    });
});

describe('what was told already', () => {
  const cases: readonly (readonly [string, Partial<DaemonStatus>, Partial<DaemonStatus>, boolean])[] = [
    ['the same again', {}, { updatedAt: '2026-01-01T00:01:00Z' }, true],
    ['another commit that leaves the unit as it was', {}, { revision: 'b' }, true],
    ['another commit', {}, { revision: 'b', lastSynced: { revision: 'other', at: '' } }, false],
    ['held once more, for another reason', { outcome: 'held', reasons: ['a'] }, { outcome: 'held', reasons: ['b'] }, true],
    ['failed after it was synced', {}, { outcome: 'failed' }, false],
    ['synced after it failed', { outcome: 'failed' }, {}, false],
    ['applied once more', { outcome: 'failed' }, { phase: 'applying' }, true],
    ['another revision is applied', {}, { phase: 'applying', revision: 'b' }, false],
    ['that came off as the one before', { phase: 'applying', revision: 'b' }, { revision: 'b' }, false],
  ];
  for (const [name, last, next, expected] of cases)
    it(`${name}: ${expected ? 'is' : 'is not'}`, () => {
      const notification = toNotification(toStatus(next));
      assert.ok(notification !== undefined);
      assert.equal(isTold(toNotification(toStatus(last)), notification), expected);
    });
});
