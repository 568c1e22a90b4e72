import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toGroups } from '../../../src/daemon/fleet/groups.ts';

describe('toGroups', () => {
  it('puts together what depends on one another, by whatever way, and leaves the rest alone', () => {
    const units = [
      { name: 'web', dependsOn: ['db', 'nowhere'] },
      { name: 'db', dependsOn: ['net'] },
      { name: 'net', dependsOn: [] },
      { name: 'alone', dependsOn: ['nowhere'] },
    ];
    assert.deepEqual(Object.fromEntries(toGroups(units)), { web: 'db', db: 'db', net: 'db', alone: 'alone' });
    assert.deepEqual(Object.fromEntries(toGroups(units.toReversed())), { web: 'db', db: 'db', net: 'db', alone: 'alone' });
  });

  it('takes 10,000 units in a chain', () => {
    const units = Array.from({ length: 10_000 }, (_, index) => ({ name: `u${index}`, dependsOn: index === 0 ? [] : [`u${index - 1}`] }));
    assert.equal(new Set(toGroups(units).values()).size, 1);
  });
});
