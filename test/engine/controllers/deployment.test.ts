import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotationsOf, nameOf, type World } from '../../../src/model/index.ts';
import { resolveFenceposts } from '../../../src/engine/controllers/rollout-arithmetic.ts';
import { getArray, getAt, getNumber, getObject, getString, type JsonObject } from '../../../src/std/index.ts';
import { LittleCluster, live } from './little-cluster.ts';
import { NODES, workload } from './workloads.ts';

function rolledOut(spec: JsonObject, image = 'app:1'): LittleCluster {
  const cluster = new LittleCluster();
  cluster.apply(...NODES, workload('Deployment', spec, image));
  cluster.settle();
  return cluster;
}

function images(cluster: LittleCluster): readonly (string | undefined)[] {
  return cluster.world.byKind('', 'Pod').map((pod) => getString(pod, 'spec', 'containers', 0, 'image'));
}

function condition(cluster: LittleCluster, type: string): readonly (string | undefined)[] {
  const found = getArray(live(cluster, 'Deployment', 'app'), 'status', 'conditions').find((item) => getString(item, 'type') === type);
  return [getString(found, 'status'), getString(found, 'reason')];
}

test('a new Deployment becomes available and says so', () => {
  const cluster = rolledOut({ replicas: 3 });
  const deployment = live(cluster, 'Deployment', 'app');
  const { conditions: _, ...counts } = getObject(deployment, 'status') ?? {};
  assert.deepEqual(counts, {
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    unavailableReplicas: 0,
    terminatingReplicas: 0,
  });
  assert.deepEqual(condition(cluster, 'Available'), ['True', 'MinimumReplicasAvailable']);
  assert.deepEqual(condition(cluster, 'Progressing'), ['True', 'NewReplicaSetAvailable']);
  assert.equal(annotationsOf(deployment).get('deployment.kubernetes.io/revision'), '1');
});

const ROLLOUTS: readonly { replicas: number; rollingUpdate?: JsonObject }[] = [
  { replicas: 1 },
  { replicas: 4 },
  { replicas: 10 },
  { replicas: 5, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  { replicas: 5, rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  { replicas: 5, rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } },
  { replicas: 5, rollingUpdate: { maxSurge: 0, maxUnavailable: '100%' } },
  { replicas: 7, rollingUpdate: { maxSurge: '30%', maxUnavailable: '40%' } },
];

function countReady(world: World): number {
  return world
    .byKind('', 'Pod')
    .filter(
      (pod) =>
        pod.metadata['deletionTimestamp'] === undefined &&
        getArray(pod, 'status', 'conditions').some((item) => getString(item, 'type') === 'Ready' && getString(item, 'status') === 'True'),
    ).length;
}

for (const crashEvery of [0, 3]) {
  for (const { replicas, rollingUpdate = {} } of ROLLOUTS) {
    test(`a rolling update of ${replicas} with ${JSON.stringify(rollingUpdate)} stays within its bounds${crashEvery > 0 ? ', also when interrupted' : ''}`, () => {
      const spec = { replicas, strategy: { rollingUpdate } };
      const cluster = rolledOut(spec);
      const from = cluster.seen.length;
      cluster.crashEvery = crashEvery;
      cluster.apply(workload('Deployment', spec, 'app:2'));
      cluster.settle();
      const { maxSurge, maxUnavailable } = resolveFenceposts(rollingUpdate, replicas);
      for (const world of cluster.seen.slice(from)) {
        const wanted = world.byKind('apps', 'ReplicaSet').reduce((sum, set) => sum + (getNumber(set, 'spec', 'replicas') ?? 0), 0);
        assert.ok(wanted <= replicas + maxSurge, `${wanted} pods`);
        assert.ok(countReady(world) >= replicas - maxUnavailable, `${countReady(world)} ready`);
      }
      assert.deepEqual(
        images(cluster),
        Array.from({ length: replicas }, () => 'app:2'),
      );
      assert.deepEqual(condition(cluster, 'Progressing'), ['True', 'NewReplicaSetAvailable']);
    });
  }
}

test('Recreate stops all old pods before it starts a new one', () => {
  const spec = { replicas: 3, strategy: { type: 'Recreate' } };
  const cluster = rolledOut(spec);
  cluster.apply(workload('Deployment', spec, 'app:2'));
  cluster.settle();
  for (const world of cluster.seen) {
    assert.ok(new Set(world.byKind('', 'Pod').map((pod) => getString(pod, 'spec', 'containers', 0, 'image'))).size <= 1);
  }
  assert.deepEqual(images(cluster), ['app:2', 'app:2', 'app:2']);
});

test('going back takes the old ReplicaSet again, with a new revision', () => {
  const cluster = rolledOut({ replicas: 1 });
  const [first] = cluster.world.byKind('apps', 'ReplicaSet').map(nameOf);
  cluster.apply(workload('Deployment', { replicas: 1 }, 'app:2'));
  cluster.settle();
  cluster.apply(workload('Deployment', { replicas: 1 }, 'app:1'));
  cluster.settle();
  const sets = cluster.world.byKind('apps', 'ReplicaSet').filter((set) => getNumber(set, 'spec', 'replicas') === 1);
  assert.deepEqual(
    sets.map((set) => [nameOf(set), annotationsOf(set).get('deployment.kubernetes.io/revision')]),
    [[first, '3']],
  );
});

test('old ReplicaSets beyond the history limit are deleted', () => {
  const cluster = rolledOut({ replicas: 1, revisionHistoryLimit: 1 });
  for (const tag of ['2', '3', '4']) {
    cluster.apply(workload('Deployment', { replicas: 1, revisionHistoryLimit: 1 }, `app:${tag}`));
    cluster.settle();
  }
  assert.equal(cluster.world.byKind('apps', 'ReplicaSet').length, 2);
});

test('scaling changes no pod that stays', () => {
  const cluster = rolledOut({ replicas: 2 });
  const before = cluster.world.byKind('', 'Pod').map(nameOf);
  cluster.apply(workload('Deployment', { replicas: 5 }));
  cluster.settle();
  const after = cluster.world.byKind('', 'Pod').map(nameOf);
  assert.ok(after.length === 5 && before.every((name) => after.includes(name)));
});

for (const [image, replicas] of [
  ['app:kplan-crashloop', 3],
  ['app:kplan-never-ready', 3],
  ['app:kplan-missing', 3],
] as const) {
  test(`a rollout to ${image} keeps the old pods and says that its time is over`, () => {
    const cluster = rolledOut({ replicas, progressDeadlineSeconds: 60 });
    cluster.apply(workload('Deployment', { replicas, progressDeadlineSeconds: 60 }, image));
    cluster.settle(120_000);
    assert.deepEqual(condition(cluster, 'Progressing'), ['False', 'ProgressDeadlineExceeded']);
    assert.deepEqual(condition(cluster, 'Available'), ['True', 'MinimumReplicasAvailable']);
    assert.equal(getNumber(live(cluster, 'Deployment', 'app'), 'status', 'availableReplicas'), replicas);
  });
}

test('a paused Deployment scales but does not roll', () => {
  const cluster = rolledOut({ replicas: 1 });
  cluster.apply(workload('Deployment', { replicas: 2, paused: true }, 'app:2'));
  cluster.settle();
  assert.deepEqual(images(cluster), ['app:1', 'app:1']);
});

test('pods that find no node leave the Deployment unavailable', () => {
  const cluster = new LittleCluster();
  const huge = { containers: [{ name: 'c', image: 'i', resources: { requests: { memory: '1Ti' } } }] };
  cluster.apply(...NODES, workload('Deployment', { replicas: 1 }, 'app:1', huge));
  cluster.settle(1000);
  assert.deepEqual(condition(cluster, 'Available'), ['False', 'MinimumReplicasUnavailable']);
  const [pod] = cluster.world.byKind('', 'Pod');
  assert.equal(getAt(pod, 'status', 'conditions', 0, 'reason'), 'Unschedulable');
});
