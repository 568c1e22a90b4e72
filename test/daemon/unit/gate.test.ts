import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SyncWindow } from '../../../src/daemon/index.ts';
import { judgeGate } from '../../../src/daemon/unit/gate.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Opens every day at an hour. */
function daily(kind: SyncWindow['kind'], hour: number, hours: number): SyncWindow {
  const nextStart = (after: number): number => (Math.floor((after - hour * HOUR) / DAY) + 1) * DAY + hour * HOUR;
  return { kind, nextStart, duration: hours * HOUR, text: `at ${hour}` };
}

const ALLOW = daily('allow', 8, 2);
const DENY = daily('deny', 9, 2);
const at = (hour: number): number => 10 * DAY + hour * HOUR;

describe('judgeGate', () => {
  const cases: readonly { name: string; windows: readonly SyncWindow[]; hour: number; want: number | undefined }[] = [
    { name: 'is open without windows', windows: [], hour: 3, want: undefined },
    { name: 'is closed until a window that allows opens', windows: [ALLOW], hour: 7, want: at(8) },
    { name: 'is open from its first moment', windows: [ALLOW], hour: 8, want: undefined },
    { name: 'is closed from its last moment, until the next day', windows: [ALLOW], hour: 10, want: at(32) },
    { name: 'is open outside windows that deny', windows: [DENY], hour: 8, want: undefined },
    { name: 'is closed while one denies, whatever allows', windows: [ALLOW, DENY], hour: 9, want: at(11) },
    { name: 'takes the end of the last opening that overlaps', windows: [daily('deny', 9, 30)], hour: 10, want: at(39) },
    { name: 'takes the first that opens', windows: [ALLOW, daily('allow', 6, 1)], hour: 3, want: at(6) },
  ];
  for (const { name, windows, hour, want } of cases) {
    it(name, () => {
      const closed = judgeGate({ dependsOn: [], suspend: false, windows }, at(hour), () => ({ kind: 'ready' }));
      assert.equal(closed?.until, want);
      assert.equal(closed === undefined, want === undefined);
    });
  }

  it('waits for the first unit that is not ready, and says why', () => {
    const closed = judgeGate({ dependsOn: ['net', 'db'], suspend: false, windows: [] }, 0, (unit) =>
      unit === 'db' ? { kind: 'not-ready', why: 'is not healthy' } : { kind: 'ready' },
    );
    assert.deepEqual(closed, { reason: 'db, which it depends on, is not healthy' });
  });

  it('is closed for a suspended unit before anything else', () => {
    assert.deepEqual(
      judgeGate({ dependsOn: ['db'], suspend: true, windows: [ALLOW] }, at(1), () => ({ kind: 'not-ready', why: 'is held' })),
      { reason: 'it is suspended' },
    );
  });
});
