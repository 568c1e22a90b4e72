import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StatusError } from '../../src/cluster/index.ts';
import { KplanError } from '../../src/model/index.ts';
import { toRejection, toThrownRejection } from '../../src/reconcile/rejections.ts';
import { toError } from './fake-cluster.ts';

describe('toRejection', () => {
  const cases: readonly { name: string; input: StatusError; passing: boolean }[] = [
    { name: 'overload', input: toError(429, 'TooManyRequests'), passing: true },
    { name: 'an internal error', input: toError(500, 'InternalError'), passing: true },
    { name: 'an unknown error of the server', input: toError(502, 'Unknown'), passing: true },
    { name: 'unavailability', input: toError(503, 'ServiceUnavailable'), passing: true },
    { name: 'a time-out', input: toError(504, 'Timeout'), passing: true },
    { name: 'a lost race', input: toError(409, 'Conflict'), passing: true },
    { name: 'a kind that is not served yet', input: toError(404, 'NotFound'), passing: true },
    {
      name: 'a conflict with another field manager',
      input: {
        ...toError(409, 'Conflict'),
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl"', field: '.spec.replicas' }],
      },
      passing: false,
    },
    { name: 'an invalid object', input: toError(422, 'Invalid'), passing: false },
    { name: 'a lack of rights', input: toError(403, 'Forbidden'), passing: false },
    { name: 'an object that exists', input: toError(409, 'AlreadyExists'), passing: false },
  ];
  for (const { name, input, passing } of cases) {
    it(`${passing ? 'tries again after' : 'gives up at'} ${name}`, () => {
      assert.equal(toRejection(input).passing, passing);
    });
  }

  it('waits as long as the server asks', () => {
    assert.equal(toRejection({ ...toError(429, 'TooManyRequests'), retryAfter: 7 }).retryAfter, 7_000);
  });
});

describe('toThrownRejection', () => {
  it('tries an unreachable cluster again', () => {
    const rejection = { kind: 'rejected', passing: true, message: 'refused', unreachable: true };
    assert.deepEqual(toThrownRejection(new KplanError('NO_CLUSTER', 'refused')), rejection);
  });

  it('does not hide a mistake of ours', () => {
    assert.throws(() => toThrownRejection(new TypeError('x is undefined')), TypeError);
  });
});
