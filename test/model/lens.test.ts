import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { Lens, nameOf, nameOnly, World, type KubernetesObject } from '../../src/model/index.ts';

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

test('a world that came of others by small steps is shown as if it were the first, and as the last where it looks like that', () => {
  const object = (name: number, seen: number, unseen: number): KubernetesObject => ({
    ...map(`c${name}`, String(seen)),
    unseen,
  });
  const view = ({ apiVersion, kind, metadata, data = null }: KubernetesObject): KubernetesObject => ({ apiVersion, kind, metadata, data });
  const groupOf = (one: KubernetesObject): string => nameOf(one).slice(-1);
  const digit = fc.integer({ min: 0, max: 2 });
  const item = fc.record({ name: fc.integer({ min: 0, max: 90 }), seen: digit, unseen: digit, isThere: fc.boolean() });
  const start = World.of([...Array(80).keys()].map((name) => object(name, 0, 0)));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.array(item, { maxLength: 9 }), fc.boolean()), { maxLength: 8 }), (steps) => {
      const lens = new Lens(view);
      let [world, shown, isLast] = [start, lens.show(start), true];
      for (const [items, goesOn] of steps) {
        const gone = items
          .filter(({ isThere }) => !isThere)
          .map(({ name }) => ({ group: '', kind: 'ConfigMap', namespace: 'n', name: `c${name}` }));
        const come = items.filter(({ isThere }) => isThere).map(({ name, seen, unseen }) => object(name, seen, unseen));
        const next = world.without(gone).with(come);
        const now = lens.show(next);
        const plain = World.of(next.objects().map(view));
        assert.deepEqual(now.objects(), plain.objects());
        const [kind, plainKind] = [now.kind('', 'ConfigMap'), plain.kind('', 'ConfigMap')];
        for (const key of '0123456789') assert.deepEqual(kind.inGroup(groupOf, key), plainKind.inGroup(groupOf, key));
        const looksAlike = isDeepStrictEqual(now.objects(), shown.objects());
        assert.ok(now === shown ? looksAlike : !looksAlike || !isLast);
        assert.equal(lens.isAlike(world, next), isDeepStrictEqual(plain.objects(), world.objects().map(view)));
        if (goesOn) [world, shown] = [next, now];
        else assert.equal(lens.show(world), shown);
        isLast = goesOn;
      }
    }),
    {
      examples: [
        [
          [
            [[{ name: 0, seen: 0, unseen: 0, isThere: false }], false],
            [[{ name: 0, seen: 1, unseen: 0, isThere: true }], false],
            [[], true],
            [[{ name: 0, seen: 0, unseen: 0, isThere: true }], false],
          ],
        ],
      ],
    },
  );
});
