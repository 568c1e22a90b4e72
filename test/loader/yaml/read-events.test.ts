import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDocuments } from '../../../src/loader/index.ts';
import { isFault } from '../../../src/loader/yaml/events.ts';
import { readEvents } from '../../../src/loader/yaml/read-events.ts';
import { stringifyJsonInOrder } from '../../../src/std/index.ts';

const BREAKS = ['\n', '\n\n', ' # it\'s {"[\n', '\r\n', '\n\t', ' \n  ', '\n    '];
const SCALARS = ['a', 'b c', "it's", '"d # e"', "'f'", '"g\\"h"', '1', 'http://x:80/y#z', '"{["', '""', '-1', 'i"j'];

/** A flow value whose separators are gaps, for each of which a space or a break can be put. */
const { value: FLOW } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...SCALARS),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[~${items.join('~,~')}~]`),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `{~${items.map((item, index) => `k${index}:~${item}`).join('~,~')}~}`),
  ),
}));

function fill(text: string, gaps: readonly string[]): string {
  let at = 0;
  return text.replaceAll('~', () => gaps[at++ % gaps.length] ?? ' ');
}

const valuesOf = (text: string): readonly string[] => {
  const { documents, findings } = parseDocuments(text, 'a.yaml');
  return [...documents.map(({ value }) => stringifyJsonInOrder(value)), ...findings.map(({ code }) => code)];
};

test('brackets say the same on one line and on several, wherever these begin', () => {
  const gaps = fc.array(fc.constantFrom(' ', ...BREAKS), { minLength: 1, maxLength: 7 });
  const property = fc.property(FLOW, gaps, (flow, between) => {
    const around = (value: string): string => `a: |\n  {\nb: ${value}\nc:\n- ${value}\n- d: "e"\n  f: ${value}\n`;
    assert.deepEqual(valuesOf(around(fill(flow, between))), valuesOf(around(fill(flow, [' ']))));
  });
  fc.assert(property, { numRuns: 300 });
});

test('brackets and marks of text are not those of YAML', () => {
  const texts = ['a: {\nb: c\n}\nd: e "f\n  "g\nh: i"\n', 'a: {\nb: [\n', "a: 'b\n", 'a: "b\n---c\n', 'a: {\n... \nb}\n'];
  for (const text of texts) {
    const events = readEvents(text, 100);
    assert.ok(isFault(events), text);
  }
});
