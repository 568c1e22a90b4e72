import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatPorts, listConnectionChanges, nameOfEnd, networkEngine } from '../../../src/engine/network/index.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import { listConnections } from './list-connections.ts';
import { anyObjects, anyPolicySpec } from './random-world.ts';

const isPolicy = ({ kind }: KubernetesObject): boolean => kind === 'NetworkPolicy';

function listTold(before: World, after: World): readonly string[] {
  return listConnectionChanges(before, after).map(
    ({ from, to, before: was, after: is }) => `${nameOfEnd(from)} > ${nameOfEnd(to)}: ${formatPorts(was)} => ${formatPorts(is)}`,
  );
}

test('an edited policy is told alike of a world that is known and of one that is read anew', (t) => {
  let told = 0;
  fc.assert(
    fc.property(anyObjects, anyPolicySpec, fc.nat(), fc.boolean(), (objects, spec, place, isAsked) => {
      const policies = objects.filter(isPolicy);
      const chosen = policies[place % Math.max(1, policies.length)];
      if (chosen === undefined) return;
      const edited: KubernetesObject = { ...chosen, spec };
      const before = World.of(objects);
      if (isAsked) listConnections(before);
      const after = before.with([edited]);
      const changed = objects.map((object) => (object === chosen ? edited : object));
      const [fresh, other] = [World.of(structuredClone(objects)), World.of(structuredClone(changed))];
      const want = listTold(fresh, other);
      told += want.length;
      assert.deepEqual(listTold(before, after), want);
      assert.deepEqual(listTold(after, before), listTold(other, fresh));
      assert.deepEqual(networkEngine.compare(before, after), networkEngine.compare(fresh, other));
    }),
    { numRuns: 100 },
  );
  t.diagnostic(`${told} pairs differ`);
  assert.ok(told > 0, 'no edit changed anything');
});
