import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { World, type KubernetesObject } from '../../../../src/model/index.ts';
import { shuffle } from '../../../../src/std/index.ts';
import { buildGraph } from '../../../../src/engine/rbac/escalation/build.ts';
import { CLUSTER_PRIMITIVES } from './cluster-primitives.ts';
import { DEPUTY_PRIMITIVES } from './deputy-primitives.ts';
import { FOOTHOLD_PRIMITIVES } from './foothold-primitives.ts';
import { IDENTITY_PRIMITIVES } from './identity-primitives.ts';
import { POD_PRIMITIVES } from './pod-primitives.ts';
import { HOME, object, toGrants, type Primitive } from './primitive.ts';
import { ROLE_PRIMITIVES } from './role-primitives.ts';

const PRIMITIVES = [
  ...CLUSTER_PRIMITIVES,
  ...DEPUTY_PRIMITIVES,
  ...FOOTHOLD_PRIMITIVES,
  ...IDENTITY_PRIMITIVES,
  ...POD_PRIMITIVES,
  ...ROLE_PRIMITIVES,
];
const ACTOR = 'thief';

function worldOf(primitive: Primitive, isTwin: boolean): readonly KubernetesObject[] {
  const { home = HOME, twin } = primitive;
  const world = (isTwin ? (twin.world ?? primitive.world) : primitive.world)?.(ACTOR) ?? [];
  const grants = toGrants(ACTOR, { ...(isTwin ? twin : primitive), home });
  return [object('v1', 'ServiceAccount', 'strong'), object('v1', 'ServiceAccount', ACTOR, {}, home), ...world, ...grants];
}

/** The steps that the actor can come to take, as `step key`. */
function listSteps(home: string, objects: readonly KubernetesObject[]): readonly string[] {
  const { graph } = buildGraph(World.of(objects));
  const start = graph.find(`user system:serviceaccount:${home}:${ACTOR}`);
  const reached = new Set(start === undefined ? [] : [start]);
  const steps: string[] = [];
  for (const place of reached) {
    for (const index of graph.outgoing[place] ?? []) {
      const edge = graph.edges[index];
      if (edge === undefined) continue;
      steps.push(`${edge.step} ${graph.keys[edge.to] ?? ''}`);
      reached.add(edge.to);
    }
  }
  return steps;
}

describe('each primitive of escalation', () => {
  for (const primitive of PRIMITIVES) {
    const { name, home = HOME, step, to, twin } = primitive;
    const wanted = `${step} ${to(ACTOR)}`;
    test(name, () => {
      const objects = worldOf(primitive, false);
      const steps = listSteps(home, objects);
      assert.ok(steps.includes(wanted), `no ${wanted} in\n${steps.join('\n')}`);
      assert.deepEqual(listSteps(home, shuffle(objects, 7)), steps, 'the order of the objects shows');
    });
    test(`${name}; not so: ${twin.why}`, () => assert.ok(!listSteps(home, worldOf(primitive, true)).includes(wanted), wanted));
  }
});
