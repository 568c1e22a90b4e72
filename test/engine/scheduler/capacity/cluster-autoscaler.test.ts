import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AutoscalerAnswer } from '../../../../src/engine/scheduler/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { apart, capacityOf, workload } from './fixture.ts';

interface Case {
  readonly name: string;
  readonly nodes: string;
  readonly objects: readonly KubernetesObject[];
  readonly groups: readonly string[];
  readonly expander?: 'least-waste' | 'most-pods' | 'price';
  /** Group and nodes of each round. */
  readonly rounds: readonly string[];
  readonly left: number;
}

const SMALL = 'small=4cpu,16Gi,price=0.2,max=10';
const BIG = 'big=16cpu,64Gi,price=0.7,max=10';

const CASES: readonly Case[] = [
  {
    name: 'nothing waits, nothing is added',
    nodes: '1x4cpu,16Gi',
    objects: [workload('web', { replicas: 2, requests: { cpu: '1' } })],
    groups: [SMALL],
    rounds: [],
    left: 0,
  },
  {
    name: 'as many nodes as the waiting pods fill',
    nodes: '1x4cpu,16Gi',
    objects: [workload('web', { replicas: 9, requests: { cpu: '1500m', memory: '1Gi' } })],
    groups: [SMALL],
    rounds: ['small 4'],
    left: 0,
  },
  {
    name: 'least waste takes the smaller nodes',
    nodes: '1x1cpu,1Gi',
    objects: [workload('web', { replicas: 2, requests: { cpu: '3', memory: '12Gi' } })],
    groups: [SMALL, BIG],
    rounds: ['small 2'],
    left: 0,
  },
  {
    name: 'most pods takes the group that helps more',
    nodes: '1x1cpu,1Gi',
    objects: [workload('web', { replicas: 2, requests: { cpu: '3' } }), workload('fat', { replicas: 1, requests: { cpu: '10' } })],
    groups: [SMALL, BIG],
    expander: 'most-pods',
    rounds: ['big 1'],
    left: 0,
  },
  {
    name: 'a price is for the pods that are helped',
    nodes: '1x1cpu,1Gi',
    objects: [workload('web', { replicas: 5, requests: { cpu: '3' } })],
    groups: [SMALL, BIG],
    expander: 'price',
    rounds: ['big 1'],
    left: 0,
  },
  {
    name: 'a group grows to its greatest size, and another has the rest',
    nodes: '1x1cpu,1Gi',
    objects: [workload('web', { replicas: 5, requests: { cpu: '3', memory: '12Gi' } })],
    groups: ['small=4cpu,16Gi,max=2', 'wide=32cpu,128Gi'],
    rounds: ['small 2', 'wide 1'],
    left: 0,
  },
  {
    name: 'pods that keep away from each other have a node each',
    nodes: '1x4cpu,16Gi',
    objects: [workload('db', { replicas: 4, requests: { cpu: '100m' }, spec: apart('db') })],
    groups: [SMALL],
    rounds: ['small 3'],
    left: 0,
  },
  {
    name: 'what fits on no group is left',
    nodes: '1x1cpu,1Gi',
    objects: [workload('huge', { replicas: 3, requests: { cpu: '40' } }), workload('web', { replicas: 1, requests: { cpu: '2' } })],
    groups: [SMALL, BIG],
    rounds: ['small 1'],
    left: 3,
  },
  {
    name: 'DaemonSets take their part of new nodes',
    nodes: '1x1cpu,1Gi',
    objects: [
      workload('web', { replicas: 2, requests: { cpu: '2' } }),
      workload('agent', { kind: 'DaemonSet', requests: { cpu: '100m' } }),
    ],
    groups: [SMALL],
    rounds: ['small 2'],
    left: 0,
  },
];

for (const { name, nodes, objects, groups, expander = 'least-waste', rounds, left } of CASES) {
  test(name, () => {
    const { autoscaler } = capacityOf(objects, { nodes, groups, expander });
    assert.deepEqual(brief(autoscaler), rounds);
    assert.equal(
      autoscaler?.left.reduce((sum, { pods }) => sum + pods, 0),
      left,
    );
  });
}

function brief(autoscaler: AutoscalerAnswer | undefined): readonly string[] {
  return (autoscaler?.rounds ?? []).map(({ chosen }) => `${chosen.group} ${chosen.nodes}`);
}
