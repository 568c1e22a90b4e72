import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SourceChanges, type SourceRange } from '../../src/model/index.ts';

const lines = (text: string): readonly string[] => text.split('|');

function changesOf(before: string, after: string): SourceChanges {
  return new SourceChanges([{ before: { path: 'a', lines: lines(before) }, after: { path: 'a', lines: lines(after) } }]);
}

/** `2:1-3:4` as a place of file `a`, the end exclusive. */
function toRange(text: string): SourceRange {
  const [line = 0, column = 0, endLine = 0, endColumn = 0] = text.split(/[:-]/).map(Number);
  return { file: 'a', line, column, endLine, endColumn };
}

function toText({ line, column, endLine, endColumn }: SourceRange): string {
  return `${line}:${column}-${endLine}:${endColumn}`;
}

interface Case {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly range: string;
  readonly want: readonly string[];
}

const NARROWED: readonly Case[] = [
  { name: 'nothing where it is as it was', before: 'a|b|c', after: 'a|b|x', range: '1:1-2:2', want: [] },
  {
    name: 'the word that differs',
    before: 'm: {cpu: "2", gpu: 1}',
    after: 'm: {cpu: "3", gpu: 1}',
    range: '1:5-1:13',
    want: ['1:10-1:13'],
  },
  { name: 'a quoted text as a whole', before: 's: "0 3 * * *"', after: 's: "0 5 * * *"', range: '1:1-1:15', want: ['1:4-1:15'] },
  { name: 'the place where the line differs elsewhere', before: 'a: 1 # x', after: 'a: 1 # y', range: '1:1-1:5', want: ['1:1-1:5'] },
  { name: 'a line of a long text', before: 't: ||  a|  b|  c', after: 't: ||  a|  x|  c', range: '1:1-5:4', want: ['4:3-4:4'] },
  { name: 'every stretch', before: 't:|  a|  b|  c', after: 't:|  x|  b|  z', range: '1:1-4:4', want: ['2:3-2:4', '4:3-4:4'] },
  { name: 'what is new within', before: 't:|  a', after: 't:|  a|  b|  c', range: '1:1-4:4', want: ['3:3-4:4'] },
  { name: 'all of what is new', before: 'a', after: 'a|  b|  c', range: '2:3-3:4', want: ['2:3-3:4'] },
  {
    name: 'the line that lines within are gone behind',
    before: 't:|  a|  b|  c',
    after: 't:|  a|  c',
    range: '1:1-3:4',
    want: ['2:3-2:4'],
  },
  { name: 'nothing where lines are gone behind it', before: 'a|b|c', after: 'a|c', range: '1:1-1:2', want: [] },
];

const FOLLOWED: readonly Case[] = [
  { name: 'nothing where it is as it was', before: 'a|b|c', after: 'a|b|x', range: '1:1-2:2', want: [] },
  { name: 'the line that took its place', before: 'a|n: b|c', after: 'a|n: x|c', range: '2:1-2:5', want: ['2:4-2:5'] },
  { name: 'the lines that took its place', before: 'a|b|c', after: 'a|x|y|z|c', range: '2:1-2:2', want: ['2:1-4:2'] },
  { name: 'the line that it stood behind', before: 'a|b|c|d', after: 'a|d', range: '3:1-3:2', want: ['1:1-1:2'] },
  { name: 'the first line where it stood at the top', before: 'a|b|c', after: 'c', range: '1:1-1:2', want: ['1:1-1:2'] },
  { name: 'nothing in an emptied file', before: 'a', after: '', range: '1:1-1:2', want: ['1:1-1:1'] },
];

describe('the changed lines of a place', () => {
  for (const { name, before, after, range, want } of NARROWED)
    it(name, () => assert.deepEqual(changesOf(before, after).narrow(toRange(range)).map(toText), want));
});

describe('what stands where a place was', () => {
  for (const { name, before, after, range, want } of FOLLOWED)
    it(name, () => assert.deepEqual(changesOf(before, after).follow(toRange(range)).map(toText), want));
});

describe('files that come, go and are renamed', () => {
  const [old, now] = [
    { path: 'old', lines: ['a', 'b'] },
    { path: 'a', lines: ['a', 'x'] },
  ];

  it('all of a new file is new, and has no changed lines to be listed', () => {
    const changes = new SourceChanges([{ before: undefined, after: now }]);
    assert.deepEqual([changes.narrow(toRange('1:1-2:2')).map(toText), changes.linesOf('a')], [['1:1-2:2'], []]);
  });

  it('nothing stands where a file is gone', () => {
    const changes = new SourceChanges([{ before: old, after: undefined }]);
    assert.deepEqual(changes.follow({ ...toRange('1:1-1:2'), file: 'old' }), []);
  });

  it('a renamed file is compared with what it was', () => {
    const changes = new SourceChanges([{ before: old, after: now }]);
    assert.deepEqual(changes.narrow(toRange('1:1-1:2')), []);
    assert.deepEqual(changes.follow({ ...toRange('2:1-2:2'), file: 'old' }), [toRange('2:1-2:2')]);
    assert.deepEqual(changes.linesOf('a'), [2]);
  });
});
