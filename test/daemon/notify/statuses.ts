import type { DaemonStatus } from '../../../src/daemon/status/status-file.ts';

export const COMMIT = '4f1c2e9a4f1c2e9a4f1c2e9a4f1c2e9a4f1c2e9a';

/** A status of a unit `web` that is synced to a commit. */
export function toStatus(more: Partial<DaemonStatus> = {}): DaemonStatus {
  return {
    unit: 'web',
    identity: 'one',
    source: 'https://git.example/team/shop.git at main',
    phase: 'idle',
    startedAt: '2026-01-01T00:00:00Z',
    updatedAt: '2026-01-01T00:00:01Z',
    revision: COMMIT,
    outcome: 'synced',
    lastSynced: { revision: 'content', at: '2026-01-01T00:00:01Z' },
    reasons: [],
    waitsFor: '',
    failures: 0,
    ...more,
  };
}
