import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSchedulerConfiguration, schedule } from '../../../../src/engine/scheduler/index.ts';
import { simulate } from '../../../../src/engine/scheduler/schedule.ts';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { node, placementOf, pod, scoresOf, verdictsOf } from '../cluster-fixture.ts';

const GPU = 'gpu.example.com';
const NODES = [node('a'), node('b')];

function object(kind: string, name: string, spec: JsonObject, more: JsonObject = {}): KubernetesObject {
  const isWide = kind === 'DeviceClass' || kind === 'ResourceSlice';
  return { apiVersion: 'resource.k8s.io/v1', kind, metadata: { name, ...(isWide ? {} : { namespace: 'test' }) }, spec, ...more };
}

const cel = (expression: string): JsonObject => ({ cel: { expression } });
const CLASS = object('DeviceClass', 'gpu', { selectors: [cel(`device.driver == "${GPU}"`)] });

const device = (name: string, model: string, more: JsonObject = {}): JsonObject => ({
  name,
  attributes: { model: { string: model } },
  capacity: { memory: { value: model === 'large' ? '80Gi' : '16Gi' } },
  ...more,
});
const slice = (on: string, ...devices: JsonObject[]): KubernetesObject =>
  object('ResourceSlice', `gpu-${on}`, {
    driver: GPU,
    nodeName: on,
    pool: { name: on, generation: 1, resourceSliceCount: 1 },
    devices,
  });
const claim = (request: JsonObject, more: JsonObject = {}, status: JsonObject = {}): KubernetesObject =>
  object('ResourceClaim', 'c', { devices: { requests: [{ name: 'r', ...request }], ...more } }, { status });
const exactly = (more: JsonObject = {}): JsonObject => ({ exactly: { deviceClassName: 'gpu', ...more } });
const wanting = (name: string, ...claims: string[]): KubernetesObject =>
  pod(name, { spec: { resourceClaims: claims.map((resourceClaimName) => ({ name: resourceClaimName, resourceClaimName })) } });
const P = wanting('p', 'c');

const CANNOT = 'DynamicResources!: cannot allocate all claims';
const both = (verdict: string): Record<string, string> => ({ a: verdict, b: verdict });
const SICK = { taints: [{ key: 'sick', effect: 'NoSchedule' }] };

const CASES: readonly { readonly name: string; readonly objects: readonly KubernetesObject[]; readonly want: Record<string, string> }[] = [
  { name: 'a claim that is not there', objects: [P], want: both('DynamicResources!: could not find ResourceClaim "test/c"') },
  {
    name: 'a class that is not there',
    objects: [claim(exactly()), P],
    want: both('DynamicResources!: request r: device class gpu does not exist'),
  },
  {
    name: 'where there is a device',
    objects: [CLASS, slice('a', device('d', 'small')), claim(exactly()), P],
    want: { a: 'ok', b: CANNOT },
  },
  {
    name: 'a device of another driver',
    objects: [
      object('DeviceClass', 'gpu', { selectors: [cel('device.driver == "other"')] }),
      slice('a', device('d', 'small')),
      claim(exactly()),
      P,
    ],
    want: both(CANNOT),
  },
  {
    name: 'by attribute and capacity',
    objects: [
      CLASS,
      slice('a', device('d', 'small')),
      slice('b', device('d', 'large')),
      claim(
        exactly({
          selectors: [
            cel(`device.attributes["${GPU}"].model != "tiny" && device.capacity["${GPU}"].memory.isGreaterThan(quantity("20Gi"))`),
          ],
        }),
      ),
      P,
    ],
    want: { a: CANNOT, b: 'ok' },
  },
  {
    name: 'two devices',
    objects: [
      CLASS,
      slice('a', device('d', 'small')),
      slice('b', device('d', 'small'), device('e', 'small')),
      claim(exactly({ count: 2 })),
      P,
    ],
    want: { a: CANNOT, b: 'ok' },
  },
  {
    name: 'all devices, at least one',
    objects: [CLASS, slice('a', device('d', 'small')), claim(exactly({ allocationMode: 'All' })), P],
    want: { a: 'ok', b: CANNOT },
  },
  {
    name: 'two devices of one model',
    objects: [
      CLASS,
      slice('a', device('d', 'small'), device('e', 'large')),
      slice('b', device('d', 'small'), device('e', 'large'), device('f', 'small')),
      claim(exactly({ count: 2 }), { constraints: [{ matchAttribute: `${GPU}/model` }] }),
      P,
    ],
    want: { a: CANNOT, b: 'ok' },
  },
  {
    name: "a device that is somebody's",
    objects: [
      CLASS,
      slice('a', device('d', 'small')),
      slice('b', device('d', 'small')),
      {
        ...claim(exactly()),
        metadata: { name: 'other', namespace: 'test' },
        status: { allocation: { devices: { results: [{ request: 'r', driver: GPU, pool: 'a', device: 'd' }] } } },
      },
      claim(exactly()),
      P,
    ],
    want: { a: CANNOT, b: 'ok' },
  },
  {
    name: 'a tainted device',
    objects: [CLASS, slice('a', device('d', 'small', SICK)), slice('b', device('d', 'small')), claim(exactly()), P],
    want: { a: CANNOT, b: 'ok' },
  },
  {
    name: 'a tainted device that is tolerated',
    objects: [CLASS, slice('a', device('d', 'small', SICK)), claim(exactly({ tolerations: [{ key: 'sick', operator: 'Exists' }] })), P],
    want: { a: 'ok', b: CANNOT },
  },
  {
    name: 'what is allocated on a node',
    objects: [
      claim(
        exactly(),
        {},
        {
          allocation: { nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }] } },
        },
      ),
      P,
    ],
    want: { a: 'DynamicResources!: resourceclaim not available on the node', b: 'ok' },
  },
];

for (const { name, objects, want } of CASES) {
  test(`DynamicResources: ${name}`, () => {
    assert.deepEqual(verdictsOf([...NODES, ...objects]), want);
  });
}

test('a device goes to one pod', () => {
  const other = { ...claim(exactly()), metadata: { name: 'd', namespace: 'test' } };
  const world = [...NODES, CLASS, slice('a', device('d', 'small')), claim(exactly()), other, P, wanting('q', 'd')];
  assert.equal(placementOf(world, 'test/p').node, 'a');
  assert.equal(
    placementOf(world, 'test/q').message,
    '0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
  );
});

test('two pods share what a claim has got', () => {
  const world = World.of([...NODES, CLASS, slice('b', device('d', 'small')), claim(exactly()), P, wanting('q', 'c')]);
  const nodesOf = (settlesClaims: boolean): readonly (string | null)[] =>
    schedule(world, { settlesClaims }).placements.map((placement) => placement.node);
  assert.deepEqual(nodesOf(true), ['b', 'b']);
  assert.deepEqual(nodesOf(false), ['b', null]);
});

test('the better way is preferred', () => {
  const ranked = {
    firstAvailable: ['large', 'small'].map((model) => ({
      name: model,
      deviceClassName: 'gpu',
      selectors: [cel(`device.attributes["${GPU}"].model == "${model}"`)],
    })),
  };
  const objects = [...NODES, CLASS, slice('a', device('d', 'small')), slice('b', device('d', 'large')), claim(ranked), P];
  assert.deepEqual(scoresOf(objects, 'DynamicResources'), { a: 174, b: 200 });
  assert.deepEqual(scoresOf(objects, 'DynamicResources', '1.34'), { a: undefined, b: undefined });
});

test('a selector that fails is an error, not a refusal', () => {
  const failing = claim(exactly({ selectors: [cel(`device.attributes["${GPU}"].none == "x"`)] }));
  assert.equal(
    placementOf([...NODES, CLASS, slice('a', device('d', 'small')), failing, P]).message,
    'running "DynamicResources" filter plugin: claim test/c: selector #0: CEL runtime error: no such key: none',
  );
});

const UNKNOWN: readonly { readonly name: string; readonly objects: readonly KubernetesObject[] }[] = [
  { name: 'no devices are known', objects: [CLASS, claim(exactly())] },
  { name: 'devices are shared', objects: [CLASS, slice('a', device('d', 'small', { allowMultipleAllocations: true })), claim(exactly())] },
  {
    name: 'capacity is asked for',
    objects: [CLASS, slice('a', device('d', 'small')), claim(exactly({ capacity: { requests: { memory: '1Gi' } } }))],
  },
];

for (const { name, objects } of UNKNOWN) {
  test(`it is not known where a pod goes: ${name}`, () => {
    const { held, result } = simulate(World.of([...NODES, ...objects, P]), { settlesClaims: true });
    assert.deepEqual(result.placements, []);
    assert.deepEqual(
      held.map(({ pod: { key }, why }) => [key, why.kind]),
      [['test/p', 'unknown']],
    );
  });
}

test('devices that share counters leave room for each other, or not', () => {
  const takes = (cores: string): JsonObject => ({ consumesCounters: [{ counterSet: 's', counters: { cores: { value: cores } } }] });
  const pool = { driver: GPU, nodeName: 'a', pool: { name: 'a', generation: 1, resourceSliceCount: 2 } };
  const slices = (cores: string): readonly KubernetesObject[] => [
    object('ResourceSlice', 'counters', { ...pool, sharedCounters: [{ name: 's', counters: { cores: { value: cores } } }] }),
    object('ResourceSlice', 'devices', { ...pool, devices: [device('half', 'small', takes('2')), device('whole', 'large', takes('4'))] }),
  ];
  const two = claim(exactly({ count: 2 }));
  assert.deepEqual(verdictsOf([...NODES, CLASS, ...slices('4'), two, P]), both(CANNOT));
  assert.deepEqual(verdictsOf([...NODES, CLASS, ...slices('6'), two, P]), { a: 'ok', b: CANNOT });
});

test('a claim is made of its template', () => {
  const template = object('ResourceClaimTemplate', 't', { spec: { devices: { requests: [{ name: 'r', ...exactly() }] } } });
  const made = pod('p', { spec: { resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 't' }] } });
  const world = World.of([...NODES, CLASS, slice('b', device('d', 'small')), template, made]);
  assert.equal(schedule(world, { settlesClaims: true }).placements[0]?.node, 'b');
  assert.equal(
    schedule(world).placements[0]?.message,
    '0/2 nodes are available: pod "test/p": ResourceClaim not created yet. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
  );
});

const BACKED = object('DeviceClass', 'gpu', { selectors: [cel(`device.driver == "${GPU}"`)], extendedResourceName: 'example.com/gpu' });
const asking = (name: string, more: JsonObject = {}): KubernetesObject => pod(name, { requests: { 'example.com/gpu': '2', ...more } });
const PAIR = slice('a', device('d', 'small'), device('e', 'small'));

test('an extended resource is devices of the class that says so, where the node has none of it itself', () => {
  const own = [node('a'), node('b', { allocatable: { 'example.com/gpu': '1' } }), node('c', { allocatable: { 'example.com/gpu': '2' } })];
  assert.deepEqual(verdictsOf([...own, BACKED, PAIR, asking('p')]), {
    a: 'ok',
    b: 'NodeResourcesFit!: Insufficient example.com/gpu',
    c: 'ok',
  });
  assert.deepEqual(verdictsOf([...NODES, CLASS, PAIR, pod('p', { requests: { 'deviceclass.resource.kubernetes.io/gpu': '1' } })]), {
    a: 'ok',
    b: CANNOT,
  });
});

test('before 1.36 an extended resource is what nodes say they have', () => {
  assert.equal(
    placementOf([...NODES, BACKED, PAIR, asking('p')], 'test/p', '1.35').message.split('. ')[0],
    '0/2 nodes are available: 2 Insufficient example.com/gpu',
  );
});

test('two pods do not get the same devices as their extended resources', () => {
  const world = World.of([...NODES, BACKED, PAIR, asking('p'), asking('q')]);
  assert.deepEqual(
    schedule(world, { settlesClaims: true }).placements.map(({ node: place }) => place),
    ['a', null],
  );
});

test('an extended resource beside it that a node has in no way is told of', () => {
  const settings = { kind: 'KubeSchedulerConfiguration', apiVersion: 'kubescheduler.config.k8s.io/v1' };
  const args = { ignoredResources: ['example.com/other'] };
  const { profiles } = readSchedulerConfiguration({ ...settings, profiles: [{ pluginConfig: [{ name: 'NodeResourcesFit', args }] }] });
  const world = World.of([...NODES, BACKED, PAIR, asking('p', { 'example.com/other': '1' })]);
  const [placement] = schedule(world, { profiles, explain: 'test/p' }).placements;
  assert.deepEqual(
    placement?.nodes?.map(({ reasons }) => [...reasons]),
    [['cannot fit resource'], ['cannot fit resource']],
  );
});
