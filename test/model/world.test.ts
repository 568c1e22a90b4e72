import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, readLabelSelector, World, type KubernetesObject } from '../../src/model/index.ts';

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
