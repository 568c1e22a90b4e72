import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitReplicas, type Limit } from '../../../src/engine/controllers/autoscaler-arithmetic.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import { getNumber } from '../../../src/std/index.ts';
import { live, LittleCluster } from './little-cluster.ts';
import { NODES, workload } from './workloads.ts';

const pods = (value: number): JsonObject => ({ type: 'Pods', value, periodSeconds: 60 });
const percent = (value: number): JsonObject => ({ type: 'Percent', value, periodSeconds: 60 });

const LIMITS: readonly { name: string; desired: number; current: number; behavior?: JsonObject; want: readonly [number, Limit] }[] = [
  { name: 'within all bounds', desired: 5, current: 4, want: [5, 'DesiredWithinRange'] },
  { name: 'more than the most', desired: 90, current: 15, want: [20, 'TooManyReplicas'] },
  { name: 'more than twice as many', desired: 15, current: 4, want: [8, 'ScaleUpLimit'] },
  { name: 'four are always allowed', desired: 10, current: 1, want: [4, 'ScaleUpLimit'] },
  { name: 'fewer than the least', desired: 0, current: 9, want: [2, 'TooFewReplicas'] },
  { name: 'up by pods', desired: 15, current: 4, behavior: { scaleUp: { policies: [pods(3)] } }, want: [7, 'ScaleUpLimit'] },
  {
    name: 'up by a share, rounded up',
    desired: 15,
    current: 5,
    behavior: { scaleUp: { policies: [percent(10)] } },
    want: [6, 'ScaleUpLimit'],
  },
  {
    name: 'up by whichever allows more',
    desired: 15,
    current: 5,
    behavior: { scaleUp: { policies: [percent(10), pods(4)] } },
    want: [9, 'ScaleUpLimit'],
  },
  {
    name: 'up by whichever allows less',
    desired: 15,
    current: 5,
    behavior: { scaleUp: { selectPolicy: 'Min', policies: [percent(10), pods(4)] } },
    want: [6, 'ScaleUpLimit'],
  },
  { name: 'up not at all', desired: 15, current: 5, behavior: { scaleUp: { selectPolicy: 'Disabled' } }, want: [5, 'ScaleUpLimit'] },
  { name: 'up by the rules that the API server fills in', desired: 20, current: 3, behavior: { scaleDown: {} }, want: [7, 'ScaleUpLimit'] },
  { name: 'down by pods', desired: 2, current: 9, behavior: { scaleDown: { policies: [pods(3)] } }, want: [6, 'ScaleDownLimit'] },
  {
    name: 'down by a share, rounded down',
    desired: 2,
    current: 9,
    behavior: { scaleDown: { policies: [percent(10)] } },
    want: [8, 'ScaleDownLimit'],
  },
  {
    name: 'down by whichever allows less',
    desired: 2,
    current: 9,
    behavior: { scaleDown: { selectPolicy: 'Min', policies: [percent(50), pods(1)] } },
    want: [8, 'ScaleDownLimit'],
  },
  { name: 'down not at all', desired: 2, current: 9, behavior: { scaleDown: { selectPolicy: 'Disabled' } }, want: [9, 'ScaleDownLimit'] },
];

for (const { name, desired, current, behavior, want } of LIMITS) {
  test(`one step of an autoscaler: ${name}`, () => {
    const { replicas, limit } = limitReplicas(desired, current, { least: 2, most: 20 }, behavior);
    assert.deepEqual([replicas, limit], want);
  });
}

test('what has changed within the period of a policy counts for it', () => {
  const behavior = { scaleUp: { policies: [pods(3)] }, scaleDown: { policies: [pods(3)] } };
  const step = (desired: number, change: number): number =>
    limitReplicas(desired, 9, { least: 2, most: 20 }, behavior, () => change).replicas;
  assert.deepEqual([step(20, 2), step(20, 5), step(2, -2), step(2, 4)], [10, 9, 8, 2]);
});

const autoscaler = (usage: string, target: JsonObject, behavior?: JsonObject): KubernetesObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'h', namespace: 'shop', annotations: { 'kplan.dev/simulate-usage': usage } },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' },
    minReplicas: 1,
    maxReplicas: 10,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    ...(behavior === undefined ? {} : { behavior }),
  },
});

const USAGES: readonly { name: string; autoscaler: KubernetesObject; replicas: number; want: number }[] = [
  {
    name: 'up until each does half of what it asks for',
    autoscaler: autoscaler('cpu=1', { averageUtilization: 50 }),
    replicas: 1,
    want: 4,
  },
  { name: 'up until the average is as wanted', autoscaler: autoscaler('cpu=1', { averageValue: '200m' }), replicas: 1, want: 5 },
  { name: 'not beyond the most', autoscaler: autoscaler('cpu=100', { averageUtilization: 50 }), replicas: 1, want: 10 },
  { name: 'down when it has been enough for long', autoscaler: autoscaler('cpu=500m', { averageUtilization: 50 }), replicas: 6, want: 2 },
  {
    name: 'never down',
    autoscaler: autoscaler('cpu=500m', { averageUtilization: 50 }, { scaleDown: { selectPolicy: 'Disabled' } }),
    replicas: 6,
    want: 6,
  },
  { name: 'nothing is known of memory', autoscaler: autoscaler('memory=1Gi', { averageUtilization: 50 }), replicas: 3, want: 3 },
];

for (const { name, autoscaler: scaler, replicas, want } of USAGES) {
  test(`an autoscaler that is told the usage: ${name}`, () => {
    const cluster = new LittleCluster();
    const containers = [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '500m' } } }];
    cluster.apply(...NODES, workload('Deployment', { replicas }, 'app:1', { containers }), scaler);
    cluster.settle();
    assert.equal(getNumber(live(cluster, 'Deployment', 'app'), 'spec', 'replicas'), want);
  });
}
