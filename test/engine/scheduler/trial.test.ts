import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf, World, type KubernetesObject } from '../../../src/model/index.ts';
import { EmptyNode, openTrial } from '../../../src/engine/scheduler/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { node, pod } from './cluster-fixture.ts';

const OWNED = { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', controller: true }] };
const web = (name: string, on?: string): KubernetesObject =>
  pod(name, {
    labels: { app: 'web' },
    requests: { memory: '3Gi' },
    metadata: { labels: { app: 'web' }, ...OWNED },
    ...(on === undefined ? {} : { on }),
  });
const spread: JsonObject = {
  containers: [{ name: 'c' }],
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } },
  ],
};
const names = (objects: readonly KubernetesObject[]): readonly string[] => objects.map(nameOf);
const placesOf = ({ placements }: { placements: readonly { pod: string; node: string | null }[] }): unknown =>
  placements.map(({ pod: key, node: name }) => [key, name]);

test('the pods of a lost node are placed elsewhere as long as there is room', () => {
  const trial = openTrial(World.of([node('a'), node('b'), web('x', 'a'), web('y', 'a'), web('z', 'b')]));
  const pods = trial.lose('a');
  assert.deepEqual(names(pods), ['x', 'y']);
  const { placements } = trial.place(pods);
  assert.deepEqual(placesOf({ placements }), [
    ['test/x', 'b'],
    ['test/y', null],
  ]);
  assert.match(placements[1]?.message ?? '', /^0\/1 nodes are available: 1 Insufficient memory\./);
});

test('what was tried is taken back', () => {
  const trial = openTrial(World.of([node('a'), node('b'), web('x', 'a'), web('y', 'a'), web('z', 'b')]));
  const start = trial.checkpoint();
  const first = placesOf(trial.place(trial.lose('a')));
  trial.rollback(start);
  assert.deepEqual([trial.nodes(), names(trial.podsOn('a')), names(trial.podsOn('b'))], [['a', 'b'], ['x', 'y'], ['z']]);
  assert.deepEqual(placesOf(trial.place(trial.lose('a'))), first);
});

test('a lost node is no domain to spread over', () => {
  const zone = (name: string): JsonObject => ({ labels: { zone: name } });
  const objects = [node('a', zone('1')), node('b', zone('2')), web('x', 'b'), pod('p', { labels: { app: 'web' }, spec: spread, on: 'b' })];
  const trial = openTrial(World.of(objects));
  const start = trial.checkpoint();
  const p = trial.podsOn('b').find((object) => nameOf(object) === 'p');
  assert.ok(p !== undefined);
  trial.lose('a');
  trial.evict('b', p);
  assert.deepEqual(placesOf(trial.place([p])), [['test/p', 'b']]);
  trial.rollback(start);
  trial.evict('b', p);
  assert.deepEqual(placesOf(trial.place([p])), [['test/p', 'a']]);
});

test('a cordoned node keeps its pods and takes none', () => {
  const trial = openTrial(World.of([node('a'), node('b'), web('x', 'a')]));
  const start = trial.checkpoint();
  trial.cordon('b');
  const pods = trial.podsOn('a');
  for (const object of pods) trial.evict('a', object);
  trial.cordon('a');
  const { placements } = trial.place(pods);
  assert.match(placements[0]?.message ?? '', /2 node\(s\) were unschedulable/);
  trial.rollback(start);
  assert.deepEqual(names(trial.podsOn('a')), ['x']);
});

test('pods without a node wait until they are placed', () => {
  const trial = openTrial(World.of([node('a'), web('x')]));
  const waiting = trial.waiting();
  assert.deepEqual([names(waiting), names(trial.podsOn('a'))], [['x'], []]);
  assert.deepEqual([placesOf(trial.place(waiting)), names(trial.podsOn('a'))], [[['test/x', 'a']], ['x']]);
});

const PORT: JsonObject = { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] };
for (const { name, pods, want } of [
  { name: 'room', pods: [web('x'), web('y'), web('z')], want: 2 },
  { name: 'host ports', pods: [pod('x', { spec: PORT }), pod('y', { spec: PORT })], want: 1 },
  { name: 'all of them', pods: [web('x'), web('y')], want: 2 },
]) {
  test(`an empty node takes pods one after the other: ${name}`, () => {
    const empty = new EmptyNode(World.of([node('b'), web('o', 'b')]), node('n'));
    assert.deepEqual([empty.fit(pods), empty.fit(pods)], [want, want]);
  });
}
