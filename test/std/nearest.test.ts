import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNearest } from '../../src/std/index.ts';

const cases: readonly { readonly word: string; readonly candidates: readonly string[]; readonly want: string | undefined }[] = [
  { word: 'contaners', candidates: ['containers', 'initContainers'], want: 'containers' },
  { word: 'Replicas', candidates: ['replicas', 'paused'], want: 'replicas' },
  { word: 'sepc', candidates: ['spec', 'step'], want: 'spec' },
  { word: 'zzz', candidates: ['spec', 'status'], want: undefined },
  { word: 'a', candidates: [], want: undefined },
];
for (const { word, candidates, want } of cases)
  test(`nearest to ${word} is ${want ?? 'nothing'}`, () => assert.equal(findNearest(word, candidates), want));
