import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadCoveringSolver } from '../../../../src/cli/covering-solver.ts';
import type { CapacityAnswer, OpenCoveringProgram } from '../../../../src/engine/scheduler/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import { apart, capacityOf, workload } from './fixture.ts';

let open: OpenCoveringProgram;
before(async () => {
  open = await loadCoveringSolver();
});

function brief({ fleets }: CapacityAnswer): readonly unknown[] {
  return fleets.map(({ shapes, answer }) => [shapes.join('+'), answer?.count, answer?.lower, answer?.proven, answer?.accepted]);
}

const BIG = 'big=8cpu,32Gi,price=0.4';
const SMALL = 'small=4cpu,16Gi,price=0.25';

const CASES: readonly { name: string; objects: readonly KubernetesObject[]; shapes: readonly string[]; want: readonly unknown[] }[] = [
  {
    name: 'three of 2.5 CPUs need three nodes of 4',
    objects: [workload('web', { replicas: 3, requests: { cpu: '2500m' } })],
    shapes: ['s=4cpu,16Gi'],
    want: [['s', 3, 3, true, true]],
  },
  {
    name: 'a DaemonSet takes its part of every node',
    objects: [workload('web', { replicas: 4, requests: { cpu: '2' } }), workload('agent', { kind: 'DaemonSet', requests: { cpu: '1m' } })],
    shapes: ['s=4cpu,16Gi'],
    want: [['s', 4, 4, true, true]],
  },
  {
    name: 'what keeps away from itself needs a node each',
    objects: [workload('db', { replicas: 5, requests: { cpu: '100m' }, spec: apart('db') })],
    shapes: ['s=4cpu,16Gi'],
    want: [['s', 5, 5, true, true]],
  },
  {
    name: 'the cheapest of a mix is proven',
    objects: [workload('web', { replicas: 3, requests: { cpu: '3' } })],
    shapes: [BIG, SMALL],
    want: [
      ['big', 2, 800_000, true, true],
      ['small', 3, 750_000, true, true],
      ['big+small', 2, 650_000, true, true],
    ],
  },
  {
    name: 'pods wait for the one that they want beside them',
    objects: [
      workload('a', {
        replicas: 2,
        requests: { cpu: '1' },
        spec: {
          affinity: {
            podAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { labelSelector: { matchLabels: { app: 'b' } }, topologyKey: 'kubernetes.io/hostname' },
              ],
            },
          },
        },
      }),
      workload('b', { replicas: 1, requests: { cpu: '1' } }),
    ],
    shapes: ['s=4cpu,16Gi'],
    want: [['s', 1, 1, true, true]],
  },
  {
    name: 'a least number of zones is a least number of nodes',
    objects: [
      workload('web', {
        replicas: 6,
        requests: { cpu: '100m' },
        spec: {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              minDomains: 3,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: { app: 'web' } },
            },
          ],
        },
      }),
    ],
    shapes: ['s=4cpu,16Gi,zones=3'],
    want: [['s', 3, 3, true, true]],
  },
];

for (const { name, objects, shapes, want } of CASES) {
  test(name, () => assert.deepEqual(brief(capacityOf(objects, { shapes, open })), want));
}

test('pods larger than every shape are named with the reason, and the others are packed', () => {
  const objects = [
    workload('web', { replicas: 2, requests: { cpu: '2' } }),
    workload('huge', { replicas: 7, requests: { memory: '64Gi' } }),
  ];
  const { fleets } = capacityOf(objects, { shapes: ['s=4cpu,16Gi'], open });
  assert.deepEqual(
    fleets.map(({ unplaceable, answer }) => [
      unplaceable.map((item) => [item.workload.metadata['name'], item.pods, item.reasons]),
      answer?.count,
    ]),
    [[[['huge', 7, ['Insufficient memory']]], 1]],
  );
});

test('a million replicas are counted, not walked through', () => {
  const { fleets, pods, limited } = capacityOf([workload('web', { replicas: 1_000_000, requests: { cpu: '3' } })], {
    shapes: ['s=4cpu,16Gi'],
    open,
  });
  assert.equal(pods, 1_000_000);
  assert.deepEqual(
    limited.map(({ name }) => name),
    ['web'],
  );
  assert.deepEqual(brief({ fleets } as CapacityAnswer), [['s', 1_000_000, 1_000_000, true, false]]);
});

test('an autoscaler that asks for a million pods is counted too', () => {
  const autoscaler: KubernetesObject = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { minReplicas: 1_000_000, maxReplicas: 2_000_000, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  };
  const { pods } = capacityOf([workload('web', { requests: { cpu: '3' } }), autoscaler], { shapes: ['s=4cpu,16Gi'], open });
  assert.equal(pods, 1_000_000);
});

test('shapes of the world itself are used where none are given, and what the scheduler strands is told', () => {
  const objects = [workload('a', { replicas: 4, requests: { cpu: '1500m' } }), workload('b', { replicas: 4, requests: { cpu: '2500m' } })];
  const { fleets } = capacityOf(objects, { nodes: '6x4cpu,16Gi', open });
  assert.deepEqual(
    fleets.map(({ answer, scheduler }) => [answer?.count, answer?.proven, (scheduler?.nodes ?? 0) >= 4]),
    [[4, true, true]],
  );
});
