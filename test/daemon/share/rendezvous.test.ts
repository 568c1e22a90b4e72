import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseMember } from '../../../src/daemon/share/rendezvous.ts';

const UNITS = Array.from({ length: 3_000 }, (_, index) => `unit-${index}`);
const toOwners = (members: readonly string[]): readonly (string | undefined)[] => UNITS.map((unit) => chooseMember(members, unit));

describe('chooseMember', () => {
  it('gives each member about as much, in whatever order they are named', () => {
    const owners = toOwners(['a', 'b', 'c']);
    for (const member of ['a', 'b', 'c']) {
      const share = owners.filter((owner) => owner === member).length;
      assert.ok(share > 900 && share < 1_100, `${member} has ${share}`);
    }
    assert.deepEqual(toOwners(['c', 'a', 'b']), owners);
  });

  it('moves only what the member that goes had', () => {
    const [before, after] = [toOwners(['a', 'b', 'c']), toOwners(['a', 'c'])];
    for (const [index, owner] of before.entries()) if (owner !== 'b') assert.equal(after[index], owner);
  });

  it('has nobody to choose without members', () => assert.equal(chooseMember([], 'unit'), undefined));
});
