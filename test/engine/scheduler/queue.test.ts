import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { World } from '../../../src/model/index.ts';
import { PodClassTable, type PodInfo } from '../../../src/engine/scheduler/pod-class.ts';
import { compareQueued, sortQueue } from '../../../src/engine/scheduler/queue.ts';
import { pod } from './cluster-fixture.ts';

/** Pods in this order, read as those of one world. */
function read(pods: readonly { readonly name: string; readonly priority?: number; readonly created?: string }[]): PodInfo[] {
  const table = new PodClassTable(World.EMPTY);
  return pods.map(({ name, priority, created }) => {
    const object = pod(name, { spec: priority === undefined ? {} : { priority } });
    return table.toPodInfo(created === undefined ? object : { ...object, metadata: { ...object.metadata, creationTimestamp: created } });
  });
}

const TABLE = [
  { name: 'by number, not by text', pods: ['web-10', 'web-9', 'web-100'], want: ['web-9', 'web-10', 'web-100'] },
  { name: 'a name without a number comes before those with one', pods: ['web-0', 'web'], want: ['web', 'web-0'] },
  { name: 'more than nine digits are a part of the name', pods: ['web-1234567890', 'web-12'], want: ['web-12', 'web-1234567890'] },
  { name: 'a number alone is a name', pods: ['7', '12', '-3'], want: ['-3', '12', '7'] },
  {
    name: 'a stem may begin with another one',
    pods: ['web-1-2', 'web-2', 'web-1-1', 'web-1'],
    want: ['web-1', 'web-2', 'web-1-1', 'web-1-2'],
  },
];

for (const { name, pods, want } of TABLE) {
  test(`queue: ${name}`, () => {
    const sorted = sortQueue(read(pods.map((item) => ({ name: item }))));
    assert.deepEqual(
      sorted.map(({ key }) => key.slice(key.indexOf('/') + 1)),
      want,
    );
  });
}

test('the queue is in the order in which two of its pods are compared', () => {
  const item = fc.record(
    {
      name: fc
        .tuple(fc.constantFrom('a', 'a-1', 'b', 'a-'), fc.constantFrom('', '-0', '-2', '-10', '-12345678901'))
        .map((parts) => parts.join('')),
      priority: fc.constantFrom(0, 5),
      created: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
    },
    { requiredKeys: ['name'] },
  );
  fc.assert(
    fc.property(fc.array(item, { maxLength: 12 }), (items) => {
      const pods = read(items);
      assert.deepEqual(sortQueue(pods), pods.toSorted(compareQueued));
    }),
  );
});
