import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { GraphBuilder, type EscalationGraph } from '../../../../src/engine/rbac/escalation/graph.ts';
import { findOpenPath, findPath, findWays } from '../../../../src/engine/rbac/escalation/reach.ts';
import { lengthOf } from '../../../../src/engine/rbac/escalation/step.ts';

const PLACES = 8;

/** Steps from place to place; those of no length lead to higher numbers alone, for they never lead in a circle. */
const anySteps = fc.array(fc.tuple(fc.nat(PLACES - 1), fc.nat(PLACES - 1), fc.boolean()), { maxLength: 24 });

function build(steps: readonly (readonly [number, number, boolean])[]): EscalationGraph {
  const builder = new GraphBuilder();
  const numbers = Array.from({ length: PLACES }, (_, index) => builder.place({ kind: 'identity', key: `user ${index}` }));
  for (const [from, to, isFree] of steps)
    builder.connect(numbers[from] ?? 0, numbers[to] ?? 0, isFree && from < to ? 'includes' : 'impersonate');
  return builder.finish();
}

function lengthOfPath({ edges }: EscalationGraph, path: readonly number[] | undefined): number | undefined {
  return path?.reduce((sum, index) => sum + lengthOf(edges[index]?.step ?? 'admin'), 0);
}

test('the way over what is open is a way, as short as the one that is looked for in a graph of the open edges', () => {
  fc.assert(
    fc.property(anySteps, fc.nat(PLACES - 1), fc.nat(PLACES - 1), fc.func(fc.boolean()), (steps, from, goal, isOpen) => {
      fc.pre(from !== goal);
      const graph = build(steps);
      const open = (index: number): boolean => isOpen(index);
      const path = findOpenPath(graph, from, findWays(graph, [goal]), open);
      const alone = new Set([...graph.edges.keys()].filter(open));
      const rest = { ...graph, outgoing: graph.outgoing.map((list) => list.filter((index) => alone.has(index))) };
      const want = findPath(rest, from, (place) => place === goal);
      assert.equal(lengthOfPath(graph, path), lengthOfPath(graph, want));
      let at = from;
      for (const index of path ?? []) {
        assert.ok(alone.has(index));
        assert.equal(graph.edges[index]?.from, at);
        at = graph.edges[index]?.to ?? -1;
      }
      if (path !== undefined) assert.equal(at, goal);
    }),
    { numRuns: 500 },
  );
});
