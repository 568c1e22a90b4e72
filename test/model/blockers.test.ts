import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG, findEngine, listBlockers, type Effect, type Finding, type Plan } from '../../src/model/index.ts';

const finding = (fields: Partial<Finding> = {}): Finding => ({ code: 'KR0005', severity: 'error', data: {}, ...fields });
const effect = (fields: Partial<Effect> = {}): Effect => ({
  engine: 'reference',
  code: 'KR0005',
  severity: 'error',
  change: 'gained',
  data: {},
  causes: [],
  ...fields,
});

const cases: readonly { name: string; findings?: readonly Finding[]; effects?: readonly Effect[]; allow?: string; want: number }[] = [
  { name: 'a finding', findings: [finding()], want: 1 },
  { name: 'an effect', effects: [effect()], want: 1 },
  { name: 'a warning', findings: [finding({ severity: 'warning' })], effects: [effect({ severity: 'warning' })], want: 0 },
  { name: 'a waived finding', findings: [finding({ waived: 'known' })], want: 0 },
  { name: 'allowed by code', findings: [finding()], effects: [effect()], allow: 'KR0005', want: 0 },
  {
    name: 'allowed by engine, as an effect and as the finding that it becomes',
    findings: [finding()],
    effects: [effect()],
    allow: 'reference',
    want: 0,
  },
  { name: 'another engine is allowed', findings: [finding()], effects: [effect()], allow: 'scheduler', want: 2 },
  { name: 'a code of no engine', findings: [finding({ code: 'KV0001' })], allow: 'reference', want: 1 },
];

for (const { name, findings = [], effects = [], allow = '', want } of cases) {
  test(`what an apply stops at: ${name}`, () => {
    const source = { kind: 'none', description: '', kubernetesVersions: [] } as const;
    const plan: Plan = {
      unit: 'u',
      fieldManager: 'k',
      before: source,
      after: source,
      waves: [],
      unchanged: [],
      findings,
      effects,
      salt: '',
    };
    assert.equal(listBlockers(plan, new Set([allow])).length, want);
  });
}

test('every family of effects has an engine, and what only stops a plan has none', () => {
  const families = new Map(
    Object.keys(CATALOG).map((code) => [code.startsWith('KP') ? code.slice(0, 4) : code.slice(0, 2), findEngine(code)]),
  );
  assert.deepEqual(
    [...families].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    [
      ['KA', 'rbac'],
      ['KB', undefined],
      ['KL', undefined],
      ['KN', 'network'],
      ['KP01', undefined],
      ['KP02', 'restart'],
      ['KP03', undefined],
      ['KP04', 'lifecycle'],
      ['KQ', 'admission'],
      ['KR', 'reference'],
      ['KS', 'scheduler'],
      ['KU', 'rollout'],
      ['KV', undefined],
    ],
  );
});
