import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lens, nameOnly, World, type KubernetesObject } from '../../src/model/index.ts';

const map = (name: string, data: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n' },
  data: { k: data },
});
const [a, b] = [map('a', '1'), map('b', '1')];
const node: KubernetesObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'a' } };
const WORLD = World.of([a, b]);

const CASES: readonly { readonly name: string; readonly other: World; readonly isAlike: boolean }[] = [
  { name: 'the same world', other: WORLD, isAlike: true },
  { name: 'the same objects', other: World.of([a, b]), isAlike: true },
  { name: 'a change that is not seen', other: WORLD.with([map('a', '2')]), isAlike: true },
  { name: 'one more object', other: WORLD.with([map('c', '1')]), isAlike: false },
  { name: 'one object less', other: World.of([a]), isAlike: false },
  { name: 'another object in place of one', other: World.of([a, map('c', '1')]), isAlike: false },
  { name: 'a kind more', other: WORLD.with([node]), isAlike: false },
  { name: 'no objects', other: World.EMPTY, isAlike: false },
];

for (const { name, other, isAlike } of CASES)
  test(`worlds look alike, or not, whichever is asked first: ${name}`, () => {
    const lens = new Lens(nameOnly);
    assert.equal(lens.isAlike(WORLD, other), isAlike);
    assert.equal(lens.isAlike(other, WORLD), isAlike);
    assert.equal(lens.show(WORLD) === lens.show(other), isAlike);
  });
