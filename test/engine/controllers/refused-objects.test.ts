import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listRefusedObjects, listRefusedPods } from '../../../src/engine/controllers/index.ts';
import { nameOf, refKeyOf, World, type KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { workload } from './workloads.ts';

const quota = (hard: JsonObject): KubernetesObject => ({ ...plain('ResourceQuota', 'most'), spec: { hard } });
const bounds = { ...plain('LimitRange', 'bounds'), spec: { limits: [{ type: 'Container', default: { cpu: '2' } }] } };
const pod = { ...plain('Pod', 'alone'), spec: { containers: [{ name: 'c', image: 'x:1' }] } };
const config = (name: string): KubernetesObject => plain('ConfigMap', name);
const web = (name: string, replicas: number): KubernetesObject => {
  const object = workload('Deployment', { replicas });
  return { ...object, metadata: { ...object.metadata, name } };
};

function plain(kind: string, name: string): KubernetesObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'shop' } };
}

interface Case {
  readonly name: string;
  readonly there: readonly KubernetesObject[];
  readonly sent: readonly (readonly KubernetesObject[])[];
  readonly leaving?: readonly KubernetesObject[];
  /** `name: why`, and `early` where it would be let in once what goes has gone. */
  readonly objects: readonly string[];
  readonly pods: readonly string[];
}

const exceeded = (what: string, asked: string, used: string, most: string): string =>
  `exceeded quota: most, requested: ${what}=${asked}, used: ${what}=${used}, limited: ${what}=${most}`;

const CASES: readonly Case[] = [
  { name: 'what there is room for', there: [quota({ configmaps: '2' })], sent: [[config('a'), config('b')]], objects: [], pods: [] },
  {
    name: 'by name within a wave',
    there: [quota({ configmaps: '1' })],
    sent: [[config('b'), config('a')]],
    objects: [`b: ${exceeded('configmaps', '1', '1', '1')}`],
    pods: [],
  },
  {
    name: 'wave by wave',
    there: [quota({ configmaps: '1' })],
    sent: [[config('b')], [config('a')]],
    objects: [`a: ${exceeded('configmaps', '1', '1', '1')}`],
    pods: [],
  },
  {
    name: 'a quota that is made rules what is sent after it, and counts what was sent before',
    there: [],
    sent: [[config('a'), quota({ configmaps: '1', pods: '2' })], [config('b')], [web('app', 3)]],
    objects: [`b: ${exceeded('configmaps', '1', '1', '1')}`],
    pods: ['1 of app'],
  },
  {
    name: 'a quota that is made counts for one that limits quotas',
    there: [quota({ resourcequotas: '1' })],
    sent: [[{ ...plain('ResourceQuota', 'more'), spec: { hard: { pods: '9' } } }]],
    objects: [`more: ${exceeded('resourcequotas', '1', '1', '1')}`],
    pods: [],
  },
  {
    name: 'what is refused takes nothing',
    there: [quota({ configmaps: '2' }), config('old')],
    sent: [[config('a'), config('b'), config('c')]],
    objects: [`b: ${exceeded('configmaps', '1', '2', '2')}`, `c: ${exceeded('configmaps', '1', '2', '2')}`],
    pods: [],
  },
  {
    name: 'what is deleted at the end counts until then',
    there: [quota({ configmaps: '1' })],
    sent: [[config('new')]],
    leaving: [config('old')],
    objects: [`new: ${exceeded('configmaps', '1', '1', '1')} early`],
    pods: [],
  },
  {
    name: 'pods of a wave before the objects of the next',
    there: [quota({ pods: '2' })],
    sent: [[web('zeta', 2)], [pod]],
    objects: [`alone: ${exceeded('pods', '1', '2', '2')}`],
    pods: [],
  },
  {
    name: 'objects of a wave before its pods',
    there: [quota({ pods: '2' })],
    sent: [[web('app', 2), pod]],
    objects: [],
    pods: [`1 of app`],
  },
  {
    name: 'workloads of an earlier wave first',
    there: [quota({ pods: '2' })],
    sent: [[web('b', 2)], [web('a', 1)]],
    objects: [],
    pods: ['1 of a'],
  },
  {
    name: 'a pod with what a LimitRange gives it',
    there: [quota({ 'limits.cpu': '1' }), bounds],
    sent: [[pod]],
    objects: [`alone: ${exceeded('limits.cpu', '2', '0', '1')}`],
    pods: [],
  },
  {
    name: 'a workload that is refused makes no pods',
    there: [quota({ 'count/deployments.apps': '0', pods: '0' })],
    sent: [[web('app', 2)]],
    objects: [`app: ${exceeded('count/deployments.apps', '1', '0', '0')}`],
    pods: [],
  },
];

for (const { name, there, sent, leaving = [], objects, pods } of CASES) {
  test(`objects that quotas refuse: ${name}`, () => {
    const waves = new Map(sent.flatMap((wave, index) => wave.map((object) => [refKeyOf(object), index] as const)));
    const world = World.of([...there, ...sent.flat()]).inOrder({ waves, created: new Set(waves.keys()), leaving });
    assert.deepEqual(
      listRefusedObjects(world).map(({ object, why, isEarly }) => `${nameOf(object)}: ${why}${isEarly ? ' early' : ''}`),
      objects,
    );
    assert.deepEqual(
      listRefusedPods(world).map(({ workload: owner, count }) => `${count} of ${nameOf(owner)}`),
      pods,
    );
  });
}

test('a world without an order has nothing that is sent', () => {
  assert.deepEqual(listRefusedObjects(World.of([quota({ configmaps: '0' }), config('a')])), []);
});
