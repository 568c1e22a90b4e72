import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFieldSelector } from '../../src/model/field-selector.ts';

const cases = [
  { text: '', want: [] },
  {
    text: 'b==2,a!=1',
    want: [
      { field: 'a', isEqual: false, value: '1' },
      { field: 'b', isEqual: true, value: '2' },
    ],
  },
  { text: String.raw`a=x\,y\=z`, want: [{ field: 'a', isEqual: true, value: 'x,y=z' }] },
  { text: 'a', want: undefined },
  { text: 'a=b=c', want: undefined },
  { text: String.raw`a=\b`, want: undefined },
  { text: 'a=b\\', want: undefined },
];

for (const { text, want } of cases) test(`field selector ${JSON.stringify(text)}`, () => assert.deepEqual(parseFieldSelector(text), want));
