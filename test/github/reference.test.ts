import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCheckAnnotations, toWorkflowCommands } from '../../src/github/index.ts';
import type { Finding, SourceRange } from '../../src/model/index.ts';
import { toRemarks } from '../../src/report/index.ts';

const at = (line: number, endLine: number = line): SourceRange => ({ file: 'a.yaml', line, column: 3, endLine, endColumn: 9 });
const finding = (source: SourceRange, field: string): Finding => ({
  code: 'KV0043',
  severity: 'error',
  source,
  data: { field, problem: 'Required value' },
});

const CASES: readonly {
  readonly name: string;
  readonly findings: readonly Finding[];
  readonly changed: readonly number[] | undefined;
  /** The line that refers, and the lines that it names. */
  readonly want: readonly (readonly [line: number, named: string])[];
}[] = [
  { name: 'on a line that changes', findings: [finding(at(4), 'f')], changed: [4], want: [] },
  { name: 'on lines of which one changes', findings: [finding(at(3, 6), 'f')], changed: [5], want: [] },
  { name: 'on a line that does not', findings: [finding(at(9), 'f')], changed: [4, 5], want: [[4, '9']] },
  {
    name: 'several, told once',
    findings: [finding(at(9), 'f'), finding(at(4), 'g'), finding(at(7), 'h')],
    changed: [4],
    want: [[4, '7 9']],
  },
  { name: 'in a file that does not change', findings: [finding(at(9), 'f')], changed: [], want: [] },
  { name: 'in a file of which that is not known', findings: [finding(at(9), 'f')], changed: undefined, want: [] },
  { name: 'waived', findings: [{ ...finding(at(9), 'f'), waived: 'known' }], changed: [4], want: [] },
];

for (const { name, findings, changed, want } of CASES)
  test(`the first line that changes refers to what stands on lines that do not: ${name}`, () => {
    const beside = changed === undefined ? undefined : { changed: new Map([['a.yaml', changed]]), missed: new Map<string, number>() };
    const references = toCheckAnnotations(toRemarks(findings, []), beside).filter(({ title }) => title.startsWith('On lines'));
    const named = (text: string): string => [...text.matchAll(/- line (\d+): KV0043/g)].map(([, line]) => line).join(' ');
    assert.deepEqual(
      references.map(({ start_line: line, message }) => [line, named(message)]),
      want,
    );
    const commands = toWorkflowCommands(findings, [], beside)
      .split('\n')
      .filter((line) => line.includes('title=On lines'));
    assert.deepEqual(
      commands.map((line) => [Number(/line=(\d+)/.exec(line)?.[1]), named(line)]),
      want,
    );
  });
