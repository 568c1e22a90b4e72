import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Effect, Finding, Manifest, SourceRange } from '../../src/model/index.ts';
import { settleTold } from '../../src/planner/told.ts';

const REF = { group: '', version: 'v1', kind: 'Service', namespace: 'n', name: 's' };
const at = (line: number): SourceRange => ({ file: 'a.yaml', line, column: 1, endLine: line, endColumn: 2 });
const effect: Effect = {
  engine: 'reference',
  code: 'KR0015',
  severity: 'warning',
  change: 'gained',
  subject: REF,
  data: { target: 'app=x' },
  causes: [{ ref: REF, source: at(8) }],
};
const finding: Finding = { code: 'KR0015', severity: 'warning', ref: REF, source: at(6), data: { target: 'app=x' } };

function manifestWaiving(line: number): Manifest {
  const origin = { file: 'a.yaml', document: 0, line: 1, locate: () => at(1) };
  const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } };
  return { object, origin, waivers: [{ code: 'KR0015', comment: line - 1, line, reason: 'known' }] };
}

const cases: readonly {
  readonly name: string;
  readonly findings: readonly Finding[];
  readonly desired: readonly Manifest[];
  readonly want: readonly [effects: number, waived: readonly (string | undefined)[]];
}[] = [
  { name: 'an effect is not said again as a finding', findings: [finding], desired: [], want: [1, []] },
  { name: 'what is waived is no effect', findings: [{ ...finding, waived: 'known' }], desired: [], want: [0, ['known']] },
  { name: 'a waiver above the cause of an effect counts', findings: [finding], desired: [manifestWaiving(8)], want: [0, ['known']] },
  { name: 'one elsewhere does not', findings: [finding], desired: [manifestWaiving(9)], want: [1, []] },
  {
    name: 'another target is another matter',
    findings: [{ ...finding, data: { target: 'app=y' }, waived: 'known' }],
    desired: [],
    want: [1, ['known']],
  },
];
for (const { name, findings, desired, want } of cases) {
  it(name, () => {
    const told = settleTold([effect], { findings, desired });
    assert.deepEqual([told.effects.length, told.findings.map(({ waived }) => waived)], want);
  });
}
