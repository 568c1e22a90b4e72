import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import type { KubernetesObject } from '../../src/model/index.ts';
import type { JsonObject } from '../../src/std/index.ts';
import { readGadgetDefinition } from '../judges/objects.ts';
import { withCluster } from './embedded.ts';

const BY = { fieldManager: 'test', force: false };

function gadget(spec: JsonObject): KubernetesObject {
  return { apiVersion: 'judge.example/v1', kind: 'Gadget', metadata: { namespace: 'default', name: 'x' }, spec };
}

const CASES: readonly {
  readonly name: string;
  readonly first: JsonObject;
  readonly second: JsonObject;
  readonly want: string | undefined;
}[] = [
  {
    name: 'a map that is applied empty',
    first: { granular: { a: '1' } },
    second: { granular: {} },
    want: 'Gadget.judge.example "x" is invalid: spec.granular: Invalid value: "null": spec.granular in body must be of type object: "null"',
  },
  { name: 'a map that is no longer applied', first: { granular: { a: '1' }, size: 1 }, second: { size: 1 }, want: undefined },
  { name: 'a map with one key less', first: { granular: { a: '1', b: '2' } }, second: { granular: { a: '1' } }, want: undefined },
  { name: 'a map that is one value', first: { atomic: { a: '1' } }, second: { atomic: {} }, want: undefined },
];

describe('an apply that empties a map of a custom resource', () => {
  for (const { name, first, second, want } of CASES) {
    test(name, async () => {
      await withCluster(async (cluster) => {
        await cluster.create(readGadgetDefinition(), BY);
        const made = await cluster.apply(gadget(first), BY);
        assert.equal(made.kind, 'ok');
        const applied = await cluster.apply(gadget(second), BY);
        assert.equal(applied.kind === 'error' ? applied.message : undefined, want);
      });
    });
  }
});
