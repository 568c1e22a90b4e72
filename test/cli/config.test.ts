import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setSeverities, waive } from '../../src/cli/config.ts';
import { decodeConfig } from '../../src/cli/decode-config.ts';
import type { Effect, Finding } from '../../src/model/index.ts';
import type { JsonObject } from '../../src/std/index.ts';

const finding: Finding = {
  code: 'KR0003',
  severity: 'warning',
  ref: { group: '', version: 'v1', kind: 'Secret', namespace: 'shop', name: 'tls' },
  source: { file: 'apps/a.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 },
  data: {},
};

const cases: readonly { readonly name: string; readonly rule: Readonly<Record<string, string>>; readonly want: boolean }[] = [
  { name: 'the code alone', rule: { code: 'KR0003' }, want: true },
  { name: 'another code', rule: { code: 'KR0004' }, want: false },
  { name: 'the object', rule: { code: 'KR0003', object: 'Secret shop/tls' }, want: true },
  { name: 'a pattern of objects', rule: { code: 'KR0003', object: 'Secret shop/*' }, want: true },
  { name: 'another object', rule: { code: 'KR0003', object: 'Secret pay/*' }, want: false },
  { name: 'a pattern of files', rule: { code: 'KR0003', file: 'apps/*.yaml' }, want: true },
  { name: 'stars beside each other', rule: { code: 'KR0003', file: '**apps*/*a***.yaml' }, want: true },
  { name: 'a star of nothing', rule: { code: 'KR0003', file: 'apps/a.yaml*' }, want: true },
  { name: 'parts that overlap', rule: { code: 'KR0003', file: 'apps/a.y*.yaml' }, want: false },
  { name: 'stars without number', rule: { code: 'KR0003', file: `${'*a'.repeat(5000)}*` }, want: false },
  { name: 'a dot is a dot', rule: { code: 'KR0003', file: 'apps/a?yaml' }, want: false },
];
for (const { name, rule, want } of cases)
  test(`ignored by ${name}: ${want}`, () => {
    const config = decodeConfig({ ignore: [{ ...rule, reason: 'known' }] }, (path) => ({ path, place: '', isBound: true }));
    assert.equal(waive([finding], config.ignore)[0]?.waived, want ? 'known' : undefined);
  });

test('a reason that is there already stays', () => {
  const [waived] = waive([{ ...finding, waived: 'by comment' }], [{ code: 'KR0003', reason: 'by file' }]);
  assert.equal(waived?.waived, 'by comment');
});

const effect: Effect = {
  engine: 'scheduler',
  code: 'KS0006',
  severity: 'info',
  change: 'gained',
  subject: { group: 'apps', version: 'v1', kind: 'StatefulSet', namespace: 'shop', name: 'db' },
  data: {},
  causes: [
    {
      ref: { group: '', version: 'v1', kind: 'Node', name: 'n' },
      source: { file: 'nodes.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 },
    },
  ],
};

const severities: readonly {
  readonly name: string;
  readonly rules: readonly Readonly<Record<string, string>>[];
  readonly want: readonly string[];
}[] = [
  { name: 'no rule', rules: [], want: ['warning', 'info'] },
  { name: 'a code', rules: [{ code: 'KR0003', severity: 'error' }], want: ['error', 'info'] },
  { name: 'a family', rules: [{ code: 'KS*', severity: 'warning' }], want: ['warning', 'warning'] },
  { name: 'an object', rules: [{ code: 'KS0006', object: 'StatefulSet shop/*', severity: 'error' }], want: ['warning', 'error'] },
  { name: 'another object', rules: [{ code: 'KS0006', object: 'StatefulSet pay/*', severity: 'error' }], want: ['warning', 'info'] },
  { name: 'the file of a cause', rules: [{ code: 'K*', file: 'nodes*', severity: 'error' }], want: ['warning', 'error'] },
  {
    name: 'the first that fits',
    rules: [
      { code: 'KS0006', severity: 'error' },
      { code: 'K*', severity: 'info' },
    ],
    want: ['info', 'error'],
  },
];
for (const { name, rules, want } of severities)
  test(`severities by ${name}`, () => {
    const config = decodeConfig({ severities: [...rules] }, (path) => ({ path, place: '', isBound: true }));
    assert.deepEqual(
      [...setSeverities([finding], config.severities), ...setSeverities([effect], config.severities)].map(({ severity }) => severity),
      want,
    );
  });

const ignore = { code: 'KR0003', reason: 'known' };
const refused: readonly { readonly name: string; readonly config: JsonObject; readonly says: string | undefined }[] = [
  { name: 'a code', config: { ignore: [ignore] }, says: undefined },
  { name: 'a leap day', config: { ignore: [{ ...ignore, expires: '2028-02-29' }] }, says: undefined },
  { name: 'a family', config: { severities: [{ code: 'KS00*', severity: 'error' }] }, says: undefined },
  { name: 'a practice', config: { practices: { codes: ['KB0101'] } }, says: undefined },
  {
    name: 'no code in ignore',
    config: { ignore: [ignore, { ...ignore, code: 'KQ9999' }] },
    says: 'kplan.yaml:ignore/1/code: ignore.1.code: there is no code KQ9999',
  },
  {
    name: 'no code in severities',
    config: { severities: [{ code: 'KX9999', severity: 'info' }] },
    says: 'kplan.yaml:severities/0/code: severities.0.code: there is no code KX9999',
  },
  {
    name: 'no family',
    config: { severities: [{ code: 'KX*', severity: 'info' }] },
    says: 'kplan.yaml:severities/0/code: severities.0.code: there is no code KX*',
  },
  {
    name: 'no practice',
    config: { practices: { profiles: [], except: ['KB9999'] } },
    says: 'kplan.yaml:practices/except/0: practices.except.0: there is no code KB9999',
  },
  {
    name: 'no day of the calendar',
    config: { ignore: [{ ...ignore, expires: '2027-02-29' }] },
    says: 'kplan.yaml:ignore/0/expires: expires: 2027-02-29 is no day of the calendar',
  },
];
for (const { name, config, says } of refused)
  test(`${name} is ${says === undefined ? 'taken' : 'refused'}`, () => {
    const decode = (): unknown => decodeConfig(config, (path, at) => ({ path, place: `kplan.yaml:${at.join('/')}`, isBound: true }));
    if (says === undefined) assert.ok(decode());
    else assert.throws(decode, { code: 'INVALID_CONFIG', message: says });
  });
