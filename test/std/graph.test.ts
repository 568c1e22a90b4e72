import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toLayers } from '../../src/std/index.ts';

test('layers put each node after all that it depends on', () => {
  assert.deepEqual(toLayers([[], [0], [0], [1, 2], []]), { kind: 'layers', layers: [[0, 4], [1, 2], [3]] });
});

test('a repeated dependency counts once', () => {
  assert.deepEqual(toLayers([[], [0, 0]]), { kind: 'layers', layers: [[0], [1]] });
});

test('a cycle is given as its nodes', () => {
  const layering = toLayers([[], [2], [3, 0], [1]]);
  assert.equal(layering.kind, 'cycle');
  assert.deepEqual(layering.kind === 'cycle' ? layering.nodes.toSorted((a, b) => a - b) : [], [1, 2, 3]);
});

test('no nodes have no layers', () => {
  assert.deepEqual(toLayers([]), { kind: 'layers', layers: [] });
});
