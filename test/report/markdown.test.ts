import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MARKDOWN_LIMIT, renderMarkdown } from '../../src/report/index.ts';
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
