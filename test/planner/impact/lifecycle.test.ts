import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe } from '../../../src/model/index.ts';
import { getNumber, type JsonObject } from '../../../src/std/index.ts';
import { manifest, plan, stored } from '../scenario.ts';

const named = (apiVersion: string, kind: string, fields: JsonObject, name = 'web'): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...fields,
});
const labels = { app: 'web' };
const PROBE = { readinessProbe: { tcpSocket: { port: 80 } } };

function workload(kind: string, spec: JsonObject, container: JsonObject = {}, pod: JsonObject = {}): JsonObject {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1', ...container }], ...pod } };
  return named('apps/v1', kind, { spec: { selector: { matchLabels: labels }, template, ...spec } });
}

const deployment = (replicas: number, ...rest: readonly JsonObject[]): JsonObject => {
  const [spec = {}, container, pod] = rest;
  return workload('Deployment', { replicas, ...spec }, container, pod);
};
const service = named('v1', 'Service', { spec: { selector: labels, ports: [{ port: 80 }] } });
const budget = (spec: JsonObject, name = 'web'): JsonObject =>
  named('policy/v1', 'PodDisruptionBudget', { spec: { selector: { matchLabels: labels }, ...spec } }, name);
const autoscaler = (minReplicas: number, maxReplicas: number, status: JsonObject = {}): JsonObject =>
  named('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: { minReplicas, maxReplicas, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
    ...(getNumber(status, 'currentReplicas') === undefined ? {} : { status }),
  });
const volume = (persistentVolumeReclaimPolicy: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'disk' },
  spec: { persistentVolumeReclaimPolicy, ...more },
});
const set = (whenDeleted: string, whenScaled: string, replicas = 2): JsonObject =>
  workload('StatefulSet', { replicas, serviceName: 'web', persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled } });
const finalized = (...finalizers: readonly string[]): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'default', ...(finalizers.length === 0 ? {} : { finalizers: [...finalizers] }) },
});
const recreate = { strategy: { type: 'Recreate' } };
const atMost = (maxUnavailable: string | number): JsonObject => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } },
});
const daemonAtMost = (maxUnavailable: string | number): JsonObject => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } },
});
const grace = (terminationGracePeriodSeconds: number): JsonObject => ({ terminationGracePeriodSeconds });

/** What is said of each change, by code and severity, and the path of its cause. */
const CASES: readonly {
  readonly name: string;
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  readonly others?: readonly JsonObject[];
  readonly want: readonly string[];
}[] = [
  {
    name: 'a readiness probe that goes',
    before: deployment(2, {}, PROBE),
    after: deployment(2),
    want: [
      'KP0401 warning /spec/template/spec/containers/0/readinessProbe: container web of Deployment default/web has no readiness probe any more: it counts as ready as soon as it runs',
    ],
  },
  { name: 'a readiness probe that comes', before: deployment(2), after: deployment(2, {}, PROBE), want: [] },
  {
    name: 'a container that comes without one',
    before: deployment(2, {}, { ...PROBE, name: 'old' }),
    after: deployment(2),
    want: [],
  },
  {
    name: 'all pods of an update at once',
    before: deployment(3),
    after: deployment(3, recreate),
    want: [
      'KP0402 warning /spec/strategy/type: each update of Deployment default/web ends all its 3 pods at once from now on, before a new one is ready',
    ],
  },
  {
    name: 'its one pod',
    before: deployment(1),
    after: deployment(1, recreate),
    want: [
      'KP0402 info /spec/strategy/type: each update of Deployment default/web ends its one pod at once from now on, before a new one is ready',
    ],
  },
  {
    name: 'a share that is all',
    before: deployment(3),
    after: deployment(3, atMost('100%')),
    want: [
      'KP0402 warning /spec/strategy/rollingUpdate/maxUnavailable: each update of Deployment default/web ends all its 3 pods at once from now on, before a new one is ready',
    ],
  },
  { name: 'a share that is not', before: deployment(3), after: deployment(3, atMost('67%')), want: [] },
  { name: 'all of them before, too', before: deployment(3, recreate), after: deployment(3, atMost(3)), want: [] },
  { name: 'all of no pods', before: deployment(0), after: deployment(0, recreate), want: [] },
  {
    name: 'all pods of a DaemonSet',
    before: workload('DaemonSet', daemonAtMost(1)),
    after: workload('DaemonSet', daemonAtMost('100%')),
    want: [
      'KP0402 warning /spec/updateStrategy/rollingUpdate/maxUnavailable: each update of DaemonSet default/web ends all its pods at once from now on, before a new one is ready',
    ],
  },
  {
    name: 'some pods of a DaemonSet',
    before: workload('DaemonSet', daemonAtMost(1)),
    after: workload('DaemonSet', daemonAtMost(50)),
    want: [],
  },
  {
    name: 'no pods any more',
    before: deployment(2),
    after: deployment(0),
    others: [service],
    want: [
      'KP0403 warning /spec/replicas: Deployment default/web has no pods any more, 2 before; Service default/web has no endpoint left',
    ],
  },
  {
    name: 'no pods any more, where others answer',
    before: deployment(2),
    after: deployment(0),
    others: [service, { ...workload('StatefulSet', { replicas: 1, serviceName: 'web' }) }],
    want: ['KP0403 warning /spec/replicas: Deployment default/web has no pods any more, 2 before'],
  },
  { name: 'fewer pods', before: deployment(3), after: deployment(1), others: [service], want: [] },
  { name: 'none before either', before: deployment(0), after: deployment(0, recreate), want: [] },
  {
    name: 'a budget that goes',
    before: budget({ minAvailable: 2 }),
    others: [deployment(3)],
    want: [
      'KP0404 warning : all of the 3 pods of Deployment default/web may be evicted at once, where PodDisruptionBudget default/web allowed 1',
    ],
  },
  { name: 'a budget of no pods that goes', before: budget({ minAvailable: 2 }), others: [deployment(0)], want: [] },
  {
    name: 'one of several budgets',
    before: budget({ minAvailable: 2 }),
    others: [deployment(3), budget({ maxUnavailable: 0 }, 'b')],
    want: [],
  },
  {
    name: 'a budget that lets more go',
    before: budget({ maxUnavailable: 0 }),
    after: budget({ maxUnavailable: '34%' }),
    others: [deployment(3)],
    want: [
      'KP0404 info /spec/maxUnavailable: 2 of the 3 pods of Deployment default/web may be evicted at once, where PodDisruptionBudget default/web allowed none',
    ],
  },
  {
    name: 'a budget in other words',
    before: budget({ minAvailable: 2 }),
    after: budget({ maxUnavailable: 1 }),
    others: [deployment(3)],
    want: [],
  },
  {
    name: 'a budget that lets fewer go',
    before: budget({ minAvailable: 1 }),
    after: budget({ minAvailable: 2 }),
    others: [deployment(3)],
    want: [],
  },
  {
    name: 'an autoscaler that goes',
    before: autoscaler(2, 9),
    others: [deployment(3)],
    want: ['KP0405 warning : nothing scales Deployment default/web any more: it stays at 3 pods'],
  },
  { name: 'an autoscaler of nothing that goes', before: autoscaler(2, 9), want: [] },
  { name: 'an autoscaler of no pods that goes', before: autoscaler(2, 9), others: [deployment(0)], want: [] },
  {
    name: 'a maximum below what runs',
    before: autoscaler(2, 9, { currentReplicas: 7 }),
    after: autoscaler(2, 4),
    others: [deployment(3)],
    want: ['KP0405 warning /spec/maxReplicas: Deployment default/web has at most 4 pods instead of 9: 3 pods of 7 go away'],
  },
  {
    name: 'a maximum that is lower',
    before: autoscaler(2, 9),
    after: autoscaler(2, 4),
    others: [deployment(3)],
    want: ['KP0405 info /spec/maxReplicas: Deployment default/web has at most 4 pods instead of 9'],
  },
  {
    name: 'a minimum that is lower',
    before: autoscaler(5, 9),
    after: autoscaler(1, 9),
    others: [deployment(3)],
    want: ['KP0405 info /spec/minReplicas: Deployment default/web may shrink to 1 pod instead of 5'],
  },
  {
    name: 'a maximum below the minimum, which nobody stores',
    before: autoscaler(2, 9),
    after: autoscaler(2, 1),
    others: [deployment(3)],
    want: [],
  },
  { name: 'bounds that are wider', before: autoscaler(2, 4), after: autoscaler(3, 9), others: [deployment(3)], want: [] },
  {
    name: 'less time to end',
    before: deployment(2),
    after: deployment(2, {}, {}, grace(10)),
    want: ['KP0406 info /spec/template/spec/terminationGracePeriodSeconds: pods of Deployment default/web get 10 s to end instead of 30 s'],
  },
  {
    name: 'no time to end',
    before: deployment(2),
    after: deployment(2, {}, {}, grace(0)),
    want: [
      'KP0406 warning /spec/template/spec/terminationGracePeriodSeconds: pods of Deployment default/web get 0 s to end instead of 30 s: they are killed at once',
    ],
  },
  {
    name: 'time that is slept away',
    before: deployment(2, {}, { lifecycle: { preStop: { sleep: { seconds: 20 } } } }, grace(60)),
    after: deployment(2, {}, { lifecycle: { preStop: { sleep: { seconds: 20 } } } }, grace(20)),
    want: [
      'KP0406 warning /spec/template/spec/terminationGracePeriodSeconds: pods of Deployment default/web get 20 s to end instead of 60 s, and preStop sleeps 20 s of them',
    ],
  },
  { name: 'more time to end', before: deployment(2), after: deployment(2, {}, {}, grace(60)), want: [] },
  {
    name: 'a volume that goes with its claim',
    before: volume('Retain', { claimRef: { namespace: 'shop', name: 'data' } }),
    after: volume('Delete', { claimRef: { namespace: 'shop', name: 'data' } }),
    want: [
      'KP0407 warning /spec/persistentVolumeReclaimPolicy: of PersistentVolume disk from now on its data is deleted with PersistentVolumeClaim shop/data',
    ],
  },
  { name: 'a volume that stays from now on', before: volume('Delete'), after: volume('Retain'), want: [] },
  {
    name: 'claims that go with their set',
    before: set('Retain', 'Retain'),
    after: set('Delete', 'Delete'),
    want: [
      'KP0407 warning /spec/persistentVolumeClaimRetentionPolicy/whenDeleted: of StatefulSet default/web from now on its claims are deleted with it, and their data',
      'KP0407 warning /spec/persistentVolumeClaimRetentionPolicy/whenScaled: of StatefulSet default/web from now on a claim is deleted with its data when its pod is scaled away',
    ],
  },
  { name: 'claims that stay from now on', before: set('Delete', 'Delete'), after: set('Retain', 'Retain'), want: [] },
  {
    name: 'a finalizer that comes',
    before: finalized(),
    after: finalized('example.com/a'),
    want: [
      'KP0408 info /metadata/finalizers: ConfigMap default/c is gone, when it is deleted, only once the finalizer example.com/a is removed',
    ],
  },
  {
    name: 'an object with finalizers that goes',
    before: finalized('example.com/a', 'example.com/b'),
    want: ['KP0408 info : ConfigMap default/c is gone only once the finalizers example.com/a, example.com/b are removed'],
  },
  { name: "a finalizer of Kubernetes' own", before: finalized(), after: finalized('kubernetes.io/pvc-protection'), want: [] },
  { name: 'an object that comes with one', after: finalized('example.com/a'), want: [] },
];

for (const { name, before, after, others = [], want } of CASES)
  test(`what a changed field does: ${name}`, () => {
    const live = [...(before === undefined ? [] : [before]), ...others].map((each) => ({
      ...stored(each),
      ...(each['status'] === undefined ? {} : { status: each['status'] }),
    }));
    const desired = [...(after === undefined ? [] : [after]), ...others].map((each) => manifest(each));
    const { effects } = plan(live, desired);
    const told = effects.flatMap((effect) =>
      effect.engine === 'lifecycle' ? [`${effect.code} ${effect.severity} ${effect.causes[0]?.path ?? ''}: ${describe(effect)}`] : [],
    );
    assert.deepEqual(told, want);
    for (const { engine, causes } of effects) if (engine === 'lifecycle') assert.equal(causes.length, 1);
  });
