import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeGraph } from '../../src/cli/graph-layout.ts';
import {
  ConnectionList,
  drawPicture,
  joinBoxes,
  placeInCircle,
  toReachPicture,
  type Graph,
  type PlacedGraph,
  type ReachDiffReport,
  type ReachReport,
} from '../../src/report/index.ts';

const HEAD = {
  which: 'after',
  before: { kind: 'none', description: 'nothing', kubernetesVersions: [] },
  findings: [],
  notes: [],
  next: '',
} as const;
const ports = (text: string): { readonly text: string; readonly ranges: [] } => ({ text, ranges: [] });

const DIFF: ReachDiffReport = {
  ...HEAD,
  kind: 'ReachDiffReport',
  changes: [
    { change: 'opened', from: 'shop/web', to: 'pay/db', before: ports(''), after: ports('TCP 5432'), only: [], causes: [] },
    { change: 'closed', from: '10.0.0.0/8', to: 'shop/web', before: ports('TCP 80'), after: ports(''), only: [], causes: [] },
    { change: 'changed', from: 'shop/web', to: 'shop/<api>', before: ports('TCP 1'), after: ports('TCP 2'), only: [], causes: [] },
  ],
};

function toList(workloads: number, namespaces: number): ReachReport {
  const names = Array.from({ length: workloads }, (_, index) => `n${index % namespaces}/w${index}`);
  const connections = new ConnectionList(names, [ports('all connections')]);
  for (const from of names.keys()) for (const to of names.keys()) connections.add(from, to, 0);
  return { ...HEAD, kind: 'ReachReport', workloads, policies: 0, connections, exposures: [] };
}

/** What is drawn, without looking at where. */
async function listGraph(report: ReachDiffReport | ReachReport): Promise<Graph> {
  let seen: Graph | undefined;
  await drawPicture(toReachPicture(report), (graph): Promise<PlacedGraph> => {
    seen = graph;
    return Promise.resolve({ width: 0, height: 0, boxes: new Map(), arrows: new Map() });
  });
  assert.ok(seen !== undefined);
  return seen;
}

test('namespaces hold their workloads; addresses outside stand by themselves', async () => {
  const { boxes, arrows, isFlat } = await listGraph(DIFF);
  assert.deepEqual(
    boxes.map(({ id, children }) => [id, ...children.map((child) => child.id)]),
    [['10.0.0.0/8'], ['pay', 'pay/db'], ['shop', 'shop/<api>', 'shop/web']],
  );
  assert.deepEqual(
    arrows.map(({ from, to }) => `${from} > ${to}`),
    ['10.0.0.0/8 > shop/web', 'shop/web > pay/db', 'shop/web > shop/<api>'],
  );
  assert.equal(isFlat, false);
});

test('what opens, closes and changes differs in colour, in pattern and in words', async () => {
  const svg = await drawPicture(toReachPicture(DIFF), placeGraph);
  for (const sign of [
    '+ TCP 5432',
    '− TCP 80',
    '~ TCP 1 =&gt; TCP 2',
    'stroke="#1a7f37"',
    'stroke="#c62828"',
    'stroke-dasharray="7 4"',
    '&lt;api&gt;',
  ])
    assert.ok(svg.includes(sign), sign);
  assert.ok(!svg.includes('<api>') && !svg.includes('NaN'));
});

test('the same report gives the same picture', async () => {
  assert.equal(await drawPicture(toReachPicture(DIFF), placeGraph), await drawPicture(toReachPicture(DIFF), placeGraph));
});

test('pairs that are the same both ways are one arrow', async () => {
  assert.equal((await listGraph(toList(4, 2))).arrows.length, 6);
});

test('more arrows than anybody follows are drawn between namespaces, in boxes that do not overlap', async () => {
  const report = toList(200, 12);
  const graph = await listGraph(report);
  assert.deepEqual([graph.isFlat, graph.arrows.length], [true, 66]);
  const { boxes } = await placeGraph(graph);
  const outer = graph.boxes.flatMap(({ id }) => boxes.get(id) ?? []);
  assert.equal(outer.length, 12);
  for (const [index, a] of outer.entries())
    for (const b of outer.slice(index + 1))
      assert.ok(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y, JSON.stringify([a, b]));
  assert.match(await drawPicture(toReachPicture(report), placeGraph), /39800 connected pairs, drawn by namespace/);
});

test('an arrow goes from border to border', () => {
  const box = { width: 20, height: 10 };
  assert.deepEqual(joinBoxes({ x: 0, y: 0, ...box }, { x: 100, y: 0, ...box }), [
    { x: 20, y: 5 },
    { x: 100, y: 5 },
  ]);
  assert.deepEqual(placeInCircle([{ x: 7, y: 7, ...box }]).places, [{ x: 0, y: 0 }]);
});
