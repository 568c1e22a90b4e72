import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { assessHealth, type HealthMode } from '../../../src/reconcile/index.ts';
import type { KubernetesObject } from '../../../src/model/index.ts';
import { parseJson, stringifyJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { drawCases } from './kstatus-cases.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const FIXTURES = new URL('../../../fixtures/reconcile/kstatus/', import.meta.url);
const SEED = 7;

function assess(object: KubernetesObject, mode: HealthMode): string {
  const { status, reason } = assessHealth(object, { mode, now: NOW });
  return reason === '' ? status : `${status} ${reason}`;
}

describe('assessHealth in mode kstatus', () => {
  it('answers as kstatus does, word for word', () => {
    const answers = readFileSync(new URL('answers.jsonl', FIXTURES), 'utf8').trimEnd().split('\n').map(parseJson);
    let seen = 0;
    for (const object of drawCases(answers.length, SEED)) {
      const { status, reason, message } = assessHealth(object, { mode: 'kstatus', now: NOW });
      const ours = status === 'Unknown' ? { status, reason: '', message } : { status, reason, message };
      assert.deepEqual(ours, answers[seen++], stringifyJson(object));
    }
    assert.equal(seen, answers.length);
    assert.ok(seen >= 1_000);
  });

  it('says that there is no such object', () => {
    assert.equal(assessHealth(undefined, { mode: 'kstatus', now: NOW }).status, 'NotFound');
  });
});

const APIS: Readonly<Record<string, string>> = {
  APIService: 'apiregistration.k8s.io/v1',
  Deployment: 'apps/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  Ingress: 'networking.k8s.io/v1',
  Job: 'batch/v1',
  ReplicaSet: 'apps/v1',
  Thing: 'example.com/v1',
};

function toObject(kind: string, fields: JsonObject, metadata: JsonObject = {}): KubernetesObject {
  return { apiVersion: APIS[kind] ?? 'v1', kind, metadata: { name: 'x', ...metadata }, ...fields };
}

function withConditions(...conditions: readonly JsonObject[]): JsonObject {
  return { status: { conditions } };
}

const running = (waiting: string, field = 'containerStatuses'): JsonObject => ({
  status: { phase: 'Running', [field]: [{ name: 'c', state: { waiting: { reason: waiting } } }] },
});
const done: JsonObject = {
  status: { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [{ type: 'Available', status: 'True' }] },
};

describe('assessHealth where strict and kstatus differ', () => {
  const cases: readonly { name: string; object: KubernetesObject; kstatus: string; strict: string }[] = [
    {
      name: 'a running Job',
      object: toObject('Job', { status: { startTime: 'now', active: 1 } }),
      kstatus: 'Current',
      strict: 'InProgress JobRunning',
    },
    {
      name: 'a complete Job',
      object: toObject('Job', withConditions({ type: 'Complete', status: 'True' })),
      kstatus: 'Current',
      strict: 'Current',
    },
    {
      name: 'a suspended Job',
      object: toObject('Job', { spec: { suspend: true }, ...withConditions({ type: 'Suspended', status: 'True' }) }),
      kstatus: 'Current',
      strict: 'Current',
    },
    {
      name: 'a resumed Job',
      object: toObject('Job', { status: { startTime: 'now', conditions: [{ type: 'Suspended', status: 'False' }] } }),
      kstatus: 'Current',
      strict: 'InProgress JobRunning',
    },
    { name: 'a failed Pod', object: toObject('Pod', { status: { phase: 'Failed' } }), kstatus: 'Current', strict: 'Failed PodFailed' },
    {
      name: 'a Pod whose image cannot be pulled',
      object: toObject('Pod', running('ImagePullBackOff')),
      kstatus: 'InProgress PodRunningNotReady',
      strict: 'Failed ImagePullBackOff',
    },
    {
      name: 'a Pod whose init container fails',
      object: toObject('Pod', running('CrashLoopBackOff', 'initContainerStatuses')),
      kstatus: 'InProgress PodRunningNotReady',
      strict: 'Failed CrashLoopBackOff',
    },
    {
      name: 'a Pod without its ConfigMap',
      object: toObject('Pod', running('CreateContainerConfigError')),
      kstatus: 'InProgress PodRunningNotReady',
      strict: 'Failed CreateContainerConfigError',
    },
    {
      name: 'a paused Deployment',
      object: toObject('Deployment', { spec: { paused: true } }),
      kstatus: 'InProgress LessReplicas',
      strict: 'Current Suspended',
    },
    { name: 'a Deployment that is done', object: toObject('Deployment', done), kstatus: 'Current', strict: 'Current' },
    {
      name: 'a ReplicaSet that cannot make pods',
      object: toObject('ReplicaSet', withConditions({ type: 'ReplicaFailure', status: 'True' })),
      kstatus: 'InProgress ReplicaFailure',
      strict: 'Failed ReplicaFailure',
    },
    {
      name: 'a load balancer without an address',
      object: toObject('Service', { spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' } }),
      kstatus: 'Current',
      strict: 'InProgress NoIngressAssigned',
    },
    {
      name: 'a load balancer with one',
      object: toObject('Service', {
        spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
        status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      }),
      kstatus: 'Current',
      strict: 'Current',
    },
    {
      name: 'a custom resource that is not ready',
      object: toObject('Thing', withConditions({ type: 'Ready', status: 'False', reason: 'Waiting' })),
      kstatus: 'InProgress Waiting',
      strict: 'InProgress Waiting',
    },
    {
      name: 'a custom resource whose Ready speaks of an earlier generation',
      object: toObject('Thing', withConditions({ type: 'Ready', status: 'True', observedGeneration: 1 }), { generation: 2 }),
      kstatus: 'Current',
      strict: 'InProgress LatestGenerationNotObserved',
    },
    { name: 'an Ingress without an address', object: toObject('Ingress', {}), kstatus: 'Current', strict: 'Current' },
    {
      name: 'an autoscaler without metrics',
      object: toObject(
        'HorizontalPodAutoscaler',
        withConditions({ type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric' }),
      ),
      kstatus: 'Current',
      strict: 'Failed FailedGetResourceMetric',
    },
    {
      name: 'a pending claim',
      object: toObject('PersistentVolumeClaim', { status: { phase: 'Pending' } }),
      kstatus: 'InProgress NotBound',
      strict: 'InProgress NotBound',
    },
    {
      name: 'a lost claim',
      object: toObject('PersistentVolumeClaim', { status: { phase: 'Lost' } }),
      kstatus: 'InProgress NotBound',
      strict: 'Failed ClaimLost',
    },
    {
      name: 'an APIService without a backend',
      object: toObject('APIService', withConditions({ type: 'Available', status: 'False', reason: 'MissingEndpoints' })),
      kstatus: 'Current',
      strict: 'InProgress MissingEndpoints',
    },
    {
      name: 'a Deployment being deleted',
      object: toObject('Deployment', done, { deletionTimestamp: 'now' }),
      kstatus: 'Terminating',
      strict: 'Terminating',
    },
  ];
  for (const { name, object, kstatus, strict } of cases) {
    it(name, () => {
      assert.deepEqual({ kstatus: assess(object, 'kstatus'), strict: assess(object, 'strict') }, { kstatus, strict });
    });
  }

  it('awaits nothing of a claim that binds when a pod uses it', () => {
    const claim = (storageClassName: JsonValue): KubernetesObject =>
      toObject('PersistentVolumeClaim', { spec: { storageClassName }, status: { phase: 'Pending' } });
    const context = {
      mode: 'strict',
      now: NOW,
      waitsForConsumer: ({ storageClass }: { storageClass: string | undefined }) => storageClass === 'local',
    } as const;
    assert.deepEqual(
      ['local', 'cloud'].map((name) => assessHealth(claim(name), context).reason),
      ['WaitForFirstConsumer', 'NotBound'],
    );
  });
});
