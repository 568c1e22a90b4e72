import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toWorkflowCommands } from '../../src/github/index.ts';
import { CATALOG, type Finding, type ObjectRef } from '../../src/model/index.ts';
import type { Report } from '../../src/report/index.ts';
import { FORMATS } from '../formats.ts';
import { planReport, step } from './report-fixture.ts';

const EVIL = '\u001b[2J\rx\u001b]0;pwn\u0007\u007f\u009b31m\u202eabc\u2066\u2028';
const REF: ObjectRef = { group: '', version: 'v1', kind: `Pod${EVIL}`, namespace: `n${EVIL}`, name: `p${EVIL}` };
const SOURCE = { file: `dir/${EVIL}.yaml`, line: 1, column: 1, endLine: 1, endColumn: 2 };
const FINDING: Finding = {
  code: 'KV0003',
  severity: 'error',
  ref: REF,
  path: `/data/${EVIL}`,
  source: SOURCE,
  data: { kind: EVIL, apiVersion: EVIL, meant: [EVIL] },
  versions: [EVIL],
};
const STEP = step({
  action: 'update',
  ref: REF,
  movedFrom: REF,
  reason: EVIL,
  source: SOURCE,
  fields: [{ path: `/data/${EVIL}`, before: EVIL, after: { [EVIL]: EVIL } }],
});

function reports(): readonly Report[] {
  const base = planReport([STEP], [FINDING]);
  const world = { ...base.plan.before, description: EVIL };
  const effect = {
    engine: 'network' as const,
    code: Object.keys(CATALOG).find((code) => code.startsWith('KN')) ?? '',
    severity: 'error' as const,
    change: 'gained' as const,
    subject: REF,
    data: { from: EVIL },
    causes: [{ ref: REF, path: '/a', source: SOURCE }],
  };
  const plan = { ...base.plan, before: world, after: world, effects: [effect] };
  const common = { next: `next ${EVIL}`, notes: [EVIL] };
  return [
    { kind: 'PlanReport', plan, ...common },
    {
      kind: 'PlanReport',
      plan: {
        ...plan,
        waves: [{ index: 0, label: EVIL, steps: Array.from({ length: 12 }, () => ({ ...STEP, action: 'create' as const })) }],
      },
      ...common,
    },
    { kind: 'ApplyReport', plan, steps: [{ ref: REF, outcome: 'failed', health: EVIL, message: EVIL }], ...common },
    {
      kind: 'ValidateReport',
      after: { ...world, kubernetesVersions: [EVIL] },
      loaded: { files: 1, objects: 1, notes: [EVIL] },
      findings: [FINDING],
      ...common,
    },
    {
      kind: 'StatusReport',
      cluster: world,
      units: [{ unit: EVIL, daemon: EVIL, objects: [{ ref: REF, health: EVIL, message: EVIL, wouldPrune: true }] }],
      ...common,
    },
  ];
}

test('nothing that a repository or a cluster says steers the terminal, or turns the text round', () => {
  for (const report of reports())
    for (const all of [true, false])
      for (const width of [40, 120]) {
        const text = FORMATS.text(report, { width, color: false, all });
        assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\u202a-\u202e\u2028\u2066-\u2069]/u, `${report.kind} ${width}`);
        assert.match(text, /\\u001b\[2J\\rx\\u001b\]0;pwn\\u0007\\u007f\\u009b31m\\u202eabc\\u2066/);
        const colored = FORMATS.text(report, { width, color: true, all });
        assert.equal(colored.replaceAll(/\u001b\[\d+m/g, ''), text);
      }
});

test('nor in Markdown, nor in what GitHub prints', () => {
  for (const report of reports()) {
    const texts = [FORMATS.markdown(report, { width: 80, color: false, all: true })];
    if ('plan' in report) texts.push(toWorkflowCommands(report.plan.findings, report.plan.effects));
    for (const text of texts) {
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\u202a-\u202e\u2028\u2066-\u2069]/u, report.kind);
      assert.match(text, /\\u001b\[2J/);
    }
  }
});

test('a name with backticks stays within its code in Markdown', () => {
  const text = FORMATS.markdown(planReport([step({ fields: [{ path: '/data/a``<img>', after: 1 }] })]), {
    width: 80,
    color: false,
    all: true,
  });
  assert.match(text, /``` \[?\.data\[a``<img>\] ```: /);
});
