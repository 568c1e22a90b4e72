import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, refOf, type KubernetesObject, type Plan } from '../../src/model/index.ts';
import type { PlanInput } from '../../src/planner/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { manifest, object, plan, stored, summary } from './scenario.ts';

const KEEP = { 'kapply.kplan.dev/prune': 'disabled' };
const FAULT = { file: 'broken.yaml', reachesFurther: false };

function config(name: string, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop', ...metadata }, data: {} };
}

const space: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const secret: JsonObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's1' }, type: 'Opaque' };
const definition: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boxes.example.com' },
  spec: { group: 'example.com', scope: 'Namespaced', names: { kind: 'Box', plural: 'boxes' }, versions: [] },
};
const box = { apiVersion: 'example.com/v1', kind: 'Box', metadata: { name: 'b', namespace: 'shop', annotations: KEEP } };

const codesOf = ({ findings }: Plan): readonly string[] => findings.map(({ code }) => code);
const five = ['a', 'b', 'c', 'd', 'e'].map((name) => stored(config(name)));
const SECRET_REF = { group: '', version: 'v1', kind: 'Secret', name: 's1' };

interface Case {
  readonly name: string;
  readonly before: readonly KubernetesObject[];
  readonly desired?: readonly JsonObject[];
  readonly options?: Partial<PlanInput>;
  readonly want: readonly string[];
  readonly codes: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'an object that is known by name only stays, in the default namespace too',
    before: [stored(secret), stored(config('a')), stored(config('b'))],
    desired: [config('a')],
    options: { encrypted: [SECRET_REF] },
    want: ['delete ConfigMap b'],
    codes: [],
  },
  {
    name: 'of a cluster nothing goes while a file is not understood',
    before: [stored(config('a')), stored(config('b')), stored(space)],
    desired: [config('a')],
    options: { incomplete: [FAULT] },
    want: [],
    codes: ['KP0113'],
  },
  {
    name: 'that is not said where nothing would go',
    before: [stored(config('a'))],
    desired: [config('a')],
    options: { incomplete: [FAULT] },
    want: [],
    codes: [],
  },
  {
    name: 'a namespace stays with what is kept in it',
    before: [stored(space), stored(config('a', { annotations: KEEP })), stored(config('b')), stored(config('c'))],
    desired: [config('c')],
    want: ['delete ConfigMap b'],
    codes: ['KP0106', 'KP0106'],
  },
  {
    name: 'a namespace stays with what has moved to another unit, and with what is known by name only',
    before: [stored(space), stored(config('a')), stored(config('c'))],
    desired: [config('c')],
    options: { encrypted: [{ ...SECRET_REF, kind: 'ConfigMap', name: 'a', namespace: 'shop' }] },
    want: [],
    codes: ['KP0106'],
  },
  {
    name: 'a definition stays with a resource that is kept, and its namespace',
    before: [stored(space), stored(definition), object({ ...box, metadata: { ...box.metadata, uid: 'b' } }), stored(config('c'))],
    desired: [config('c')],
    want: [],
    codes: ['KP0106', 'KP0106', 'KP0106'],
  },
  {
    name: 'an owner stays with what it owns',
    before: [
      stored(config('owner')),
      stored(
        config('a', { annotations: KEEP, ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'uid-owner' }] }),
      ),
      stored(config('c')),
    ],
    desired: [config('c')],
    want: [],
    codes: ['KP0106', 'KP0106'],
  },
  {
    name: 'an object that is kept hides no mass deletion',
    before: [...five, stored(config('f', { annotations: KEEP }))],
    want: ['delete ConfigMap a', 'delete ConfigMap b', 'delete ConfigMap c', 'delete ConfigMap d', 'delete ConfigMap e'],
    codes: ['KP0104', 'KP0106'],
  },
  {
    name: 'nor does one that is known by name only',
    before: [...five, stored(secret)],
    options: { encrypted: [SECRET_REF] },
    want: ['delete ConfigMap a', 'delete ConfigMap b', 'delete ConfigMap c', 'delete ConfigMap d', 'delete ConfigMap e'],
    codes: ['KP0104'],
  },
  {
    name: 'nor one that has moved to another unit',
    before: [stored(config('a')), stored(config('b'))],
    options: { ownedByOthers: new Map([[keyOf(config('b')), 'other']]) },
    want: ['delete ConfigMap a'],
    codes: ['KP0104', 'KP0107'],
  },
  {
    name: 'nor one that has moved within the repository',
    before: [stored(config('a')), stored(config('b'))],
    options: { moved: new Map([[keyOf(config('b')), 'apps/b.yaml:1']]) },
    want: ['delete ConfigMap a'],
    codes: ['KP0104', 'KP0117'],
  },
];

function keyOf(value: JsonObject): PlanInput['owned'] extends ReadonlySet<infer Key> ? Key : never {
  const [key] = World.of([object(value)])
    .kind('', 'ConfigMap')
    .byKey.keys();
  if (key === undefined) throw new Error('no key');
  return key;
}

for (const { name, before, desired = [], options = {}, want, codes } of CASES) {
  test(name, () => {
    const result = plan(
      before,
      desired.map((item) => manifest(item)),
      options,
    );
    assert.deepEqual(summary(result), want);
    assert.deepEqual(codesOf(result).toSorted(), codes);
  });
}

const REVISION = [
  {
    name: 'what stood in a file that is not understood now stays',
    incomplete: [{ file: 'x.yaml', reachesFurther: false }],
    want: ['delete ConfigMap b'],
  },
  { name: 'all stays if any file may be meant', incomplete: [{ file: 'c/Chart.yaml', reachesFurther: true }], want: [] },
  { name: 'what stood in other files goes', incomplete: [FAULT], want: ['delete ConfigMap a', 'delete ConfigMap b'] },
];

for (const { name, incomplete, want } of REVISION) {
  test(`between revisions ${name}`, () => {
    const last = [manifest(config('a'), 'x.yaml'), manifest(config('b'), 'y.yaml')];
    const before = last.map((item) => item.object);
    const result = plan([...before, object(config('c'))], [manifest(config('c'))], { mode: 'revision', lastManifests: last, incomplete });
    assert.deepEqual(summary(result), want);
    assert.equal(codesOf(result).includes('KP0113'), false);
  });
}

test('many files are named in short, and the first is the place', () => {
  const incomplete = ['1', '2', '3', '4', '5', '6', '7'].map((file) => ({ file, reachesFurther: false }));
  const [finding] = plan([stored(config('a'))], [], { incomplete }).findings;
  assert.deepEqual([finding?.code, finding?.source?.file, finding?.data], ['KP0113', '1', { count: 1, files: '1, 2, 3, 4, 5 and 2 more' }]);
});

test('which objects are kept does not depend on the order of the input', () => {
  const before = [stored(space), stored(config('a', { annotations: KEEP })), stored(config('b', { annotations: KEEP }))];
  assert.equal(JSON.stringify(plan(before, [])), JSON.stringify(plan(before.toReversed(), [])));
  const holder = plan(before, []).findings.find(({ ref }) => ref?.kind === 'Namespace');
  assert.deepEqual(holder?.ref, refOf(object(space)));
});
