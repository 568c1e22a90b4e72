import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, describeRemedy, World, type FactChange, type KubernetesObject } from '../../../src/model/index.ts';
import { boundReplicas, expandWorld } from '../../../src/engine/controllers/index.ts';
import { createSchedulerEngine, readSchedulerConfiguration } from '../../../src/engine/scheduler/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { node, pod } from './cluster-fixture.ts';

const ENGINE = createSchedulerEngine({ expand: expandWorld, listOverlarge: (world) => boundReplicas(world).overlarge });
const NODES = [node('n1'), node('n2'), node('n3')];

const VIP: KubernetesObject = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'vip' }, value: 100 };

function deployment(name: string, replicas: number, memory: string, spec: JsonObject = {}): KubernetesObject {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { memory } } }], ...spec },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: { replicas, selector: { matchLabels: { app: name } }, template },
  };
}

function daemonSet(spec: JsonObject): KubernetesObject {
  const template = { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c' }], ...spec } };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template },
  };
}

function cronJob(cpu: string, spec: JsonObject = {}, suspend = false): KubernetesObject {
  const pods = { restartPolicy: 'Never', containers: [{ name: 'c', resources: { requests: { cpu } } }], ...spec };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly', namespace: 'shop' },
    spec: { schedule: '@daily', suspend, jobTemplate: { spec: { template: { metadata: { labels: { app: 'n' } }, spec: pods } } } },
  };
}

function compare(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly FactChange[] {
  return ENGINE.compare(World.of([...NODES, VIP, ...before]), World.of([...NODES, VIP, ...after]));
}

/** The same with the profiles of a scheduler's configuration. */
function compareWith(configuration: JsonObject, after: readonly KubernetesObject[]): readonly FactChange[] {
  const kind = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
  const { profiles } = readSchedulerConfiguration({ ...kind, ...configuration });
  const engine = createSchedulerEngine({ expand: expandWorld, listOverlarge: () => [] }, { profiles });
  return engine.compare(World.of(NODES), World.of([...NODES, ...after]));
}

function brief(changes: readonly FactChange[]): readonly unknown[] {
  return changes.map(({ change, fact }) => [change, fact.code, fact.subject?.name, fact.data['count']]);
}

const CASES: readonly {
  name: string;
  before: readonly KubernetesObject[];
  after: readonly KubernetesObject[];
  want: readonly unknown[];
}[] = [
  {
    name: 'more replicas than the nodes could ever hold',
    before: [deployment('web', 1, '1Gi')],
    after: [deployment('web', 1e9, '1Gi')],
    want: [
      ['gained', 'KS0001', 'web', 1e9 - 24],
      ['gained', 'KS0007', undefined, undefined],
    ],
  },
  { name: 'what fits has no effect', before: [], after: [deployment('web', 3, '6Gi')], want: [] },
  {
    name: 'a request that grew',
    before: [deployment('web', 3, '6Gi')],
    after: [deployment('web', 3, '9Gi')],
    want: [['gained', 'KS0001', 'web', 3]],
  },
  {
    name: 'replicas that grew',
    before: [deployment('web', 3, '6Gi')],
    after: [deployment('web', 5, '6Gi')],
    want: [['gained', 'KS0001', 'web', 2]],
  },
  { name: 'the same trouble before and after', before: [deployment('web', 5, '6Gi')], after: [deployment('web', 5, '6Gi')], want: [] },
  {
    name: 'less trouble than before',
    before: [deployment('web', 5, '6Gi')],
    after: [deployment('web', 4, '6Gi')],
    want: [['lost', 'KS0001', 'web', 1]],
  },
  {
    name: 'another workload takes the room',
    before: [deployment('web', 3, '6Gi')],
    after: [deployment('app', 1, '6Gi'), deployment('web', 3, '6Gi')],
    want: [['gained', 'KS0001', 'web', 1]],
  },
  { name: 'a workload that is gone', before: [deployment('web', 5, '6Gi')], after: [], want: [] },
  {
    name: 'a node selector that matches nothing',
    before: [deployment('web', 1, '1Gi')],
    after: [deployment('web', 1, '1Gi', { nodeSelector: { disk: 'ssd' } })],
    want: [['gained', 'KS0001', 'web', 1]],
  },
  {
    name: 'a DaemonSet that leaves a node',
    before: [daemonSet({})],
    after: [daemonSet({ nodeSelector: { 'kubernetes.io/hostname': 'n1' } })],
    want: [['gained', 'KS0002', 'agent', 2]],
  },
  {
    name: 'pods evicted for a higher priority',
    before: [deployment('web', 3, '6Gi')],
    after: [deployment('web', 3, '6Gi'), deployment('vip', 1, '6Gi', { priorityClassName: 'vip' })],
    want: [['gained', 'KS0001', 'web', 1]],
  },
];

for (const { name, before, after, want } of CASES) {
  test(`effects: ${name}`, () => {
    assert.deepEqual(brief(compare(before, after)), want);
  });
}

test('a world without nodes has no effects', () => {
  assert.deepEqual(ENGINE.compare(World.of([deployment('web', 1, '1Gi')]), World.of([deployment('web', 1, '9Gi')])), []);
});

test('the fact names the field, the message and what would do', () => {
  const [change] = compare([deployment('web', 3, '2Gi')], [deployment('web', 6, '5Gi')]);
  assert.ok(change);
  const { fact } = change;
  assert.equal(fact.objects[0]?.path, '/spec/template/spec/containers/0/resources/requests/memory');
  assert.equal(
    describe(fact),
    '3 of 6 pods of Deployment shop/web find no node: 0/3 nodes are available: 3 Insufficient memory. no new claims to deallocate, ' +
      'preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
  );
  assert.equal(describeRemedy(fact), '3 more nodes like n1, or a request of 4Gi memory would do.');
});

test('pods that the scheduler does not look at are named', () => {
  const cases: readonly { name: string; spec: JsonObject; replicas?: number; want: readonly unknown[] }[] = [
    {
      name: 'a node that is not there',
      spec: { nodeName: 'nope' },
      want: ['error', 'the pod of Deployment shop/web names the node nope, which does not exist', 'nodeName'],
    },
    { name: 'a node that is there', spec: { nodeName: 'n1' }, want: [] },
    {
      name: 'gates',
      spec: { schedulingGates: [{ name: 'a/b' }] },
      replicas: 2,
      want: ['warning', '2 of 2 pods of Deployment shop/web wait until somebody removes the scheduling gates (a/b)', 'schedulingGates'],
    },
    {
      name: 'another scheduler',
      spec: { schedulerName: 'mine' },
      want: [
        'info',
        'the pod of Deployment shop/web is left to the scheduler mine, and where that puts pods is not known',
        'schedulerName',
      ],
    },
  ];
  for (const { name, spec, replicas = 1, want } of cases) {
    const object = deployment('web', replicas, '1Gi', spec);
    const told = compare([], [object]).flatMap(({ fact }) => [fact.severity, describe(fact), fact.objects[0]?.path?.split('/').at(-1)]);
    assert.deepEqual(told, want, name);
    assert.deepEqual(compare([object], [object]), [], name);
  }
  const live = pod('old', { on: 'n4', metadata: { uid: 'u' } });
  const owner = deployment('web', 1, '1Gi');
  assert.deepEqual(compare([live, owner], [live, owner]), [], 'a pod whose node went is made again elsewhere');
});

test('a CronJob of which no pod could ever run is named before its time comes', () => {
  const far = {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'x' } } },
        ],
      },
    },
  };
  const full = ['n1', 'n2', 'n3'].map((on) => pod(`full-${on}`, { on, requests: { cpu: '4' }, metadata: { uid: on } }));
  const cases = [
    { name: 'too large', before: [], after: [cronJob('30')], want: [['gained', 'KS0005', 'nightly', undefined]] },
    { name: 'it was before', before: [cronJob('30')], after: [cronJob('31')], want: [] },
    { name: 'it grew', before: [cronJob('1')], after: [cronJob('30')], want: [['gained', 'KS0005', 'nightly', undefined]] },
    { name: 'suspended', before: [], after: [cronJob('30', {}, true)], want: [] },
    { name: 'fits, were the others not there', before: full, after: [...full, cronJob('3')], want: [] },
    { name: 'fits beside others that may come', before: [], after: [cronJob('1', far)], want: [] },
    {
      name: 'no such label',
      before: [],
      after: [cronJob('1', { nodeSelector: { a: 'b' } })],
      want: [['gained', 'KS0005', 'nightly', undefined]],
    },
  ];
  for (const { name, before, after, want } of cases) assert.deepEqual(brief(compare(before, after)), want, name);
  const [change] = compare([], [cronJob('30')]);
  assert.ok(change);
  assert.match(
    describe(change.fact),
    /^a pod of CronJob shop\/nightly fits on no node, not even on an empty one: 0\/3 nodes are available: 3 Insufficient cpu\.$/,
  );
  assert.equal(change.fact.objects[0]?.path, '/spec/jobTemplate/spec/template/spec/containers/0/resources/requests/cpu');
});

test('a CronJob is judged by the profile of the scheduler that its pods name, and not at all by another', () => {
  const second = (cpu: string): KubernetesObject => cronJob(cpu, { schedulerName: 'second' });
  const lenient = { plugins: { multiPoint: { disabled: [{ name: 'NodeResourcesFit' }] } } };
  const strict = { profiles: [{ schedulerName: 'second' }] };
  const loose = { profiles: [{ schedulerName: 'second', ...lenient }] };
  const codes = (configuration: JsonObject, cpu: string): readonly string[] =>
    compareWith(configuration, [second(cpu)]).map(({ fact }) => fact.code);
  assert.deepEqual([codes(strict, '30'), codes(strict, '1'), codes(loose, '30')], [['KS0005'], [], []]);
  assert.deepEqual(compareWith(strict, [cronJob('30')]), []);
  assert.deepEqual(compare([], [second('30')]), []);
});

test('of a CronJob whose devices nobody knows nothing is said', () => {
  const claim = { resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'gpu' }] };
  const template = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaimTemplate',
    metadata: { name: 'gpu', namespace: 'shop' },
    spec: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } } },
  };
  assert.deepEqual(compare([template], [template, cronJob('1', claim)]), []);
});

test('one pod is told as one', () => {
  const [one] = compare([deployment('web', 1, '6Gi')], [deployment('web', 1, '9Gi')]);
  assert.match(one === undefined ? '' : describe(one.fact), /^the pod of Deployment shop\/web finds no node: /);
  const [less] = compare([deployment('web', 5, '6Gi')], [deployment('web', 4, '6Gi')]);
  assert.equal(less === undefined ? '' : describe({ ...less.fact, change: 'lost' }), 'Deployment shop/web has 1 pod fewer without a node');
});

test('a DaemonSet is told what helps on the nodes that its pods are held to', () => {
  const taint = { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] };
  const world = (small: KubernetesObject, requests: JsonObject, spec: JsonObject = {}): World =>
    World.of([
      node('t1', { spec: taint }),
      node('t2', { spec: { unschedulable: true } }),
      small,
      daemonSet({ containers: [{ name: 'c', resources: { requests } }], ...spec }),
    ]);
  const small = node('t3', { allocatable: { cpu: '1', memory: '1Gi', pods: '2' } });
  const cases = [
    { name: 'a smaller request', requests: { cpu: '1500m' }, want: 'A request of 1 cpu would do.' },
    { name: 'two resources', requests: { cpu: '1500m', memory: '2Gi' }, want: 'More room on t3 would do.' },
    { name: 'no room at all', full: { cpu: '0', pods: '2' }, requests: { cpu: '1' }, want: 'More room on t3 would do.' },
    { name: 'a port', requests: {}, ports: [{ containerPort: 1, hostPort: 1 }], want: 'Change what the scheduler names.' },
  ];
  for (const { name, requests, want, full, ports } of cases) {
    const at = full === undefined ? small : node('t3', { allocatable: full });
    const taken = pod('other', { on: 't3', spec: { containers: [{ name: 'c', ports: [{ containerPort: 1, hostPort: 1 }] }] } });
    const after = ports === undefined ? world(at, requests) : world(at, {}, { containers: [{ name: 'c', ports }] }).with([taken]);
    const changes = ENGINE.compare(World.of([node('t1'), at]), after);
    assert.deepEqual(
      changes.map(({ fact }) => describeRemedy(fact)),
      [want],
      name,
    );
  }
});

test('a workload that did not change names those that did', () => {
  const [change] = compare([deployment('web', 3, '6Gi')], [deployment('app', 1, '6Gi'), deployment('web', 3, '6Gi')]);
  assert.ok(change?.fact.objects.some(({ ref }) => ref.name === 'app'));
});

const pool = (name: string, size: string): KubernetesObject => node(name, { labels: { pool: size } });
const POOLS = [pool('a1', 'small'), pool('a2', 'small'), pool('b1', 'large'), pool('b2', 'large')];
const inPool = (size: string, more: JsonObject = {}): KubernetesObject =>
  deployment('web', 2, '1Gi', { nodeSelector: { pool: size }, ...more });

const MOVES: readonly { name: string; before: KubernetesObject; after: KubernetesObject; want: readonly string[] }[] = [
  {
    name: 'to another pool',
    before: inPool('small'),
    after: inPool('large'),
    want: ['2 of 2 pods of Deployment shop/web move from a1, a2 to b1, b2'],
  },
  { name: 'within a pool', before: inPool('small'), after: inPool('small', { topologySpreadConstraints: [] }), want: [] },
  {
    name: 'more of them in the same pool',
    before: inPool('small'),
    after: deployment('web', 4, '1Gi', { nodeSelector: { pool: 'small' } }),
    want: [],
  },
];

for (const { name, before, after, want } of MOVES) {
  test(`pods that move: ${name}`, () => {
    const changes = ENGINE.compare(World.of([...POOLS, before]), World.of([...POOLS, after]));
    assert.deepEqual(
      changes.map(({ fact }) => describe(fact)),
      want,
    );
    for (const { fact } of changes) assert.deepEqual(fact.objects[0]?.path, '/spec/template/spec/nodeSelector');
  });
}

test('little room left is told once it is little, and once it is not', () => {
  const [few, many] = [deployment('web', 3, '2Gi'), deployment('web', 11, '2Gi')];
  const grown = compare([few], [many]);
  assert.deepEqual(brief(grown), [['gained', 'KS0007', undefined, undefined]]);
  assert.equal(
    grown.map(({ fact }) => describe(fact)).join(),
    '92% of the memory of all nodes is asked for, 2.0Gi is left; before it was 25%',
  );
  assert.deepEqual(
    grown[0]?.fact.objects.map(({ ref }) => ref.name),
    ['web'],
  );
  assert.deepEqual(brief(compare([many], [few])), [['lost', 'KS0007', undefined, undefined]]);
  assert.deepEqual(compare([many], [many]), []);
});

test('live pods that the change evicts are named with who takes their place', () => {
  const live = pod('old', { on: 'n1', requests: { memory: '6Gi' }, namespace: 'shop', metadata: { uid: 'u' } });
  const vip = deployment('vip', 3, '6Gi', { priorityClassName: 'vip' });
  const changes = compare([live], [live, vip]);
  assert.deepEqual(brief(changes), [['gained', 'KS0003', 'old', 1]]);
  assert.deepEqual(changes[0]?.fact.data['by'], ['Deployment shop/vip']);
  assert.equal(changes.map(({ fact }) => describe(fact)).join(), 'Pod shop/old is evicted to make room for Deployment shop/vip');
});
