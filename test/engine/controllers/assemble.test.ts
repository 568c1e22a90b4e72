import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { createAssembler } from '../../../src/engine/controllers/assemble.ts';

const toObject = ([kind, name, value]: readonly [string, number, number]): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: `it-${name}`, namespace: 'test' },
  data: { value },
});

const objects = fc
  .array(fc.tuple(fc.constantFrom('Pod', 'Secret'), fc.nat(12), fc.nat(3)), { maxLength: 6 })
  .map((list) => list.map(toObject));

test('what batches are added to is the world that it would be without the worlds before it', () => {
  fc.assert(
    fc.property(
      fc.array(objects, { minLength: 6, maxLength: 6 }),
      fc.array(fc.array(fc.nat(5), { maxLength: 5 }), { maxLength: 6 }),
      (pool, steps) => {
        const assemble = createAssembler();
        const bases = [World.EMPTY, World.of([toObject(['Pod', 20, 0]), toObject(['ConfigMap', 1, 0])]), World.of(pool[0] ?? [])];
        for (const step of steps) {
          const [which = 0, ...chosen] = step;
          const base = bases[which % bases.length] ?? World.EMPTY;
          const batches = [...new Set(chosen)].map((index) => pool[index] ?? []);
          assert.deepEqual(assemble(base, batches).objects(), base.with(batches.flat()).objects());
        }
      },
    ),
    { numRuns: 300 },
  );
});
