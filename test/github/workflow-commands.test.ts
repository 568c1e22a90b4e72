import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toJobSummary, toWorkflowCommands } from '../../src/github/index.ts';
import { CATALOG, type Effect, type Finding, type Severity } from '../../src/model/index.ts';

const CODE = Object.keys(CATALOG).find((code) => code.startsWith('KL')) ?? '';
const TITLE = `${CODE} ${CATALOG[CODE]?.title ?? ''}`;

function toFinding(severity: Severity, line: number, file = 'a.yaml'): Finding {
  return { code: CODE, severity, source: { file, line, column: 3, endLine: line, endColumn: 9 }, data: {} };
}

function many(count: number, severity: Severity): readonly Finding[] {
  return Array.from({ length: count }, (_, index) => toFinding(severity, index + 1));
}

function levels(text: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [, level = ''] of text.matchAll(/^::(\w+)/gm)) counts[level] = (counts[level] ?? 0) + 1;
  return counts;
}

describe('toWorkflowCommands', () => {
  it('writes the place, the title and the escaped message', () => {
    const text = toWorkflowCommands([toFinding('error', 7, 'dir/a,b:c%.yaml')], []);
    const head = `::error file=dir/a%2Cb%3Ac%25.yaml,line=7,endLine=7,col=3,endColumn=8,title=${TITLE.replaceAll(',', '%2C').replaceAll(':', '%3A')}::`;
    assert.ok(text.startsWith(head), text);
    assert.equal(text.split('\n').length, 2);
    assert.match(text, /%0A/);
  });

  it('cannot be made to speak another command', () => {
    const evil: Finding = {
      code: CODE,
      severity: 'error',
      data: {},
      ref: { group: '', version: 'v1', kind: 'Pod', name: 'x\n::add-mask::y\r::error::' },
    };
    assert.equal(toWorkflowCommands([evil], []).split(/[\n\r]/).length, 2);
  });

  it('leaves out columns where a place spans lines, since GitHub takes them only on one line', () => {
    const source = { file: 'a.yaml', line: 2, column: 3, endLine: 5, endColumn: 9 };
    assert.doesNotMatch(toWorkflowCommands([{ code: CODE, severity: 'info', source, data: {} }], []), /col=|endColumn=/);
  });

  const cases = [
    {
      name: 'all where they fit',
      input: [...many(10, 'error'), ...many(10, 'warning'), ...many(10, 'info')],
      want: { error: 10, warning: 10, notice: 10 },
    },
    { name: 'ten errors and a sum', input: many(12, 'error'), want: { error: 10, notice: 1 } },
    { name: 'nine notices and a sum', input: many(11, 'info'), want: { notice: 10 } },
    { name: 'room for the sum', input: [...many(11, 'warning'), ...many(10, 'info')], want: { warning: 10, notice: 10 } },
    { name: 'nothing for nothing', input: [], want: {} },
    { name: 'no waived ones', input: many(1, 'error').map((finding) => ({ ...finding, waived: 'known' })), want: {} },
  ];
  for (const { name, input, want } of cases) {
    it(`shows ${name}`, () => {
      assert.deepEqual(levels(toWorkflowCommands(input, [])), want);
    });
  }

  it('counts what it leaves out', () => {
    const text = toWorkflowCommands([...many(12, 'error'), ...many(11, 'info')], []);
    assert.match(text.trimEnd().split('\n').at(-1) ?? '', /^::notice title=More findings::2 more errors, 2 more notices/);
  });

  it('puts effects with a place before findings, and errors before all', () => {
    const source = { file: 'z.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 };
    const ref = { group: '', version: 'v1', kind: 'Pod', name: 'p' };
    const effect: Effect = { engine: 'network', code: CODE, severity: 'warning', change: 'gained', data: {}, causes: [{ ref, source }] };
    const text = toWorkflowCommands([toFinding('warning', 1), toFinding('error', 9)], [effect]);
    assert.deepEqual(
      [...text.matchAll(/file=([\w.]+),line=(\d+)/g)].map(([, file, line]) => `${file}:${line}`),
      ['a.yaml:9', 'z.yaml:1', 'a.yaml:1'],
    );
  });

  it('annotates what a deletion does where the deleted object is missed, and says so', () => {
    const place = (file: string): Effect['causes'][number]['source'] & object => ({ file, line: 3, column: 1, endLine: 3, endColumn: 1 });
    const ref = { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', namespace: 'b', name: 'db' };
    const gone = { ref, action: 'delete', source: place('old.yaml') } as const;
    const data = { from: 'b/web', to: 'b/db', ports: 'TCP 1', verb: 'opens', because: '' };
    const effect: Effect = { engine: 'network', code: 'KN0101', severity: 'warning', change: 'gained', data, causes: [gone] };
    const told = toWorkflowCommands([], [{ ...effect, causes: [{ ...gone, beside: place('new.yaml') }] }]);
    assert.match(
      told,
      /file=new.yaml,.*::b\/web -> b\/db TCP 1 opens: NetworkPolicy b\/db is deleted%0AIf that is not meant, keep NetworkPolicy b\/db\./,
    );
    assert.match(toWorkflowCommands([], [effect]), /^::warning file=old\.yaml,line=3,.*is deleted \(before: old\.yaml:3\)%0A/);
  });

  it('annotates what is said of a deleted object where it is missed, in a file that is gone where it stood', () => {
    const source = { file: 'old.yaml', line: 7, column: 1, endLine: 7, endColumn: 1 };
    const ref = { group: '', version: 'v1', kind: 'Namespace', name: 'shop' };
    const finding: Finding = { code: 'KP0105', severity: 'error', ref, data: { kind: 'Namespace', contents: 'what is in it' } };
    assert.match(
      toWorkflowCommands([{ ...finding, source }], []),
      /^::error file=old\.yaml,line=7,.*title=KP0105 .*::Namespace shop: .* \(before: old\.yaml:7\)%0A/,
    );
    const beside = { changed: new Map([['old.yaml', [3, 4]]]), missed: new Map([['old.yaml:7', 4]]) };
    const missed = toWorkflowCommands([{ ...finding, source }], [], beside);
    assert.match(missed, /^::error file=old\.yaml,line=4,endLine=4,.*\(before: old\.yaml:7\)%0A/);
    assert.equal(missed.trimEnd().split('\n').length, 1, 'no reference');
    assert.match(toWorkflowCommands([finding], []), /^::error title=KP0105 [^:]*::Namespace shop: [^(]*%0A/);
  });
});

describe('toJobSummary', () => {
  it('leaves what fits as it is', () => {
    assert.equal(toJobSummary('# Plan\n', 100), '# Plan\n');
  });

  it('stays within the limit in bytes and closes what is open', () => {
    const body = Array.from({ length: 50 }, (_, index) => `line ${index} é`).join('\n');
    for (const limit of [150, 200, 333, 500]) {
      const text = toJobSummary(`<details>\n\n\`\`\`diff\n${body}\n\`\`\`\n</details>\n`, limit);
      assert.ok(Buffer.byteLength(text) <= limit, `${Buffer.byteLength(text)} > ${limit}`);
      assert.match(text, /```\n<\/details>\n\n_Cut here/);
    }
  });
});
