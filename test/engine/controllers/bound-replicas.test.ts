import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundReplicas } from '../../../src/engine/controllers/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { getNumber } from '../../../src/std/index.ts';

const node = (pods: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `n${pods}` },
  status: { allocatable: { pods } },
});
const workload = (apiVersion: string, kind: string, field: string, count: number): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: 'big', namespace: 'test' },
  spec: { [field]: count },
});

const CASES: readonly { name: string; nodes: readonly string[]; object: KubernetesObject; field: string; kept: number }[] = [
  {
    name: 'a Deployment of 10^6 on nodes for 2,200',
    nodes: ['2000', '200'],
    object: workload('apps/v1', 'Deployment', 'replicas', 1e6),
    field: 'replicas',
    kept: 2201,
  },
  {
    name: 'a StatefulSet of 10^9',
    nodes: [],
    object: workload('apps/v1', 'StatefulSet', 'replicas', 1e9),
    field: 'replicas',
    kept: 10_001,
  },
  { name: 'a Job of 10^6 at once', nodes: [], object: workload('batch/v1', 'Job', 'parallelism', 1e6), field: 'parallelism', kept: 10_001 },
  {
    name: 'an autoscaler of at least 10^6',
    nodes: [],
    object: workload('autoscaling/v2', 'HorizontalPodAutoscaler', 'minReplicas', 1e6),
    field: 'minReplicas',
    kept: 10_001,
  },
  {
    name: 'a Deployment that small clusters cannot hold',
    nodes: ['10'],
    object: workload('apps/v1', 'Deployment', 'replicas', 1000),
    field: 'replicas',
    kept: 1000,
  },
  {
    name: 'a Deployment that the nodes may hold',
    nodes: ['5000'],
    object: workload('apps/v1', 'Deployment', 'replicas', 4000),
    field: 'replicas',
    kept: 4000,
  },
];

for (const { name, nodes, object, field, kept } of CASES) {
  test(`${name}: ${kept} are looked at`, () => {
    const { world, overlarge } = boundReplicas(World.of([object, ...nodes.map(node)]));
    const asked = getNumber(object, 'spec', field);
    assert.deepEqual(
      world.objects().flatMap((item) => getNumber(item, 'spec', field) ?? []),
      [kept],
    );
    assert.deepEqual(
      overlarge.map((item) => [item.asked, item.kept]),
      asked === kept ? [] : [[asked, kept]],
    );
  });
}
