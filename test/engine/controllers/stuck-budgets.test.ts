import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBudgetEngine, expandWorld } from '../../../src/engine/controllers/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { getString, type JsonObject } from '../../../src/std/index.ts';

const ENGINE = createBudgetEngine(expandWorld);

function deployment(replicas: number): KubernetesObject {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } };
  const spec = { replicas, selector: { matchLabels: { app: 'web' } }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec };
}

function budget(spec: JsonObject): KubernetesObject {
  const whole = { selector: { matchLabels: { app: 'web' } }, ...spec };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'shop' }, spec: whole };
}

function autoscaler(replicas: number): KubernetesObject {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const spec = { scaleTargetRef, minReplicas: replicas, maxReplicas: replicas };
  return { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: 'shop' }, spec };
}

const POD: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'alone', namespace: 'shop', labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'web:1' }] },
};
const ENDED: KubernetesObject = { ...POD, status: { phase: 'Succeeded' } };

interface Case {
  readonly name: string;
  readonly before: readonly KubernetesObject[];
  readonly after: readonly KubernetesObject[];
  readonly want: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'as many must be available as there are',
    before: [deployment(2)],
    after: [deployment(2), budget({ minAvailable: 2 })],
    want: ['gained warning its 2 pods: 2 must be available'],
  },
  { name: 'one may go', before: [deployment(3)], after: [deployment(3), budget({ minAvailable: 2 })], want: [] },
  {
    name: 'none may be unavailable',
    before: [deployment(1), budget({ maxUnavailable: 1 })],
    after: [deployment(1), budget({ maxUnavailable: 0 })],
    want: ['gained warning its one pod: 1 must be available'],
  },
  {
    name: 'a share that is rounded up to all',
    before: [deployment(2)],
    after: [deployment(2), budget({ minAvailable: '60%' })],
    want: ['gained warning its 2 pods: 2 must be available'],
  },
  {
    name: 'fewer pods than before',
    before: [deployment(3), budget({ minAvailable: 2 })],
    after: [deployment(2), budget({ minAvailable: 2 })],
    want: ['gained warning its 2 pods: 2 must be available'],
  },
  {
    name: 'more pods than before',
    before: [deployment(2), budget({ minAvailable: 2 })],
    after: [deployment(3), budget({ minAvailable: 2 })],
    want: ['lost info its 2 pods: 2 must be available'],
  },
  {
    name: 'it was so before',
    before: [deployment(2), budget({ minAvailable: 2 })],
    after: [deployment(1), budget({ minAvailable: 2 })],
    want: [],
  },
  { name: 'no pods', before: [deployment(0)], after: [deployment(0), budget({ minAvailable: 1 })], want: [] },
  {
    name: 'no pods any more',
    before: [deployment(2), budget({ minAvailable: 2 })],
    after: [deployment(0), budget({ minAvailable: 2 })],
    want: [],
  },
  { name: 'the budget goes', before: [deployment(2), budget({ minAvailable: 2 })], after: [deployment(2)], want: [] },
  {
    name: 'what cannot be counted',
    before: [POD],
    after: [POD, budget({ minAvailable: '50%' })],
    want: ['gained warning its one pod: 0 must be available'],
  },
  {
    name: 'an autoscaler keeps fewer pods than the Deployment asks for',
    before: [deployment(3), budget({ maxUnavailable: 1 }), autoscaler(3)],
    after: [deployment(3), budget({ maxUnavailable: 1 }), autoscaler(2)],
    want: [],
  },
  { name: 'pods that have ended', before: [ENDED], after: [ENDED, budget({ minAvailable: 1 })], want: [] },
];

for (const { name, before, after, want } of CASES) {
  test(`a budget that lets nobody go: ${name}`, () => {
    const changes = ENGINE.compare(World.of(before), World.of(after));
    assert.deepEqual(
      changes.map(({ change, fact }) => `${change} ${fact.severity} ${getString(fact.data, 'pods')}: ${getString(fact.data, 'reason')}`),
      want,
    );
  });
}
