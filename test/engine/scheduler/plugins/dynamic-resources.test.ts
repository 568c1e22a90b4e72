import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schedule } from '../../../../src/engine/scheduler/index.ts';
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
  {
    name: 'devices share counters',
    objects: [CLASS, slice('a', device('d', 'small', { consumesCounters: [{ counterSet: 's' }] })), claim(exactly())],
  },
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
