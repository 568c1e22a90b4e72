import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMATS } from '../../src/report/index.ts';
import { planReport, step, UPDATE } from './report-fixture.ts';

const PLAIN = { width: 80, color: false, all: false };

test('the first line is the sum, the last what to do next', () => {
  const lines = FORMATS.text(planReport([UPDATE]), PLAIN)
    .trimEnd()
    .split('\n');
  assert.match(lines[0] ?? '', /^Plan: 1 to update {2,}before: main \(4f1c2e9\) · after: deploy$/);
  assert.equal(lines.at(-1), '`kapply deploy` applies it.');
});

test('fields are shown by name, with what they were and will be', () => {
  const text = FORMATS.text(planReport([UPDATE]), { ...PLAIN, width: 200 });
  assert.match(text, /~ Deployment shop\/web .* apps\/web\/deployment.yaml:12\n/);
  assert.match(text, /\.spec\.replicas +3 -> 5\n/);
  assert.match(text, /\.spec…containers\[web\]\.resources\.requests\.memory +512Mi -> 2Gi\n/);
});

test('no line is wider than the terminal', () => {
  for (const width of [80, 100, 120, 200])
    for (const line of FORMATS.text(
      planReport([
        UPDATE,
        step({ action: 'delete', reason: 'no manifest of the unit holds it any more, and the inventory says that it is ours' }),
      ]),
      { ...PLAIN, width },
    ).split('\n'))
      assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`);
});

test('colour adds nothing but colour', () => {
  const report = planReport([UPDATE]);
  const stripped = FORMATS.text(report, { ...PLAIN, color: true }).replace(/\u001b\[\d+m/g, '');
  assert.equal(stripped, FORMATS.text(report, PLAIN));
});

test('many creations are folded by namespace, and listed with --all', () => {
  const creates = Array.from({ length: 12 }, (_, i) =>
    step({ action: 'create', ref: { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: `c${i}` } }),
  );
  const folded = FORMATS.text(planReport(creates), PLAIN);
  assert.match(folded, /\+ shop {2}12 ConfigMap\n/);
  assert.doesNotMatch(folded, /c11/);
  assert.match(FORMATS.text(planReport(creates), { ...PLAIN, all: true }), /\+ ConfigMap shop\/c11/);
});

test('a replacement and a deletion come before updates, and say why', () => {
  const text = FORMATS.text(
    planReport([
      UPDATE,
      step({
        action: 'delete',
        ref: { group: '', version: 'v1', kind: 'Service', namespace: 'shop', name: 'old' },
        reason: 'gone from the manifests',
      }),
    ]),
    PLAIN,
  );
  assert.ok(text.indexOf('- Service shop/old  gone from the manifests') < text.indexOf('~ Deployment'));
});

test('where an object was is said once', () => {
  const ref = (name: string): typeof UPDATE.ref => ({ group: '', version: 'v1', kind: 'Service', namespace: 'shop', name });
  const moved = step({ action: 'create', ref: ref('new'), movedFrom: ref('old'), reason: 'renamed from Service shop/old' });
  assert.match(FORMATS.text(planReport([moved]), PLAIN), /\+ Service shop\/new {2}was Service shop\/old(\n| {2,}\S+:\d+\n)/);
});
