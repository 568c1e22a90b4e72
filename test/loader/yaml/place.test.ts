import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Path } from '../../../src/std/index.ts';
import { isFault, type YamlEvent } from '../../../src/loader/yaml/events.ts';
import { readEvents } from '../../../src/loader/yaml/read-events.ts';
import { findPlace, pathTo } from '../../../src/loader/yaml/place.ts';
import { parseFile } from '../../../src/loader/yaml/parse-file.ts';
import { TextSource } from '../../../src/loader/yaml/text-source.ts';
import { findWaivers } from '../../../src/loader/yaml/waivers.ts';
import { DEFAULT_LIMITS } from '../../../src/loader/index.ts';

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

const REPEATED: readonly { readonly name: string; readonly text: string; readonly line: number; readonly want: Path }[] = [
  { name: 'one key repeated', text: '  k: v\n', line: 7, want: ['data', 'k'] },
  { name: 'items with a repeated key each', text: '- {a: 1, a: 2}\n', line: 15, want: ['data', -1, 'a'] },
];

for (const { name, text, line, want } of REPEATED) {
  test(`the paths to ${COUNT} places cost what reading the document once does: ${name}`, () => {
    const source = `data:\n${text.repeat(COUNT)}`;
    const { events, reads } = countReads(source);
    for (let index = 0; index < COUNT; index++) {
      const offset = 'data:\n'.length + index * line + text.lastIndexOf(name.startsWith('one') ? 'k' : 'a');
      assert.deepEqual(
        pathTo(source, events, 0, offset),
        want.map((step) => (step === -1 ? index : step)),
      );
    }
    assert.ok(reads() < 60 * COUNT, `${reads()} reads of ${events.length} events`);
  });
}

test(`${COUNT} waivers cost what reading their document once does`, () => {
  const comment = '# kplan: ignore KV0001 why\n';
  const text = `a: |\n  ${comment}${comment.repeat(COUNT)}${Array.from({ length: COUNT }, (_, index) => `${comment}k${index}: v\n`).join('')}`;
  const { events, reads } = countReads(text);
  const waivers = findWaivers(new TextSource('a.yaml', text), { start: 0, end: text.length }, () => events);
  assert.equal(waivers.length, 2 * COUNT);
  assert.deepEqual([waivers[0]?.line, waivers[COUNT]?.line, waivers[COUNT + 1]?.line], [COUNT + 4, COUNT + 4, COUNT + 6]);
  assert.ok(reads() < 40 * COUNT, `${reads()} reads of ${events.length} events`);
});

class CountedSource extends TextSource {
  reads = 0;

  override get text(): string {
    this.reads++;
    return super.text;
  }
}

test('a List is parsed once for the places of all its items', () => {
  const item = (name: number): string => `- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: m${name}\n`;
  const readsOf = (count: number): number => {
    const source = new CountedSource(
      'a.yaml',
      `apiVersion: v1\nkind: List\nitems:\n${Array.from({ length: count }, (_, n) => item(n)).join('')}`,
    );
    const { objects } = parseFile(source, DEFAULT_LIMITS);
    assert.deepEqual(
      objects.map(({ place }) => place.line),
      Array.from({ length: count }, (_, n) => 4 + 4 * n),
    );
    return source.reads;
  };
  assert.equal(readsOf(1000), readsOf(2));
});
