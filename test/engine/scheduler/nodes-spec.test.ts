import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KplanError, labelsOf, nameOf } from '../../../src/model/index.ts';
import { parseNodesSpec } from '../../../src/engine/scheduler/index.ts';
import { getArray, getObject, getString } from '../../../src/std/index.ts';

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

const SIZES: readonly (readonly [text: string, cpu: string, memory: string, capacity: string])[] = [
  ['1 x m5.large-like', '1930m', '6248Mi', '8Gi'],
  ['1xm5.large', '1930m', '6248Mi', '8Gi'],
  ['1xm5.large,reserved=none', '2', '8Gi', '8Gi'],
  ['1xr6g.2xlarge-like,reserved=10%', '7200m', '58982Mi', '64Gi'],
  ['1xc7i.24xlarge,reserved=none', '96', '192Gi', '192Gi'],
  ['1xt3.medium,reserved=none', '2', '4Gi', '4Gi'],
  ['1xn2-standard-4', '3920m', '13621Mi', '16Gi'],
  ['1xn1-standard-1,reserved=none', '1', '3840Mi', '3840Mi'],
  ['1xStandard_E4s_v5,reserved=none', '4', '32Gi', '32Gi'],
  ['1x4cpu,16Gi,reserved=auto', '3920m', '13621Mi', '16Gi'],
  ['1x0.5cpu,512Mi', '500m', '512Mi', '512Mi'],
];

for (const [text, cpu, memory, capacity] of SIZES) {
  test(`"${text}" leaves ${cpu} and ${memory} of ${capacity} for pods`, () => {
    const [node] = parseNodesSpec(text);
    const [left, all] = ['allocatable', 'capacity'].map((field) => getObject(node, 'status', field));
    assert.deepEqual([left?.['cpu'], left?.['memory'], all?.['memory']], [cpu, memory, capacity]);
  });
}

test('labels, taints and other resources of a group', () => {
  const [node] = parseNodesSpec(
    '2xm5.large,nvidia.com/gpu=4,ephemeral-storage=1Ti,label:pool=gpu,taint:gpu=yes:NoSchedule,taint:spot:PreferNoSchedule',
  );
  assert.equal(getString(node, 'status', 'allocatable', 'nvidia.com/gpu'), '4');
  assert.equal(getString(node, 'status', 'capacity', 'ephemeral-storage'), '1Ti');
  assert.deepEqual(getArray(node, 'spec', 'taints'), [
    { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
    { key: 'spot', effect: 'PreferNoSchedule' },
  ]);
  const labels = node === undefined ? new Map<string, string>() : labelsOf(node);
  assert.deepEqual([labels.get('pool'), labels.get('node.kubernetes.io/instance-type')], ['gpu', 'm5.large']);
});

const REFUSED = [
  '',
  '3',
  '3x4cpu',
  'x4cpu,16Gi',
  '3x4cpu,lots',
  '3x4cpu,16Gi,color=red',
  '3x4cpu,16Gi,zones=a',
  '3x4cpu,16Gi;',
  '3xp5.48xlarge',
  '3xm5.metal',
  '3xm5.large,reserved=half',
  '3xm5.large,nvidia.com/gpu=some',
  '3xm5.large,taint:x:Never',
  '99999x4cpu,16Gi',
];

for (const text of REFUSED) {
  test(`"${text}" is refused with a hint`, () => {
    assert.throws(
      () => parseNodesSpec(text),
      (error) => error instanceof KplanError && error.code === 'USAGE' && error.hint !== undefined,
    );
  });
}
