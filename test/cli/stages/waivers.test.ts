import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_CONFIG, type IgnoreRule } from '../../../src/cli/config.ts';
import { judgeWaivers, waiveAll, waiveTold } from '../../../src/cli/stages/waivers.ts';
import {
  isKubernetesObject,
  toFinding,
  type Effect,
  type Finding,
  type Manifest,
  type SourceRange,
  type Waiver,
} from '../../../src/model/index.ts';

const REF = { group: '', version: 'v1', kind: 'Service', namespace: 'shop', name: 'web' };
const at = (line: number): SourceRange => ({ file: 'web.yaml', line, column: 1, endLine: line, endColumn: 9 });
const FOUND = toFinding('KR0015', { ref: REF, source: at(7), data: {} });
const TODAY = '2026-11-22';

function manifest(waivers: readonly Waiver[]): Manifest {
  const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } };
  if (!isKubernetesObject(object)) throw new Error('not an object');
  const locate = (): SourceRange => at(1);
  return { object, origin: { file: 'web.yaml', document: 0, line: 1, locate }, waivers };
}

interface Case {
  readonly name: string;
  readonly rules?: readonly Omit<IgnoreRule, 'reason'>[];
  readonly comments?: readonly Waiver[];
  readonly findings?: readonly Finding[];
  /** Whether what was found is waived, and what is said of waivers. */
  readonly want: readonly [isWaived: boolean, ...codes: string[]];
}

const CASES: readonly Case[] = [
  { name: 'a rule that has no date', rules: [{ code: 'KR0015' }], want: [true] },
  { name: 'a rule on its last day', rules: [{ code: 'KR0015', expires: TODAY }], want: [true] },
  { name: 'a rule on the day after', rules: [{ code: 'KR0015', expires: '2026-11-21' }], want: [false, 'KL0043'] },
  {
    name: 'a rule that has expired beside one that has not',
    rules: [{ code: 'KR0015', expires: '2020-01-01' }, { code: 'KR0015' }],
    want: [true, 'KL0043'],
  },
  { name: 'a rule that waives nothing', rules: [{ code: 'KV0102' }], want: [false, 'KL0044'] },
  { name: 'a rule of an object that waives nothing', rules: [{ code: 'KV0102', object: 'Service shop/*' }], want: [false, 'KL0044'] },
  { name: 'a rule of an object that was not read', rules: [{ code: 'KV0102', object: 'Service other/*' }], want: [false] },
  { name: 'a rule of a file that was not read', rules: [{ code: 'KV0102', file: 'other/*' }], want: [false] },
  { name: 'a rule of what only a change brings about', rules: [{ code: 'KS0001' }], want: [false] },
  { name: 'a comment', comments: [{ code: 'KR0015', comment: 6, line: 7, reason: 'known' }], want: [true] },
  {
    name: 'a comment with a day to come',
    comments: [{ code: 'KR0015', comment: 6, line: 7, reason: 'until 2026-12-01 known' }],
    want: [true],
  },
  {
    name: 'a comment whose day has gone',
    comments: [{ code: 'KR0015', comment: 6, line: 7, reason: 'until 2026-11-01 known' }],
    want: [false, 'KL0043'],
  },
  { name: 'a comment on another line', comments: [{ code: 'KR0015', comment: 7, line: 8, reason: 'known' }], want: [false, 'KL0044'] },
  {
    name: 'a comment of what only a change brings about',
    comments: [{ code: 'KN0101', comment: 7, line: 8, reason: 'known' }],
    want: [false],
  },
];

describe('waivers', () => {
  for (const { name, rules = [], comments = [], findings = [FOUND], want } of CASES) {
    it(name, () => {
      const config = { ...NO_CONFIG, ignore: rules.map((rule) => ({ ...rule, reason: 'known' })) };
      const waivers = { config, manifests: [manifest(comments)], today: TODAY };
      const waived = waiveAll(findings, waivers);
      const said = judgeWaivers(waived, waivers).map(({ code }) => code);
      assert.deepEqual([waived[0]?.waived !== undefined, ...said], want);
    });
  }

  it('one that validation has waived by itself is found again once its day has gone', () => {
    const comments = [{ code: 'KR0015', comment: 6, line: 7, reason: 'until 2026-11-01 known' }];
    const waivers = { config: NO_CONFIG, manifests: [manifest(comments)], today: TODAY };
    const [finding] = waiveAll([{ ...FOUND, waived: 'until 2026-11-01 known' }], waivers);
    assert.equal(finding?.waived, undefined);
  });

  it('one that has expired, or waives nothing, is said where it is written', () => {
    const waivers = {
      config: NO_CONFIG,
      manifests: [
        manifest([
          { code: 'KR0015', comment: 4, line: 7, reason: 'until 2026-11-01 known' },
          { code: 'KV0102', comment: 5, line: 7, reason: 'known' },
          { code: 'KV0102', comment: 6, line: 7, reason: 'known twice' },
        ]),
      ],
      today: TODAY,
    };
    const said = judgeWaivers(waiveAll([FOUND], waivers), waivers).map(({ code, source }) => `${code} ${source?.file}:${source?.line}`);
    assert.deepEqual(said, ['KL0043 web.yaml:4', 'KL0044 web.yaml:5', 'KL0044 web.yaml:6']);
  });

  const EFFECT: Effect = {
    engine: 'network',
    code: 'KN0101',
    severity: 'warning',
    change: 'gained',
    subject: REF,
    data: {},
    causes: [
      { ref: REF, source: at(3) },
      { ref: REF, source: at(7) },
    ],
  };
  const EFFECTS: readonly {
    readonly name: string;
    readonly effect?: Partial<Effect>;
    readonly rule?: Partial<IgnoreRule>;
    readonly line?: number;
    readonly isWaived: boolean;
  }[] = [
    { name: 'by a rule', rule: {}, isWaived: true },
    { name: 'by a rule of the object', rule: { object: 'Service shop/*' }, isWaived: true },
    { name: 'by a rule of another file', rule: { file: 'db.yaml' }, isWaived: false },
    { name: 'by a rule that has expired', rule: { expires: '2026-11-01' }, isWaived: false },
    { name: 'by a comment above any cause', line: 7, isWaived: true },
    { name: 'by a comment elsewhere', line: 8, isWaived: false },
    { name: 'that ends', effect: { change: 'lost' }, rule: {}, isWaived: false },
  ];
  for (const { name, effect = {}, rule, line, isWaived } of EFFECTS)
    it(`an effect is waived ${name}: ${isWaived}`, () => {
      const ignore = rule === undefined ? [] : [{ code: 'KN0101', reason: 'known', ...rule }];
      const comments = line === undefined ? [] : [{ code: 'KN0101', comment: line - 1, line, reason: 'known' }];
      const waivers = { config: { ...NO_CONFIG, ignore }, manifests: [manifest(comments)], today: TODAY };
      const { effects, findings } = waiveTold({ effects: [{ ...EFFECT, ...effect }], findings: [] }, waivers);
      assert.deepEqual(
        [effects.length, findings.map(({ code, waived }) => `${code} ${waived}`)],
        isWaived ? [0, ['KN0101 known']] : [1, []],
      );
    });
});
