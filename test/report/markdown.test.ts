import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MARKDOWN_LIMIT, renderMarkdown } from '../../src/report/index.ts';
import type { Effect, Finding } from '../../src/model/index.ts';
import { planReport, step, UPDATE } from './report-fixture.ts';

test('changes are a table', () => {
  const text = renderMarkdown(planReport([UPDATE]));
  assert.match(text, /^## kplan: 1 to update · no findings\n/);
  assert.match(text, /\| update \| `Deployment shop\/web` \| `\.spec\.replicas`: 3 → 5<br>/);
});

test('what does not fit is counted, and the limit is one of bytes', () => {
  const steps = Array.from({ length: 5000 }, (_, i) =>
    step({
      ref: { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shöp', name: `cönfig-${i}` },
      fields: [{ path: '/data/x', before: 'ä', after: 'ö' }],
    }),
  );
  const text = renderMarkdown(planReport(steps));
  const size = new TextEncoder().encode(text).length;
  assert.ok(size <= MARKDOWN_LIMIT, `${size} bytes`);
  assert.ok(size > MARKDOWN_LIMIT * 0.9, `${size} bytes`);
  assert.match(text, /… \d+ more do not fit here\./);
  assert.match(text, /`kapply deploy` applies it\.\n$/);
});

test('a table is never broken by a value, and no mention is sent', () => {
  const text = renderMarkdown(planReport([step({ fields: [{ path: '/data/x', before: 'a|b', after: '<img src=x> @team\nnext' }] })]));
  assert.match(text, /a\\\|b → &lt;img src=x&gt; &#64;team<br>next/);
});

const restart = (name: string): Effect => ({
  engine: 'restart',
  code: 'KP0201',
  severity: 'info',
  change: 'gained',
  data: { workload: `Deployment shop/${name}`, pods: '1 pod', strategy: 'all at once' },
  causes: [],
});
const missing = (name: string, severity: Finding['severity']): Finding => ({
  code: 'KR0001',
  severity,
  ref: { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name },
  data: { referrer: `Deployment shop/${name}`, target: 'ConfigMap shop/nope', absence: 'does not exist' },
});

test('what is worse comes first, be it a finding or an effect, and the changes come last', () => {
  const text = renderMarkdown(planReport([UPDATE], [missing('a', 'warning'), missing('b', 'error')], [restart('web')]));
  const order = ['Errors (1)', 'Deployment shop/b', 'Warnings (1)', 'Deployment shop/a', 'Notes (1)', 'Changes (1)'].map((part) =>
    text.indexOf(part),
  );
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
    text,
  );
  assert.ok(order.every((at) => at >= 0));
});

test('many notes take no room from warnings', () => {
  const names = Array.from({ length: 400 }, (_, i) => `w${i}`);
  const warnings = names.slice(0, 120).map((name) => missing(name, 'warning'));
  const text = renderMarkdown(planReport([], warnings, names.map(restart)), 40_000);
  assert.equal(text.split('⚠️').length - 1, 120);
  assert.match(text, /Notes \(400\)[^]*… \d+ more do not fit here/);
});

test('a section without room is named', () => {
  const report = planReport([UPDATE], [missing('a', 'warning')], [restart('web')]);
  const whole = renderMarkdown(report);
  for (let limit = 400; limit < 1600; limit += 50) {
    const text = renderMarkdown(report, limit);
    assert.ok(new TextEncoder().encode(text).length <= limit, `${limit}`);
    for (const title of ['Warnings (1)', 'Changes (1)', 'Notes (1)']) assert.ok(text.includes(title), `${limit}: ${text}`);
  }
  assert.doesNotMatch(whole, /no room/);
});
