import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveFenceposts } from '../../../src/engine/controllers/rollout-arithmetic.ts';

const FENCEPOSTS: readonly { replicas: number; surge?: string | number; unavailable?: string | number; want: readonly [number, number] }[] =
  [
    { replicas: 4, want: [1, 1] },
    { replicas: 1, want: [1, 0] },
    { replicas: 3, want: [1, 0] },
    { replicas: 5, want: [2, 1] },
    { replicas: 10, want: [3, 2] },
    { replicas: 10, surge: '15%', unavailable: '15%', want: [2, 1] },
    { replicas: 10, surge: '100%', unavailable: 0, want: [10, 0] },
    { replicas: 10, surge: 0, unavailable: 0, want: [0, 1] },
    { replicas: 3, surge: 0, unavailable: '30%', want: [0, 1] },
    { replicas: 3, surge: '0%', unavailable: '34%', want: [0, 1] },
    { replicas: 2, surge: 1, unavailable: 5, want: [1, 2] },
    { replicas: 0, want: [0, 1] },
  ];

for (const { replicas, surge, unavailable, want } of FENCEPOSTS) {
  test(`fenceposts of ${replicas} replicas, surge ${String(surge)}, unavailable ${String(unavailable)}`, () => {
    const rolling = {
      ...(surge === undefined ? {} : { maxSurge: surge }),
      ...(unavailable === undefined ? {} : { maxUnavailable: unavailable }),
    };
    const { maxSurge, maxUnavailable } = resolveFenceposts(rolling, replicas);
    assert.deepEqual([maxSurge, maxUnavailable], want);
  });
}
