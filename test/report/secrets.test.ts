import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldChange, ObjectRef } from '../../src/model/index.ts';
import type { FormatName } from '../../src/report/index.ts';
import { FORMATS } from '../formats.ts';
import { planReport, step } from './report-fixture.ts';

const SECRET: ObjectRef = { group: '', version: 'v1', kind: 'Secret', namespace: 'shop', name: 's' };
const HASH = `(secret) hmac-sha256:${'0'.repeat(64)}`;
const NAMES: readonly FormatName[] = ['json', 'markdown', 'text', 'yaml'];

const CASES: readonly { readonly name: string; readonly ref: ObjectRef; readonly field: FieldChange; readonly isShown: boolean }[] = [
  { name: 'data', ref: SECRET, field: { path: '/data/pw', before: 'hunter1', after: 'hunter2' }, isShown: false },
  { name: 'a misspelt field', ref: SECRET, field: { path: '/stringdata', after: { pw: 'hunter2' } }, isShown: false },
  { name: 'a misspelt kind', ref: { ...SECRET, kind: 'secret' }, field: { path: '/data', after: 'hunter2' }, isShown: false },
  { name: 'a misspelt group', ref: { ...SECRET, group: 'core' }, field: { path: '/spec', after: ['hunter2'] }, isShown: false },
  {
    name: 'a hash in annotations',
    ref: SECRET,
    field: { path: '/metadata/annotations', after: { a: HASH, b: 'hunter2' } },
    isShown: false,
  },
  { name: 'a label', ref: SECRET, field: { path: '/metadata/labels/a', after: 'hunter2' }, isShown: true },
  { name: 'the type', ref: SECRET, field: { path: '/type', after: 'hunter2' }, isShown: true },
  { name: 'another kind', ref: { ...SECRET, kind: 'ConfigMap' }, field: { path: '/data/pw', after: 'hunter2' }, isShown: true },
];

for (const { name, ref, field, isShown } of CASES) {
  test(`what reports show of a field of a Secret: ${name}`, () => {
    const report = planReport([step({ ref, fields: [field] })]);
    for (const format of NAMES) {
      const text = FORMATS[format](report, { width: 200, color: false, all: true });
      assert.equal(text.includes('hunter'), isShown, format);
      assert.doesNotMatch(text, /hmac/, format);
      if (!isShown) assert.match(text, /\(secret\)/, format);
    }
  });
}
