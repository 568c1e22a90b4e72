import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { describe, describeRemedy } from '../../src/model/index.ts';
import { readRepository } from '../../src/loader/index.ts';

const HEAD = 'apiVersion: v1\nmetadata: {name: s}\n';
const LIST = 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  metadata: {name: s}\n';

const CASES: readonly { readonly name: string; readonly text: string; readonly code: string; readonly isQuoted?: boolean }[] = [
  { name: 'a number', text: `${HEAD}kind: Secret\nstringData:\n  pin: 0642\n`, code: 'KL0009' },
  { name: 'a number of a flow map', text: `${HEAD}kind: &x Secret\nstringData: {pin: 0642}\n`, code: 'KL0009' },
  { name: 'a number of a misspelt kind', text: `${HEAD}kind: secret\nstringData: {pin: 0642}\n`, code: 'KL0009' },
  { name: 'a number in a List', text: `${LIST}  kind: Secret\n  stringData: {pin: 0642}\n`, code: 'KL0009' },
  { name: 'a number beside an alias to nothing', text: `${HEAD}kind: Secret\nstringData: {pin: 0642, a: *0642 }\n`, code: 'KL0003' },
  { name: 'a number of a ConfigMap', text: `${HEAD}kind: ConfigMap\ndata: {pin: 0642}\n`, code: 'KL0009', isQuoted: true },
];

for (const { name, text, code, isQuoted = false } of CASES) {
  test(`a finding quotes no value of a Secret: ${name}`, async () => {
    const { findings } = await readRepository({ path: '-', git: 'js', stdin: Readable.from([Buffer.from(text)]) });
    assert.ok(
      findings.some((finding) => finding.code === code),
      JSON.stringify(findings),
    );
    assert.equal(/642|418/.test(JSON.stringify(findings.map(({ data }) => data))), isQuoted, JSON.stringify(findings));
  });
}

test('what kubectl reads differently is a sentence without the value too', async () => {
  const text = `${HEAD}kind: Secret\nstringData:\n  pin: 0642\n`;
  const { findings } = await readRepository({ path: '-', git: 'js', stdin: Readable.from([Buffer.from(text)]) });
  const told = findings.filter(({ code }) => code === 'KL0009').map((finding) => `${describe(finding)}. ${describeRemedy(finding)}`);
  assert.deepEqual(told, [
    'kubectl reads this value as a number or a boolean of YAML 1.1; YAML 1.2 readers do not. Quote it if text is meant; else write what kubectl reads in plain form.',
  ]);
});
