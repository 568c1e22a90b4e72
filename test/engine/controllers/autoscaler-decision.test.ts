import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideReplicas, type AutoscalerHistory } from '../../../src/engine/controllers/autoscaler-decision.ts';
import type { MetricReadings } from '../../../src/engine/controllers/autoscaler-metrics.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const LONG_AGO: AutoscalerHistory = { recommendations: [{ at: 0, replicas: 9 }], changes: [] };
const CPU = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } };
const QUEUE = { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } } };
const BACKLOG = { type: 'External', external: { metric: { name: 'backlog' }, target: { type: 'Value', value: '10' } } };

function autoscaler(metrics: readonly JsonObject[], behavior?: JsonObject): KubernetesObject {
  const spec = { minReplicas: 2, maxReplicas: 10, metrics: [...metrics], ...(behavior === undefined ? {} : { behavior }) };
  return { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'h', namespace: 'n' }, spec };
}

function pod(name: string, phase = 'Running'): KubernetesObject {
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-02-01T00:00:00Z' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'n' },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: '100m' } } }] },
    status: { phase, startTime: '2026-02-01T00:00:00Z', conditions },
  };
}

const FOUR = ['a', 'b', 'c', 'd'];

/** Pods that use so much each, in thousandths; the metrics of nothing in the cluster beside them. */
function readings(used: Readonly<Record<string, number>>, whole: Readonly<Record<string, number>> = {}): MetricReadings {
  const samples = new Map(Object.entries(used).map(([name, value]) => [name, { value, at: NOW, window: 0 }]));
  const value = (name: string): number | undefined => whole[name];
  return { resource: () => samples, pods: () => samples, object: value, external: value };
}

const CASES: readonly {
  readonly name: string;
  readonly metrics?: readonly JsonObject[];
  readonly behavior?: JsonObject;
  readonly pods?: readonly KubernetesObject[];
  readonly used: Readonly<Record<string, number>>;
  readonly whole?: Readonly<Record<string, number>>;
  readonly history?: AutoscalerHistory;
  readonly want: readonly [number, string | undefined, string | undefined];
}[] = [
  { name: 'on target', used: { a: 50, b: 50, c: 50, d: 50 }, want: [4, 'ValidMetricFound', 'DesiredWithinRange'] },
  { name: 'a tenth off is on target', used: { a: 55, b: 55, c: 55, d: 55 }, want: [4, 'ValidMetricFound', 'DesiredWithinRange'] },
  { name: 'above it', used: { a: 75, b: 75, c: 75, d: 75 }, want: [6, 'ValidMetricFound', 'DesiredWithinRange'] },
  { name: 'far above it', used: { a: 100, b: 100, c: 100, d: 200 }, want: [8, 'ValidMetricFound', 'ScaleUpLimit'] },
  { name: 'below the least', used: { a: 1, b: 1, c: 1, d: 1 }, want: [2, 'ValidMetricFound', 'TooFewReplicas'] },
  {
    name: 'a pod of which nothing is known is idle where more are asked for',
    used: { a: 80, b: 80, c: 80 },
    want: [5, 'ValidMetricFound', 'DesiredWithinRange'],
  },
  {
    name: 'and busy where fewer are',
    used: { a: 20, b: 20, c: 20 },
    want: [4, 'ValidMetricFound', 'DesiredWithinRange'],
  },
  {
    name: 'a pod that starts is idle where more are asked for',
    pods: [...['a', 'b', 'c'].map((name) => pod(name)), pod('d', 'Pending')],
    used: { a: 100, b: 100, c: 100, d: 100 },
    want: [6, 'ValidMetricFound', 'DesiredWithinRange'],
  },
  {
    name: 'the most demanding of several',
    metrics: [CPU, QUEUE],
    used: { a: 50, b: 50, c: 50, d: 50 },
    whole: { queue: 70_000 },
    want: [7, 'ValidMetricFound', 'DesiredWithinRange'],
  },
  {
    name: 'not fewer while one of them cannot be read',
    metrics: [CPU, BACKLOG],
    used: { a: 1, b: 1, c: 1, d: 1 },
    want: [4, 'FailedGetExternalMetric', undefined],
  },
  {
    name: 'a value for all pods together',
    metrics: [BACKLOG],
    used: {},
    whole: { backlog: 15_000 },
    want: [6, 'ValidMetricFound', 'DesiredWithinRange'],
  },
  {
    name: 'a tolerance of its own',
    behavior: { scaleUp: { tolerance: '0.6' } },
    used: { a: 75, b: 75, c: 75, d: 75 },
    want: [4, 'ValidMetricFound', 'DesiredWithinRange'],
  },
  {
    name: 'more was recommended a minute ago',
    used: { a: 20, b: 20, c: 20, d: 20 },
    history: { recommendations: [{ at: NOW - 60_000, replicas: 3 }], changes: [] },
    want: [3, 'ValidMetricFound', 'DesiredWithinRange'],
  },
  {
    name: 'less was recommended within the window of growing',
    behavior: { scaleUp: { stabilizationWindowSeconds: 120 } },
    used: { a: 75, b: 75, c: 75, d: 75 },
    history: { recommendations: [{ at: NOW - 60_000, replicas: 5 }], changes: [] },
    want: [5, 'ValidMetricFound', 'DesiredWithinRange'],
  },
  {
    name: 'pods were added within the period of the policy',
    behavior: { scaleUp: { policies: [{ type: 'Pods', value: 3, periodSeconds: 60 }] } },
    used: { a: 100, b: 100, c: 100, d: 100 },
    history: { recommendations: [], changes: [{ at: NOW - 30_000, change: 2 }] },
    want: [5, 'ValidMetricFound', 'ScaleUpLimit'],
  },
];

for (const { name, metrics = [CPU], behavior, pods = FOUR.map((item) => pod(item)), used, whole, history = LONG_AGO, want } of CASES) {
  test(`an autoscaler decides: ${name}`, () => {
    const target = { current: 4, observed: 4, pods };
    const { replicas, active, limit } = decideReplicas(autoscaler(metrics, behavior), target, readings(used, whole), history, NOW);
    assert.deepEqual([replicas, active, limit], want);
  });
}

test('what is out of bounds is brought back without a look at metrics; nothing at all stays so', () => {
  const decide = (current: number): readonly unknown[] => {
    const decision = decideReplicas(autoscaler([CPU]), { current, observed: current, pods: [] }, readings({}), LONG_AGO, NOW);
    return [decision.replicas, decision.active];
  };
  assert.deepEqual([1, 12, 0].map(decide), [
    [2, undefined],
    [10, undefined],
    [0, 'ScalingDisabled'],
  ]);
});
