import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KplanError, labelsOf, nameOf } from '../../../src/model/index.ts';
import { parseNodesSpec } from '../../../src/engine/scheduler/index.ts';
import { getString } from '../../../src/std/index.ts';

const ZONE = 'topology.kubernetes.io/zone';

test('a group of equal nodes', () => {
  const nodes = parseNodesSpec('3x4cpu,16Gi');
  assert.deepEqual(nodes.map(nameOf), ['node-1', 'node-2', 'node-3']);
  assert.deepEqual(nodes[0]?.['status'], {
    capacity: { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' },
    allocatable: { cpu: '4', memory: '16Gi', pods: '110', 'ephemeral-storage': '100Gi' },
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
  });
  assert.deepEqual(
    nodes.map((node) => labelsOf(node).get(ZONE)),
    [undefined, undefined, undefined],
  );
});

test('zones go round', () => {
  assert.deepEqual(
    parseNodesSpec('4x1cpu,1Gi,zones=3').map((node) => labelsOf(node).get(ZONE)),
    ['zone-1', 'zone-2', 'zone-3', 'zone-1'],
  );
});

test('several groups, with names and pods', () => {
  const nodes = parseNodesSpec('1x1cpu,1Gi; 1x2cpu,2Gi ;2x8cpu,64Gi,name=big,pods=30');
  assert.deepEqual(nodes.map(nameOf), ['node-1', 'node-2', 'big-1', 'big-2']);
  assert.equal(getString(nodes[3], 'status', 'allocatable', 'pods'), '30');
});

for (const text of ['', '3', '3x4cpu', 'x4cpu,16Gi', '3x4cpu,lots', '3x4cpu,16Gi,color=red', '3x4cpu,16Gi,zones=a', '3x4cpu,16Gi;']) {
  test(`"${text}" is refused with a hint`, () => {
    assert.throws(
      () => parseNodesSpec(text),
      (error) => error instanceof KplanError && error.code === 'USAGE' && error.hint !== undefined,
    );
  });
}
