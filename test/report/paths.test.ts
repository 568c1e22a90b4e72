import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPathsSvg } from '../../src/report/paths.ts';
import type { RbacReport } from '../../src/report/index.ts';

type Path = RbacReport['paths'][number];

const toAdmin = (subject: string): Path => ({
  subject,
  goal: 'admin',
  reaches: 'cluster admin',
  namespaces: [],
  closedBy: [],
  steps: [
    { step: 'pod-create', text: 'runs a Pod → ServiceAccount a/b', to: 'ServiceAccount a/b', grants: [] },
    { step: 'escalate', text: 'rewrites a role → cluster admin', to: 'cluster admin', grants: [] },
  ],
});

test('the picture has a box for each place, in as many columns as there are steps, and its texts are escaped', () => {
  const svg = [...toPathsSvg([toAdmin('User <jane>'), toAdmin('User joe')])].join('');
  const boxes = [...svg.matchAll(/<title>(.*?)<\/title><rect x="(\d+)" y="(\d+)"/g)].map(([, text, x, y]) => `${text} ${x},${y}`);
  assert.deepEqual(boxes, ['User &lt;jane&gt; 20,20', 'ServiceAccount a/b 470,20', 'cluster admin 920,20', 'User joe 20,72']);
  assert.equal([...svg.matchAll(/marker-end/g)].length, 3);
  assert.match([...toPathsSvg([])].join(''), /^<svg [^>]*width="20" height="20"[^]*<\/svg>\n$/);
});
