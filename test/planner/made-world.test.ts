import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World, type KubernetesObject } from '../../src/model/index.ts';
import { makeWorld, planWorlds } from '../../src/planner/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { manifest, object, toInput } from './scenario.ts';

const config = (name: string, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
});

const HOOK = (value: string): JsonObject => ({ annotations: { 'helm.sh/hook': value } });

const CASES: Readonly<Record<string, readonly JsonObject[]>> = {
  'objects with and without a namespace': [config('b'), config('a', { namespace: 'shop' }), config('a')],
  'of several with one identity the last': [
    { ...config('a'), data: { k: '1' } },
    { ...config('a', { namespace: 'default' }), data: { k: '2' } },
  ],
  'what is cluster-scoped, and names a namespace': [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', namespace: 'x' } }],
  'objects without a name': [{ ...config('a'), metadata: {} }, config('b')],
  'kinds that nobody knows': [{ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }],
  'values of Secrets': [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { password: 'hunter2' } }],
  'hooks that are applied, and that never are': [
    config('pre', HOOK('pre-install')),
    config('test', HOOK('test')),
    config('none', HOOK('odd')),
  ],
  'what takes the place of an object of the context': [{ ...config('known'), data: { k: 'ours' } }],
};

const context = World.of([
  object(config('known', { namespace: 'default' })),
  object({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }),
]);

for (const [name, objects] of Object.entries(CASES)) {
  test(`the world made of nothing is the one that a plan leads to: ${name}`, () => {
    const input = {
      ...toInput(
        [],
        objects.map((value) => manifest(value)),
      ),
      mode: 'revision' as const,
      context,
    };
    const { before, after } = planWorlds(input);
    const show = (world: World): readonly KubernetesObject[] => world.objects();
    assert.deepEqual(show(before), show(context));
    assert.deepEqual(show(makeWorld(input)), show(after));
  });
}
