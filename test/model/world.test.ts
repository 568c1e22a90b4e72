import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { labelsOf, nameOf, readLabelSelector, refOf, World, type KubernetesObject } from '../../src/model/index.ts';

function pod(namespace: string, name: string, labels: Readonly<Record<string, string>> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels } };
}

const service: KubernetesObject = { apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'a', name: 's' } };

test('objects come ordered by kind, namespace and name, whatever the order they were given in', () => {
  const objects = [pod('b', 'x'), service, pod('a', 'y'), pod('a', 'x')];
  const names = (world: World): string[] => world.objects().map((object) => `${object.kind} ${nameOf(object)}`);
  assert.deepEqual(names(World.of(objects)), ['Pod x', 'Pod y', 'Pod x', 'Service s']);
  assert.deepEqual(names(World.of(objects.toReversed())), names(World.of(objects)));
});

test('a later object of the same identity wins, across versions', () => {
  const world = World.of([{ apiVersion: 'apps/v1beta1', kind: 'Deployment', metadata: { name: 'd', namespace: 'n' } }]).with([
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'n' } },
  ]);
  assert.equal(world.size, 1);
  assert.equal(world.get({ group: 'apps', kind: 'Deployment', namespace: 'n', name: 'd' })?.apiVersion, 'apps/v1');
});

test('a world does not change when another is made from it, and kinds without change are shared', () => {
  const before = World.of([pod('a', 'x'), service]);
  const after = before.without([{ group: '', kind: 'Pod', namespace: 'a', name: 'x' }]);
  assert.equal(before.size, 2);
  assert.equal(after.size, 1);
  assert.equal(after.kind('', 'Service'), before.kind('', 'Service'));
  assert.deepEqual(after.kinds(), [{ group: '', kind: 'Service' }]);
});

test('selectors select within a namespace', () => {
  const world = World.of([pod('a', 'x', { app: 'web' }), pod('a', 'y', { app: 'db' }), pod('b', 'z', { app: 'web' })]);
  const selector = readLabelSelector({ matchLabels: { app: 'web' } });
  assert.deepEqual(world.bySelector('', 'Pod', 'a', selector).map(nameOf), ['x']);
});

test('what is derived is derived once', () => {
  let runs = 0;
  const count = (world: World): number => {
    runs++;
    return world.size;
  };
  const world = World.of([service]);
  assert.equal(world.derive(count) + world.derive(count), 2);
  assert.equal(runs, 1);
});

const appOf = (object: KubernetesObject): string | undefined => labelsOf(object).get('app');

test('what is put in place of itself, or taken away where there is nothing, leaves the index of its kind', () => {
  const one = pod('a', 'x');
  const world = World.of([one, service]);
  const same = world.with([one]).without([{ group: '', kind: 'Pod', namespace: 'a', name: 'y' }]);
  assert.equal(same.kind('', 'Pod'), world.kind('', 'Pod'));
});

test('groups follow the objects from one world to the next', () => {
  const many = Array.from({ length: 64 }, (_, i) => pod('a', `p-${i}`, i % 3 === 0 ? {} : { app: `app-${i % 5}` }));
  const item = fc.record({ name: fc.integer({ min: 0, max: 90 }), app: fc.integer({ min: 0, max: 6 }), isThere: fc.boolean() });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.array(item, { maxLength: 9 }), fc.boolean()), { maxLength: 6 }), (steps) => {
      let world = World.of(many);
      for (const [items, isAsked] of steps) {
        if (isAsked) world.kind('', 'Pod').inGroup(appOf, 'app-1');
        const changed = items.map(({ name, app }) => pod('a', `p-${name}`, app > 4 ? {} : { app: `app-${app}` }));
        world = world.with(changed).without(changed.filter((_, i) => items[i]?.isThere === false).map(refOf));
      }
      const [index, fresh] = [world.kind('', 'Pod'), World.of(world.objects()).kind('', 'Pod')];
      assert.deepEqual([...index.groupKeys(appOf)].toSorted(), [...fresh.groupKeys(appOf)].toSorted());
      for (const key of fresh.groupKeys(appOf)) assert.deepEqual(index.inGroup(appOf, key), fresh.inGroup(appOf, key));
    }),
  );
});

test('a world made from others by small steps is in the same order as one made at once', () => {
  const many = Array.from({ length: 64 }, (_, i) => pod('b', `p-${i}`));
  const item = fc.record({
    namespace: fc.constantFrom('a', 'b', 'b-c', 'c'),
    name: fc.integer({ min: 0, max: 90 }),
    isThere: fc.boolean(),
  });
  const step = fc.array(item, { maxLength: 9 });
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.boolean()), { maxLength: 6 }), (steps) => {
      let world = World.of(many);
      for (const [items, isAsked] of steps) {
        if (isAsked) world.byKind('', 'Pod');
        const changed = items.map(({ namespace, name }) => pod(namespace, `p-${name}`, { of: String(steps.length) }));
        world = world.with(changed).without(changed.filter((_, i) => items[i]?.isThere === false).map(refOf));
      }
      const objects = world.byKind('', 'Pod');
      assert.deepEqual(objects, World.of([...world.kind('', 'Pod').byKey.values()]).byKind('', 'Pod'));
    }),
  );
});
