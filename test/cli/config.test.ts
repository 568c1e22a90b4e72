import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeConfig, waive } from '../../src/cli/config.ts';
import type { Finding } from '../../src/model/index.ts';

const finding: Finding = {
  code: 'KR0101',
  severity: 'warning',
  ref: { group: '', version: 'v1', kind: 'Secret', namespace: 'shop', name: 'tls' },
  source: { file: 'apps/a.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 },
  data: {},
};

const cases: readonly { readonly name: string; readonly rule: Readonly<Record<string, string>>; readonly want: boolean }[] = [
  { name: 'the code alone', rule: { code: 'KR0101' }, want: true },
  { name: 'another code', rule: { code: 'KR0102' }, want: false },
  { name: 'the object', rule: { code: 'KR0101', object: 'Secret shop/tls' }, want: true },
  { name: 'a pattern of objects', rule: { code: 'KR0101', object: 'Secret shop/*' }, want: true },
  { name: 'another object', rule: { code: 'KR0101', object: 'Secret pay/*' }, want: false },
  { name: 'a pattern of files', rule: { code: 'KR0101', file: 'apps/*.yaml' }, want: true },
  { name: 'stars beside each other', rule: { code: 'KR0101', file: '**apps*/*a***.yaml' }, want: true },
  { name: 'a star of nothing', rule: { code: 'KR0101', file: 'apps/a.yaml*' }, want: true },
  { name: 'parts that overlap', rule: { code: 'KR0101', file: 'apps/a.y*.yaml' }, want: false },
  { name: 'stars without number', rule: { code: 'KR0101', file: `${'*a'.repeat(5000)}*` }, want: false },
  { name: 'a dot is a dot', rule: { code: 'KR0101', file: 'apps/a?yaml' }, want: false },
];
for (const { name, rule, want } of cases)
  test(`ignored by ${name}: ${want}`, () => {
    const config = decodeConfig({ ignore: [{ ...rule, reason: 'known' }] }, (path) => ({ path, place: '', isBound: true }));
    assert.equal(waive([finding], config.ignore)[0]?.waived, want ? 'known' : undefined);
  });

test('a reason that is there already stays', () => {
  const [waived] = waive([{ ...finding, waived: 'by comment' }], [{ code: 'KR0101', reason: 'by file' }]);
  assert.equal(waived?.waived, 'by comment');
});
