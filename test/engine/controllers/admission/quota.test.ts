import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findQuotaRefusal, quotaStateOf, formatAmount, type Countable } from '../../../../src/engine/controllers/index.ts';
import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';

const quota = (hard: JsonObject, more: JsonObject = {}, name = 'q'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name, namespace: 'shop' },
  spec: { hard, ...more },
});
const object = (kind: string, more: JsonObject): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x', namespace: 'shop' },
  ...more,
});
const pod = (spec: JsonObject = {}, status: JsonObject = {}): Countable => ({
  resource: 'pods',
  object: object('Pod', { spec: { containers: [{ name: 'c' }], ...spec }, status }),
});
const asking = (requests: JsonObject, limits: JsonObject = {}, more: JsonObject = {}): Countable =>
  pod({ containers: [{ name: 'c', resources: { requests, limits } }], ...more });
const claim = (storage: string, storageClassName: string): Countable => ({
  resource: 'persistentvolumeclaims',
  object: object('PersistentVolumeClaim', { spec: { storageClassName, resources: { requests: { storage } } } }),
});
const service = (spec: JsonObject): Countable => ({ resource: 'services', object: object('Service', { spec }) });

const CASES: readonly {
  name: string;
  quota: KubernetesObject;
  there?: readonly Countable[];
  incoming: Countable;
  want: string | undefined;
}[] = [
  { name: 'room for one more', quota: quota({ pods: '2' }), there: [pod()], incoming: pod(), want: undefined },
  {
    name: 'one pod too many',
    quota: quota({ pods: '2' }),
    there: [pod(), pod()],
    incoming: pod(),
    want: 'exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
  },
  {
    name: 'finished pods are free',
    quota: quota({ pods: '1' }),
    there: [pod({}, { phase: 'Succeeded' })],
    incoming: pod(),
    want: undefined,
  },
  {
    name: 'but not where pods are counted as objects',
    quota: quota({ 'count/pods': '1' }),
    there: [pod({}, { phase: 'Failed' })],
    incoming: pod(),
    want: 'exceeded quota: q, requested: count/pods=1, used: count/pods=1, limited: count/pods=1',
  },
  {
    name: 'two names of one resource, told as they were written',
    quota: quota({ 'requests.memory': '1Gi', 'limits.memory': '4G', pods: '9' }),
    there: [asking({ memory: '768Mi' }, { memory: '3G' })],
    incoming: asking({ memory: '512Mi' }, { memory: '2G' }),
    want: 'exceeded quota: q, requested: limits.memory=2G,requests.memory=512Mi, used: limits.memory=3G,requests.memory=768Mi, limited: limits.memory=4G,requests.memory=1Gi',
  },
  {
    name: 'what is limited must be named',
    quota: quota({ 'limits.cpu': '4', 'requests.memory': '1Gi' }),
    incoming: pod({ initContainers: [{ name: 'a', resources: { limits: { cpu: '1' } } }] }),
    want: 'failed quota: q: must specify limits.cpu for: c; requests.memory for: a,c',
  },
  {
    name: 'unless the pod names it for all',
    quota: quota({ 'requests.cpu': '4' }),
    incoming: pod({ resources: { requests: { cpu: '1' } } }),
    want: undefined,
  },
  {
    name: 'ephemeral storage need not be named',
    quota: quota({ 'requests.ephemeral-storage': '1Gi' }),
    incoming: pod(),
    want: undefined,
  },
  {
    name: 'extended resources and huge pages',
    quota: quota({ 'requests.example.com/gpu': '1', 'hugepages-2Mi': '4Mi' }),
    incoming: asking({ 'example.com/gpu': '2', 'hugepages-2Mi': '8Mi' }),
    want: 'exceeded quota: q, requested: hugepages-2Mi=8Mi,requests.example.com/gpu=2, used: hugepages-2Mi=0,requests.example.com/gpu=0, limited: hugepages-2Mi=4Mi,requests.example.com/gpu=1',
  },
  {
    name: 'overhead and sidecars count, init containers at their time',
    quota: quota({ cpu: '1' }),
    incoming: asking(
      { cpu: '500m' },
      {},
      {
        overhead: { cpu: '100m' },
        initContainers: [
          { name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '200m' } } },
          { name: 'i', resources: { requests: { cpu: '900m' } } },
        ],
      },
    ),
    want: 'exceeded quota: q, requested: cpu=1200m, used: cpu=0, limited: cpu=1',
  },
  {
    name: 'best effort only: another pod',
    quota: quota({ pods: '0' }, { scopes: ['BestEffort'] }),
    incoming: asking({ cpu: '1' }),
    want: undefined,
  },
  {
    name: 'best effort only: such a pod',
    quota: quota({ pods: '0' }, { scopes: ['BestEffort'] }),
    incoming: pod(),
    want: 'exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0',
  },
  { name: 'pods with an end', quota: quota({ pods: '0' }, { scopes: ['Terminating'] }), incoming: pod(), want: undefined },
  {
    name: 'pods without an end that ask for something',
    quota: quota({ pods: '0' }, { scopes: ['NotTerminating', 'NotBestEffort'] }),
    incoming: asking({ cpu: '1' }),
    want: 'exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0',
  },
  {
    name: 'pods of a class',
    quota: quota(
      { pods: '0' },
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
    ),
    incoming: pod({ priorityClassName: 'high' }),
    want: 'exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0',
  },
  {
    name: 'pods of another class',
    quota: quota(
      { pods: '0' },
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] } },
    ),
    incoming: pod({ priorityClassName: 'low' }),
    want: undefined,
  },
  {
    name: 'claims of a storage class',
    quota: quota({ 'fast.storageclass.storage.k8s.io/requests.storage': '10Gi', persistentvolumeclaims: '5' }),
    there: [claim('8Gi', 'fast')],
    incoming: claim('4Gi', 'fast'),
    want: 'exceeded quota: q, requested: fast.storageclass.storage.k8s.io/requests.storage=4Gi, used: fast.storageclass.storage.k8s.io/requests.storage=8Gi, limited: fast.storageclass.storage.k8s.io/requests.storage=10Gi',
  },
  {
    name: 'claims of another storage class',
    quota: quota({ 'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '0' }),
    incoming: claim('4Gi', 'slow'),
    want: undefined,
  },
  {
    name: 'node ports of balancers count too',
    quota: quota({ 'services.nodeports': '1', 'services.loadbalancers': '1' }),
    incoming: service({ type: 'LoadBalancer', ports: [{ port: 80 }, { port: 443 }] }),
    want: 'exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited: services.nodeports=1',
  },
  {
    name: 'unless the balancer needs none',
    quota: quota({ 'services.nodeports': '0' }),
    incoming: service({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ port: 80 }] }),
    want: undefined,
  },
  {
    name: 'any kind by its count',
    quota: quota({ 'count/deployments.apps': '0' }),
    incoming: { resource: 'deployments.apps', object: object('Deployment', {}) },
    want: 'exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
  },
];

for (const { name, quota: of, there = [], incoming, want } of CASES) {
  test(`quota: ${name}`, () => assert.equal(findQuotaRefusal([quotaStateOf(of, there)], incoming)?.why, want));
}

test('of several quotas the first by name that is exceeded is told', () => {
  const states = [quota({ pods: '0' }, {}, 'b'), quota({ pods: '5' }, {}, 'a'), quota({ pods: '0' }, {}, 'c')].map((item) =>
    quotaStateOf(item, []),
  );
  assert.equal(findQuotaRefusal(states, pod())?.quota.metadata['name'], 'b');
});

test('what is used is told for every name that is limited', () => {
  const { used } = quotaStateOf(quota({ pods: '9', cpu: '4', secrets: '1' }), [asking({ cpu: '500m' }), asking({ cpu: '700m' })]);
  assert.deepEqual(
    [...used].map(([name, amount]) => [name, formatAmount(amount)]),
    [
      ['pods', '2'],
      ['cpu', '1200m'],
      ['secrets', '0'],
    ],
  );
});
