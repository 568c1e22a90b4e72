import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMATS, type AppliedStep } from '../../src/report/index.ts';
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

test('many steps that were skipped for one reason are one line, with a sign that no change has', () => {
  const skip = (n: number): AppliedStep => ({ ref: { ...UPDATE.ref, name: `web-${n}` }, outcome: 'skipped', message: 'cancelled' });
  const render = (count: number, all = false): string =>
    FORMATS.text(
      {
        kind: 'ApplyReport',
        plan: planReport([UPDATE]).plan,
        steps: [
          ...Array.from({ length: count }, (_, n) => skip(n)),
          { ref: UPDATE.ref, outcome: 'failed', message: 'quota' },
          { ref: UPDATE.ref, outcome: 'skipped', message: 'not begun' },
        ],
        notes: [],
        next: '',
      },
      { ...PLAIN, width: 120, all },
    );
  assert.match(
    render(1567),
    /\n✗ Deployment shop\/web {2}failed · quota\n· 1567 objects {2}skipped · cancelled \(--all lists them\)\n· Deployment shop\/web {2}skipped · not begun\n/,
  );
  assert.equal(render(10).match(/^· Deployment shop\/web-\d {2}skipped · cancelled$/gm)?.length, 10);
  assert.equal(render(1567, true).match(/^· .* skipped · cancelled$/gm)?.length, 1567);
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
