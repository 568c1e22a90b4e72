import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Effect, Finding, ObjectRef, SourceRange } from '../../src/model/index.ts';
import { toRemarks } from '../../src/report/index.ts';
import { FORMATS } from '../formats.ts';
import { compareStrings, getArray, getNumber, getString, parseJson, type JsonArray } from '../../src/std/index.ts';
import { planReport } from './report-fixture.ts';

const POD: ObjectRef = { group: '', version: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' };
const LAYOUT = { width: 80, color: false, all: false };

function at(file: string, line: number): SourceRange {
  return { file, line, column: 3, endLine: line, endColumn: 9 };
}

const ERROR: Finding = {
  code: 'KV0043',
  severity: 'error',
  ref: POD,
  path: '/spec',
  source: at('a b/ü.yaml', 7),
  data: { field: 'spec', problem: 'Required value' },
};
const NOWHERE: Finding = { code: 'KV0043', severity: 'error', ref: POD, path: '/kind', data: { field: 'kind', problem: 'Required value' } };
const WAIVED: Finding = { ...ERROR, path: '/status', waived: 'known <since> "May"' };
const EFFECT: Effect = {
  engine: 'network',
  code: 'KN0101',
  severity: 'warning',
  change: 'gained',
  subject: POD,
  data: {},
  causes: [{ ref: POD, action: 'delete', source: at('old.yaml', 3) }],
};

const REPORT = planReport([], [NOWHERE, WAIVED, ERROR], [EFFECT]);

describe('toRemarks', () => {
  it('puts errors first, and what has a place before what has none', () => {
    const remarks = toRemarks([NOWHERE, ERROR], [EFFECT]);
    assert.deepEqual(
      remarks.map(({ severity, source, stood }) => [severity, source?.file, stood?.file]),
      [
        ['error', 'a b/ü.yaml', undefined],
        ['error', undefined, undefined],
        ['warning', undefined, 'old.yaml'],
      ],
    );
  });
});

describe('SARIF', () => {
  const run = getArray(parseJson(FORMATS.sarif(REPORT, LAYOUT)), 'runs')[0];
  const results = getArray(run, 'results');

  it('gives each code a rule, and each result the number of its own', () => {
    const rules = getArray(run, 'tool', 'driver', 'rules').map((rule) => getString(rule, 'id'));
    assert.deepEqual(rules, ['KN0101', 'KV0043']);
    for (const result of results) assert.equal(rules[getNumber(result, 'ruleIndex') ?? -1], getString(result, 'ruleId'));
  });

  it('points at places as relative references, at the whole repository where there is none', () => {
    const places = results.map((result) => getArray(result, 'locations')[0]);
    const uris = places.map((place) => getString(place, 'physicalLocation', 'artifactLocation', 'uri') ?? '');
    assert.deepEqual(uris.toSorted(compareStrings), ['.', '.', 'a%20b/%C3%BC.yaml', 'a%20b/%C3%BC.yaml']);
    const [first] = places;
    assert.deepEqual(
      ['startLine', 'startColumn', 'endLine', 'endColumn'].map((name) => getNumber(first, 'physicalLocation', 'region', name)),
      [7, 3, 7, 9],
    );
  });

  it('suppresses what is waived, with its reason', () => {
    const reasons = results.flatMap((result) => getArray(result, 'suppressions').map((item) => getString(item, 'justification')));
    assert.deepEqual(reasons, [WAIVED.waived]);
  });

  it('says where it stood of what is deleted', () => {
    const texts = results.map((result) => getString(result, 'message', 'text') ?? '');
    assert.equal(texts.filter((text) => text.includes('(before: old.yaml:3)')).length, 1);
  });
});

describe('code quality of GitLab', () => {
  const read = (findings: readonly Finding[]): JsonArray => getArray(parseJson(FORMATS.gitlab(planReport([], findings), LAYOUT)));

  it('leaves out what is waived, and gives each its own fingerprint', () => {
    const items = read([ERROR, ERROR, WAIVED, NOWHERE]);
    assert.equal(items.length, 3);
    assert.equal(new Set(items.map((item) => getString(item, 'fingerprint'))).size, 3);
  });

  it('has a path and a line for each', () => {
    const places = read([ERROR, NOWHERE]).map((item) => [
      getString(item, 'location', 'path'),
      getNumber(item, 'location', 'lines', 'begin'),
    ]);
    assert.deepEqual(places, [
      ['a b/ü.yaml', 7],
      ['.', 1],
    ]);
  });
});

describe('JUnit', () => {
  it('fails the errors, skips what is waived, and passes the rest with its text', () => {
    const text = FORMATS.junit(REPORT, LAYOUT);
    assert.match(text, /<testsuite name="PlanReport" tests="4" failures="2" errors="0" skipped="1">/);
    assert.equal(text.split('<failure ').length - 1, 2);
    assert.equal(text.split('<system-out>').length - 1, 1);
    assert.match(text, /<skipped message="known &lt;since&gt; &quot;May&quot;"\/>/);
  });

  it('is one case that passed where nothing is found', () => {
    assert.match(FORMATS.junit(planReport([]), LAYOUT), /tests="1" failures="0"/);
  });

  it('holds nothing that XML has not', () => {
    const finding: Finding = { ...ERROR, data: { field: 'spec', problem: 'a\u0000b\u001b[2K\ud800c\uffff]]>&amp;' } };
    const text = FORMATS.junit(planReport([], [finding]), LAYOUT);
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]/u);
    assert.match(text, /\]\]&gt;&amp;amp;/);
  });
});
