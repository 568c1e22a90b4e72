import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault, readEvents, type YamlEvent } from '../../../src/loader/yaml/events.ts';
import { findPlace } from '../../../src/loader/yaml/place.ts';

const COUNT = 3_000;

/** The events of a text, and how often they were read. */
function countReads(text: string): { readonly events: readonly YamlEvent[]; readonly reads: () => number } {
  const events = readEvents(text, 100);
  assert.ok(!isFault(events));
  let reads = 0;
  const counted = new Proxy(events, {
    get(target, name, receiver) {
      reads++;
      return Reflect.get(target, name, receiver);
    },
  });
  return { events: counted, reads: () => reads };
}

const cases = [
  { name: 'keys', toLine: (index: number) => `key${index}: v\n`, toStep: (index: number) => `key${index}` },
  { name: 'items', toLine: (index: number) => `- v${index}\n`, toStep: (index: number) => index },
];

for (const { name, toLine, toStep } of cases) {
  test(`places of ${COUNT} ${name} cost what reading them once does`, () => {
    const lines = Array.from({ length: COUNT }, (_, index) => toLine(index));
    const text = lines.join('');
    const { events, reads } = countReads(text);
    let offset = 0;
    for (const [index, line] of lines.entries()) {
      const start = offset + (name === 'items' ? 2 : 0);
      assert.deepEqual(findPlace(text, events, 0, [toStep(index)]), { start, end: offset + line.length - 1 });
      offset += line.length;
    }
    assert.ok(reads() < 40 * COUNT, `${reads()} reads of ${events.length} events`);
  });
}

test('of a key that stands twice the last is meant', () => {
  const text = 'a: 1\na: 2\n';
  const { events } = countReads(text);
  assert.deepEqual(findPlace(text, events, 0, ['a']), { start: 5, end: 9 });
});
