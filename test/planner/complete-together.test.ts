import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOf, World, type Engine, type Fact, type KubernetesObject, type Plan } from '../../src/model/index.ts';
import { completeTogether, createPlan, draftPlan, type PlanInput } from '../../src/planner/index.ts';
import { getString, type JsonObject } from '../../src/std/index.ts';
import { manifest, stored, toInput } from './scenario.ts';

const config = (name: string, data: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
});

/** Of each object that names others in `with`, a fact where all of them are there. */
const ENGINE: Engine = {
  name: 'reference',
  compare: (before, after) => {
    const known = new Map(listFacts(before).map((fact) => [fact.key, fact]));
    return listFacts(after).flatMap((fact) => (known.has(fact.key) ? [] : [{ change: 'gained' as const, fact }]));
  },
};

function listFacts(world: World): readonly Fact[] {
  const all = world.byKind('', 'ConfigMap');
  return all.flatMap((object): readonly Fact[] => {
    const friends = friendsOf(object).map((name) => all.find(({ metadata }) => metadata['name'] === name));
    if (friends.length === 0 || friends.includes(undefined)) return [];
    const objects = [object, ...friends.filter((friend) => friend !== undefined)].map((each) => ({ ref: refOf(each) }));
    const key = objects.map(({ ref }) => ref.name).join(' ');
    return [{ engine: 'reference', code: 'KX0001', severity: 'warning', key, subject: refOf(object), data: { key }, objects }];
  });
}

function friendsOf(object: KubernetesObject): readonly string[] {
  const names = getString(object, 'data', 'with') ?? '';
  return names === '' ? [] : names.split(' ');
}

function input(unit: string, before: readonly KubernetesObject[], ...desired: readonly JsonObject[]): PlanInput {
  const manifests = desired.map((each) => manifest(each, `${unit}.yaml`));
  return { ...toInput(before, manifests), unit, owned: new Set() };
}

function told(plans: readonly Plan[]): readonly (readonly string[])[] {
  return plans.map(({ unit, effects }) => [
    unit,
    ...effects.map(({ data, causes }) => `${getString(data, 'key')}: ${causes.map(({ source }) => source?.file).join(', ')}`),
  ]);
}

test('an effect is of every unit that has a part in it, with its causes in all of them', () => {
  const before = [stored(config('old'))];
  const world = World.of(before);
  const inputs = [
    input('a', before, config('a1'), config('a2', { with: 'a1' })),
    input('b', before, config('b1', { with: 'a1' })),
    input('c', before, config('c1', { with: 'old' })),
    input('d', before, config('old')),
  ].map((each) => ({ ...each, before: world }));
  const plans = completeTogether(inputs.map(draftPlan), [ENGINE]);
  assert.deepEqual(told(plans), [
    ['a', 'a2 a1: a.yaml, a.yaml', 'b1 a1: b.yaml, a.yaml'],
    ['b', 'b1 a1: b.yaml, a.yaml'],
    ['c', 'c1 old: c.yaml'],
    ['d'],
  ]);
});

test('where one alone changes something, its plan is that which it has by itself', () => {
  const before = [stored(config('old'))];
  const world = World.of(before);
  const changing = { ...input('a', before, config('a1', { with: 'old' })), before: world };
  const quiet = { ...input('d', before, config('old')), before: world };
  const [first, second] = completeTogether([quiet, changing].map(draftPlan), [ENGINE]);
  assert.deepEqual(second, createPlan(changing, [ENGINE]));
  assert.deepEqual(first, createPlan(quiet, []));
});
