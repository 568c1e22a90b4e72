import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareNodeFilling } from '../../../src/engine/index.ts';
import { parseNodesSpec } from '../../../src/engine/scheduler/index.ts';
import { World, type Filled, type KubernetesObject } from '../../../src/model/index.ts';

const deployment = (replicas: number, cpu: string): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'web:1', resources: { requests: { cpu, memory: '1Gi' } } }] },
    },
  },
});

const round = (filled: Filled | undefined): readonly number[] | undefined =>
  filled === undefined ? undefined : [filled.cpu, filled.memory, filled.pods].map((share) => Math.round(share * 100));

const CASES = [
  {
    name: 'each of few nodes',
    before: [...parseNodesSpec('2x4cpu,8Gi'), deployment(2, '1')],
    after: [...parseNodesSpec('2x4cpu,8Gi'), deployment(2, '3')],
    want: [
      ['node-1', 1, [25, 13, 1], [75, 13, 1]],
      ['node-2', 1, [25, 13, 1], [75, 13, 1]],
    ],
  },
  {
    name: 'the kinds of many',
    before: [...parseNodesSpec('30x4cpu,8Gi'), deployment(30, '1')],
    after: [...parseNodesSpec('30x4cpu,8Gi'), deployment(30, '2')],
    want: [['like node-1', 30, [25, 13, 1], [50, 13, 1]]],
  },
  {
    name: 'a node that comes',
    before: [...parseNodesSpec('1x4cpu,8Gi'), deployment(1, '1')],
    after: [...parseNodesSpec('2x4cpu,8Gi'), deployment(1, '1')],
    want: [
      ['node-1', 1, [25, 13, 1], [25, 13, 1]],
      ['node-2', 1, undefined, [0, 0, 0]],
    ],
  },
  { name: 'no nodes', before: [deployment(1, '1')], after: [deployment(2, '1')], want: [] },
];
for (const { name, before, after, want } of CASES)
  test(`how full nodes are: ${name}`, () => {
    const filling = compareNodeFilling({ before: World.of(before), after: World.of(after) });
    assert.deepEqual(
      filling.map((item) => [item.name, item.nodes, round(item.before), round(item.after)]),
      want,
    );
  });
