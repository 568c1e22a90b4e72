import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AppliedStep } from '../../src/report/index.ts';
import { FORMATS } from '../formats.ts';
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

test('what is deleted is said to be in no manifest, or to stand where it did before', () => {
  const source = { file: 'm/a.yaml', line: 7, column: 1, endLine: 7, endColumn: 1 };
  const finding = { code: 'KP0105', severity: 'error', ref: UPDATE.ref, data: { kind: 'Deployment', contents: 'x' }, source } as const;
  const report = planReport([step({ action: 'delete' }), step({ action: 'delete', source })], [finding]);
  const text = FORMATS.text(report, { ...PLAIN, width: 120 });
  assert.match(text, /^- .* no longer in the manifests$/m);
  assert.match(text, /^- .* m\/a\.yaml:7 \(before\)$/m);
  assert.match(text, /KP0105 .* m\/a\.yaml:7:1 \(before\)$/m);
  const markdown = FORMATS.markdown(report, PLAIN);
  assert.match(markdown, /^\| delete \| .* \| no longer in the manifests \|$/m);
  assert.match(markdown, /^\| delete \| .* \| m\/a\.yaml:7 \(before\) \|$/m);
  assert.match(markdown, /`KP0105`.* \| `m\/a\.yaml:7` \(before\) \|$|`KP0105`.* \| `m\/a\.yaml:7 \(before\)` \|$/m);
});

test('no line is wider than the terminal', () => {
  for (const width of [80, 100, 120, 200])
    for (const line of FORMATS.text(
      planReport([
        UPDATE,
        step({ action: 'delete', reason: 'no manifest of the unit holds it any more, and the inventory says that it is ours' }),
        { ...UPDATE, fields: [{ path: '/spec/template', before: { texts: 'a'.repeat(300) } }] },
      ]),
      { ...PLAIN, width },
    ).split('\n'))
      assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`);
});

test('many steps that ended alike for one reason are one line, with a sign that no change has', () => {
  const skipped: Omit<AppliedStep, 'ref'> = { outcome: 'skipped', message: 'cancelled' };
  const render = (count: number, all = false, ended = skipped): string =>
    FORMATS.text(
      {
        kind: 'ApplyReport',
        plan: planReport([UPDATE]).plan,
        steps: [
          ...Array.from({ length: count }, (_, n) => ({ ref: { ...UPDATE.ref, name: `web-${n}` }, ...ended })),
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
  assert.match(
    render(60, false, { outcome: 'failed', message: 'away' }),
    /\n✗ 60 objects {2}failed · away \(--all lists them\)\n✗ Deployment shop\/web {2}failed · quota\n/,
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

test('an effect names what it follows from, with the place where that stood, and how to keep it', () => {
  const place = (file: string, line: number): NonNullable<Cause['source']> => ({ file, line, column: 1, endLine: line, endColumn: 1 });
  const ref = { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', namespace: 'b', name: 'db' };
  const opens = (from: string, cause: Cause): Effect => ({
    engine: 'network',
    code: 'KN0101',
    severity: 'warning',
    change: 'gained',
    data: { from, to: 'b/db', ports: 'TCP 1', verb: 'opens', because: '' },
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

test('notes that are not listed stand under no heading', () => {
  const note = { code: 'KL0009', severity: 'info', data: { text: '`0644`', value: 420 } } as const;
  const text = FORMATS.text(planReport([UPDATE], [note]), PLAIN);
  assert.doesNotMatch(text, /^Notes/m);
  assert.match(text, /\n… 1 note \(--all shows it\)\n/);
  assert.match(FORMATS.text(planReport([UPDATE], [note]), { ...PLAIN, all: true }), /^Notes\n.*KL0009/m);
  assert.match(FORMATS.text(planReport([], [note, { ...note, severity: 'error' }]), PLAIN), /^Errors\n[^]*\n… 1 more \(--all shows it\)/m);
});

test('the removal of a unit is told as deletions', () => {
  const { plan } = planReport([]);
  const removed = { ...plan, after: { kind: 'none', description: 'nothing', kubernetesVersions: [] } } as const;
  const steps = [{ ref: step({}).ref, outcome: 'applied' }] as const;
  const tell = (what: typeof plan): string =>
    FORMATS.text({ kind: 'ApplyReport', plan: what, steps, notes: [], next: 'x' }, { ...PLAIN, all: true, width: 120 });
  assert.match(tell(removed), /^Delete: 1 deleted {2,}before: main \(4f1c2e9\)\n\n✓ Deployment shop\/web {2}deleted\n/);
  assert.match(tell(plan), /^Apply: 1 applied {2,}before: .* · after: deploy\n\n✓ Deployment shop\/web {2}applied\n/);
});

test('objects that only come into the unit are counted, not listed', () => {
  const path = '/metadata/labels/applyset.kubernetes.io~1part-of';
  const names = {
    c0: { path, after: 'applyset-x' },
    c1: { path: '/metadata/labels', after: { 'applyset.kubernetes.io/part-of': 'applyset-x' } },
  };
  const labelled = Object.entries(names).map(([name, field]) =>
    step({ ref: { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name }, fields: [field] }),
  );
  const folded = FORMATS.text(planReport([...labelled, UPDATE]), { ...PLAIN, width: 120 });
  assert.match(folded, /\n… 2 updates of kapply's own label only: .* \(--all shows them\)\n/);
  assert.match(folded, /~ Deployment shop\/web/);
  assert.doesNotMatch(folded, /ConfigMap/);
  assert.match(FORMATS.text(planReport(labelled), { ...PLAIN, all: true }), /~ ConfigMap shop\/c0[^]*~ ConfigMap shop\/c1/);
  const moved = step({ fields: [{ path, before: 'applyset-y', after: 'applyset-x' }] });
  assert.match(FORMATS.text(planReport([moved]), PLAIN), /~ Deployment/, 'one that is taken from another unit is listed');
});

test('where an object was is said once', () => {
  const ref = (name: string): typeof UPDATE.ref => ({ group: '', version: 'v1', kind: 'Service', namespace: 'shop', name });
  const moved = step({ action: 'create', ref: ref('new'), movedFrom: ref('old'), reason: 'renamed from Service shop/old' });
  assert.match(FORMATS.text(planReport([moved]), PLAIN), /\+ Service shop\/new {2}was Service shop\/old(\n| {2,}\S+:\d+\n)/);
});
