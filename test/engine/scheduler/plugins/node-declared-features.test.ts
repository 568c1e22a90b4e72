import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../src/std/index.ts';
import { node, placementOf, pod, verdictsOf } from '../cluster-fixture.ts';

const REFUSAL = "NodeDeclaredFeatures!: node(s) didn't match Pod's required features";
const RESTARTING = { containers: [{ name: 'c', image: 'i', restartPolicyRules: [{ action: 'RestartAllContainers' }] }] };
const MAPPED = { hostNetwork: true, hostUsers: false };

const declaring = (name: string, ...declaredFeatures: string[]): ReturnType<typeof node> => {
  const plain = node(name);
  return { ...plain, status: { ...(plain['status'] as JsonObject), declaredFeatures } };
};

const NODES = [
  declaring('none'),
  declaring('restarts', 'RestartAllContainersOnContainerExits'),
  declaring('users', 'UserNamespacesHostNetworkSupport'),
];

const CASES: readonly { readonly name: string; readonly spec: JsonObject; readonly want: Record<string, string> }[] = [
  { name: 'nothing special', spec: {}, want: { none: 'ok', restarts: 'ok', users: 'ok' } },
  { name: 'restarting all containers', spec: RESTARTING, want: { none: REFUSAL, restarts: 'ok', users: REFUSAL } },
  { name: 'mapped users on the host network', spec: MAPPED, want: { none: REFUSAL, restarts: REFUSAL, users: 'ok' } },
  { name: 'the host network alone', spec: { hostNetwork: true }, want: { none: 'ok', restarts: 'ok', users: 'ok' } },
];

for (const { name, spec, want } of CASES) {
  test(`NodeDeclaredFeatures: ${name}`, () => {
    assert.deepEqual(verdictsOf([...NODES, pod('p', { spec })]), want);
  });
}

test('before 1.36 nodes declare nothing that counts', () => {
  assert.equal(placementOf([declaring('none'), pod('p', { spec: RESTARTING })], 'test/p', '1.35').node, 'none');
});
