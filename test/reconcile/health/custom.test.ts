import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JsonObject } from '../../../src/std/index.ts';
import { assessHealth, compileHealthRules, type HealthExpressions } from '../../../src/reconcile/index.ts';

const CERTIFICATE: HealthExpressions = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  current: "status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
  failed: 'has(status.failedIssuanceAttempts) && status.failedIssuanceAttempts > 2',
  inProgress: "has(status.conditions) && status.conditions.exists(c, c.type == 'Issuing' && c.status == 'True')",
};

function assess(status: JsonObject | undefined, metadata: JsonObject = {}): string {
  const compiled = compileHealthRules([CERTIFICATE]);
  assert.ok('rules' in compiled);
  const object = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: 'c', ...metadata },
    ...(status === undefined ? {} : { status }),
  };
  const { status: found, message } = assessHealth(object, { mode: 'strict', now: 0, custom: compiled.rules });
  return `${found}: ${message}`;
}

describe('a kind that the user has a rule for', () => {
  const ready = { type: 'Ready', status: 'True' };
  const issuing = { type: 'Issuing', status: 'True' };
  const cases: readonly { readonly name: string; readonly status?: JsonObject; readonly metadata?: JsonObject; readonly want: string }[] = [
    { name: 'is current where the rule says so', status: { conditions: [ready] }, want: 'Current: Resource is current' },
    {
      name: 'is in progress first of all',
      status: { conditions: [ready, issuing], failedIssuanceAttempts: 3 },
      want: 'InProgress: the expression for inProgress is true',
    },
    {
      name: 'has failed before it is current',
      status: { conditions: [ready], failedIssuanceAttempts: 3 },
      want: 'Failed: the expression for failed is true',
    },
    {
      name: 'is in progress where nothing is true',
      status: { conditions: [] },
      want: 'InProgress: the expression for current is not true',
    },
    {
      name: 'is in progress, with the reason, where it has no status yet',
      want: 'InProgress: an expression cannot be evaluated: current: no such key: conditions',
    },
    {
      name: 'is not judged by the standard conditions',
      status: { conditions: [ready, { type: 'Stalled', status: 'True', reason: 'R', message: 'm' }] },
      want: 'Current: Resource is current',
    },
    {
      name: 'is not judged by a status that is out of date',
      status: { conditions: [ready], observedGeneration: 1 },
      metadata: { generation: 2 },
      want: 'InProgress: Certificate generation is 2, but latest observed generation is 1',
    },
  ];
  for (const { name, status, metadata, want } of cases) test(name, () => assert.equal(assess(status, metadata), want));
});

test('other kinds are judged as ever', () => {
  const compiled = compileHealthRules([CERTIFICATE]);
  assert.ok('rules' in compiled);
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } };
  assert.equal(assessHealth(object, { mode: 'strict', now: 0, custom: compiled.rules }).status, 'Current');
});

describe('an expression that is none', () => {
  const cases: readonly (readonly [string, Partial<HealthExpressions>, object])[] = [
    [
      'names the unknown',
      { failed: "status.x == 'a' &&\n  phase" },
      { field: 'failed', line: 2, column: 3, message: "undeclared reference to 'phase' (in container '')" },
    ],
    [
      'must be true or false',
      { current: "'yes'" },
      { field: 'current', line: 1, column: 1, message: 'must be true or false, and is of type string' },
    ],
  ];
  for (const [name, change, want] of cases) {
    test(name, () => assert.deepEqual(compileHealthRules([CERTIFICATE, { ...CERTIFICATE, ...change }]), { fault: { rule: 1, ...want } }));
  }
});
