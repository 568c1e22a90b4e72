import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rightSize } from '../../../../src/engine/scheduler/capacity/right-sizing.ts';
import { readPodMetrics, type UsageSample } from '../../../../src/engine/scheduler/capacity/usage.ts';
import { World } from '../../../../src/model/index.ts';
import { getArray, getObject } from '../../../../src/std/index.ts';
import { pod } from '../cluster-fixture.ts';

const MI = 2 ** 20;

function sample(fields: Partial<UsageSample> = {}): UsageSample {
  const base = {
    namespace: 'test',
    pod: 'p',
    labels: new Map(),
    container: 'main',
    at: '2026-03-01T10:00:00Z',
    cpu: 100,
    memory: 300 * MI,
  };
  return { ...base, ...fields };
}

const PERCENTILES: readonly {
  readonly name: string;
  readonly samples: readonly UsageSample[];
  readonly cpu: readonly [target: number, lower: number, upper: number];
  readonly memory: readonly [target: number, lower: number, upper: number];
}[] = [
  { name: 'one sample, with the margin', samples: [sample()], cpu: [115, 115, 115], memory: [345 * MI, 345 * MI, 345 * MI] },
  {
    name: 'a pod asks for 25m and 250Mi at least',
    samples: [sample({ cpu: 1, memory: MI })],
    cpu: [25, 25, 25],
    memory: [250 * MI, 250 * MI, 250 * MI],
  },
  {
    name: 'the CPU of ten moments: the ninth, the fifth and the tenth',
    samples: Array.from({ length: 10 }, (_, i) => sample({ cpu: 100 * (i + 1) })),
    cpu: [1035, 575, 1150],
    memory: [345 * MI, 345 * MI, 345 * MI],
  },
  {
    name: 'of memory the peak of each day',
    samples: [
      sample({ memory: 1000 * MI }),
      sample({ memory: 2000 * MI, at: '2026-03-01T11:00:00Z' }),
      ...['02', '03', '04'].map((day) => sample({ at: `2026-03-${day}T00:00:00Z` })),
    ],
    cpu: [115, 115, 115],
    memory: [2300 * MI, 345 * MI, 2300 * MI],
  },
];

for (const { name, samples, cpu, memory } of PERCENTILES) {
  test(`right sizes: ${name}`, () => {
    const { containers } = rightSize(World.of([pod('p', { requests: { cpu: '1' } })]), samples);
    assert.deepEqual(
      containers.map((item) => [item.samples, item.cpu, item.memory]),
      [
        [
          samples.length,
          { now: 1000, target: cpu[0], lower: cpu[1], upper: cpu[2] },
          { now: undefined, target: memory[0], lower: memory[1], upper: memory[2] },
        ],
      ],
    );
  });
}

test('samples count for the workload of their pod by its name or, under another name, by its labels', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', controller: true };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'test' },
    spec: { selector: { matchLabels: { app: 'web' } } },
  };
  const world = World.of([set, ...['web-0', 'web-1'].map((name) => pod(name, { metadata: { ownerReferences: [owner] } }))]);
  const labels = new Map([['app', 'web']]);
  const {
    containers,
    unknown,
    world: resized,
  } = rightSize(world, [
    sample({ pod: 'web-0', cpu: 200 }),
    sample({ pod: 'web-5d9f-x2x', labels, cpu: 400 }),
    sample({ pod: 'web-5d9f-x2x', labels, namespace: 'other' }),
    sample({ pod: 'gone' }),
    sample({ pod: 'web-1', container: 'none' }),
  ]);
  assert.deepEqual(
    [unknown, containers.map((item) => [item.workload.name, item.pods, item.samples, item.cpu.target])],
    [2, [['web', 2, 2, 460]]],
  );
  const requests = resized.byKind('', 'Pod').map((object) => getObject(getArray(object, 'spec', 'containers')[0], 'resources', 'requests'));
  assert.deepEqual(requests, [
    { cpu: '460m', memory: String(345 * MI) },
    { cpu: '460m', memory: String(345 * MI) },
  ]);
});

test('a list of the metrics API is read with the units of quantities, and nothing else is', () => {
  const item = {
    metadata: { name: 'p', namespace: 'test', labels: { app: 'web' } },
    timestamp: '2026-03-01T10:00:00Z',
    window: '15s',
    containers: [
      { name: 'main', usage: { cpu: '1500001n', memory: '300Ki' } },
      { name: 'broken', usage: { cpu: '?' } },
    ],
  };
  const list = { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', items: [item] };
  assert.deepEqual(readPodMetrics(list), [sample({ labels: new Map([['app', 'web']]), cpu: 2, memory: 300 * 1024 })]);
  assert.deepEqual([readPodMetrics({ ...list, kind: 'NodeMetricsList' }), readPodMetrics(null)], [undefined, undefined]);
});
