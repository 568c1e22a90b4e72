import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMATS } from '../formats.ts';
import { getArray, isObject, parseJson } from '../../src/std/index.ts';
import { planReport, step, UPDATE } from './report-fixture.ts';

const LAYOUT = { width: 120, color: false, all: false };
const DRIFT = { manager: 'kubectl-edit', time: '2026-11-21T01:00:00Z' };
const SCALED = { path: '/spec/replicas', before: 9, after: 3, drift: DRIFT };

const REPORT = planReport([
  { ...UPDATE, fields: [{ path: '/spec/paused', before: true, after: false }, SCALED] },
  step({ ref: { ...UPDATE.ref, name: 'db' }, fields: [SCALED] }),
]);

test('drift stands apart from what the manifests change', () => {
  const text = FORMATS.text(REPORT, LAYOUT);
  const [changes = '', drift = ''] = text.split('Drift (');
  assert.match(changes, /shop\/web[^]*\.spec\.paused/);
  assert.doesNotMatch(changes, /replicas|shop\/db/);
  assert.match(drift, /shop\/db\n {4}\.spec\.replicas +9 -> 3 {2}"kubectl-edit" at 2026-11-21T01:00:00Z\n/);
  assert.match(drift, /shop\/web[^]*\.spec\.replicas/);
  assert.doesNotMatch(drift, /paused/);
});

test('without drift nothing is said of it', () => {
  assert.doesNotMatch(FORMATS.text(planReport([UPDATE]), LAYOUT), /Drift/);
  assert.doesNotMatch(FORMATS.markdown(planReport([UPDATE]), LAYOUT), /Drift/);
});

test('Markdown has a table of it, with who and when', () => {
  const text = FORMATS.markdown(REPORT, LAYOUT);
  assert.match(text, /Drift: fields that others changed since they were last applied \(2\)/);
  assert.match(text, /\| `Deployment shop\/web` \| `\.spec\.replicas`: 9 → 3 \| `kubectl-edit`<br>2026-11-21T01:00:00Z \|/);
});

test('JSON says it of the field', () => {
  const [web] = getArray(parseJson(FORMATS.json(REPORT, LAYOUT)), 'changes');
  assert.deepEqual(getArray(web, 'fields')[1], SCALED);
});

test('a secret that drifted is told without its value', () => {
  const secret = { ...UPDATE.ref, group: '', kind: 'Secret' };
  const text = FORMATS.json(
    planReport([step({ ref: secret, fields: [{ path: '/data/p', before: 'old', after: 'new', drift: DRIFT }] })]),
    LAYOUT,
  );
  const [field] = getArray(parseJson(text), 'changes', 0, 'fields');
  assert.ok(isObject(field));
  assert.deepEqual(field, { path: '/data/p', before: '(secret)', after: '(another secret)', drift: DRIFT });
});
