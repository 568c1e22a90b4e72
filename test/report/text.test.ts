import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMATS } from '../../src/report/index.ts';
import type { Cause, Effect } from '../../src/model/index.ts';
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

test('an effect names what it follows from, with the place where that stood, and how to keep it', () => {
  const place = (file: string, line: number): NonNullable<Cause['source']> => ({ file, line, column: 1, endLine: line, endColumn: 1 });
  const ref = { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', namespace: 'b', name: 'db' };
  const opens = (from: string, cause: Cause): Effect => ({
    engine: 'network',
    code: 'KN0101',
    severity: 'warning',
    change: 'gained',
    data: { from, to: 'b/db', ports: 'TCP 1', verb: 'opens' },
    causes: [cause],
  });
  const tell = (cause: Cause): string =>
    FORMATS.text(planReport([], [], [opens('b/web', cause), opens('b/x', cause)]), { ...PLAIN, width: 120 });
  const gone = tell({ ref, action: 'delete', path: '/spec/podSelector', source: place('m/a.yaml', 36), beside: place('m/a.yaml', 1) });
  assert.match(
    gone,
    /b\/web -> b\/db TCP 1 opens +m\/a\.yaml:36 \(before\)\n +NetworkPolicy b\/db is deleted\n +If that is not meant, keep NetworkPolicy b\/db\.\n/,
  );
  assert.equal(gone.split('is deleted').length, 2, 'the same cause is said once');
  assert.doesNotMatch(gone, /narrow/);
  const two = FORMATS.text(
    planReport(
      [],
      [],
      ['db', 'dc'].map((name) => opens(name, { ref: { ...ref, name }, action: 'delete' })),
    ),
    PLAIN,
  );
  assert.equal(two.split(/keep NetworkPolicy b\/d[bc]/).length, 3, 'each is told to be kept');
  const changed = tell({ ref, action: 'update', path: '/spec/ingress/0', source: place('m/a.yaml', 40) });
  assert.match(changed, /m\/a\.yaml:40\n +NetworkPolicy b\/db \.spec\.ingress\[0\] changes\n +If that is not meant, narrow/);
  assert.doesNotMatch(tell({ ref, source: place('m/a.yaml', 40) }), /NetworkPolicy b\/db/, 'a guess is not named');
  const markdown = FORMATS.markdown(planReport([], [], [opens('b/web', { ref, action: 'delete', source: place('m/a.yaml', 36) })]), PLAIN);
  assert.match(markdown, /NetworkPolicy b\/db is deleted \| `m\/a\.yaml:36 \(before\)`/);
});
