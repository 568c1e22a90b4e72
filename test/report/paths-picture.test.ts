import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeGraph } from '../../src/cli/graph-layout.ts';
import { drawPicture, toPathsDot, toPathsPicture, type RbacReport } from '../../src/report/index.ts';

type Path = RbacReport['paths'][number];

const toAdmin = (subject: string, over = 'ServiceAccount a/b'): Path => ({
  subject,
  goal: 'admin',
  reaches: 'cluster admin',
  namespaces: [],
  closedBy: [],
  steps: [
    { step: 'pod-create', text: `runs a Pod → ${over}`, to: over, grants: ['RoleBinding "b/a" of Role "r" to User "u"'] },
    { step: 'escalate', text: 'rewrites a role → cluster admin', to: 'cluster admin', grants: [] },
  ],
});

test('steps that several paths take are one arrow of the graph', () => {
  assert.equal(
    [...toPathsDot({ paths: [toAdmin('User "jane"'), toAdmin('User joe')] })].join(''),
    `digraph {
  rankdir=LR
  node [shape=box]
  "User \\"jane\\"" -> "ServiceAccount a/b" [label="pod-create"]
  "ServiceAccount a/b" -> "cluster admin" [label="escalate"]
  "User joe" -> "ServiceAccount a/b" [label="pod-create"]
}
`,
  );
});

test('what opens and closes is told apart from the steps that were there before and still are', () => {
  const [old, gone, fresh] = [toAdmin('User old'), toAdmin('User gone'), toAdmin('User new', 'ServiceAccount a/c')];
  const picture = toPathsPicture({ paths: [old, fresh], pathChanges: { opened: [fresh], closed: [gone] } });
  assert.equal(picture.title, 'Escalation: 2 paths, 1 opened, 1 closed');
  assert.deepEqual(
    picture.arrows.map(({ from, to, label, kind }) => `${kind}: ${from} > ${to}: ${label}`),
    [
      'opened: User new > ServiceAccount a/c: + pod-create',
      'opened: ServiceAccount a/c > cluster admin: + escalate',
      'closed: User gone > ServiceAccount a/b: − pod-create',
      'open: ServiceAccount a/b > cluster admin: escalate',
      'open: User old > ServiceAccount a/b: pod-create',
    ],
  );
  assert.deepEqual(
    picture.boxes.map(({ id, kind }) => `${kind} ${id}`),
    [
      'subject User new',
      'place ServiceAccount a/c',
      'goal cluster admin',
      'subject User gone',
      'place ServiceAccount a/b',
      'subject User old',
    ],
  );
});

test('the picture is laid out from left to right, its texts are escaped, and the same report gives the same bytes', async () => {
  const picture = toPathsPicture({ paths: [toAdmin('User <jane>'), toAdmin('User joe')] });
  const svg = await drawPicture(picture, placeGraph);
  const columns = [...svg.matchAll(/<g><title>([^<]*)<\/title><rect x="([\d.]+)"[^>]*rx="(?:4|15)"/g)].map(([, text = '', x]) => [
    text,
    Number(x),
  ]);
  const at = new Map(columns.map(([text, x]) => [text, Number(x)]));
  assert.equal(at.size, 4, svg);
  assert.ok(Math.abs((at.get('User &lt;jane&gt;') ?? 0) - (at.get('User joe') ?? 0)) < 60);
  assert.ok((at.get('User joe') ?? 0) < (at.get('ServiceAccount a/b') ?? 0));
  assert.ok((at.get('ServiceAccount a/b') ?? 0) < (at.get('cluster admin') ?? 0));
  assert.match(svg, /RoleBinding &quot;b\/a&quot; of Role &quot;r&quot; to User &quot;u&quot;/);
  assert.ok(!svg.includes('NaN') && !svg.includes('<jane>'));
  assert.equal(await drawPicture(picture, placeGraph), svg);
});

test('of more paths than anybody follows the first are drawn, and their number is said', () => {
  const paths = Array.from({ length: 300 }, (_, index) => toAdmin(`User ${index}`, `ServiceAccount a/${index}`));
  const { arrows, note } = toPathsPicture({ paths });
  assert.equal(arrows.length, 100);
  assert.match(note, /^50 of 300 paths are drawn/);
});

test('a world without paths has a picture, too', async () => {
  assert.match(await drawPicture(toPathsPicture({ paths: [] }), placeGraph), /Escalation: 0 paths[^]*<\/svg>\n$/);
});
