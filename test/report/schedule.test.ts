import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduleReport } from '../../src/report/index.ts';
import { FORMATS } from '../formats.ts';

const PLAIN = { width: 80, color: false, all: false };
const SCORES = { TaintToleration: 300, NodeResourcesFit: 82, PodTopologySpread: 200, NodeResourcesBalancedAllocation: 75 };
const NO_ROOM = {
  verdict: 'Unschedulable' as const,
  plugin: 'NodeResourcesFit',
  reasons: ['Insufficient cpu', 'Insufficient memory'],
  scores: {},
};

function toReport(refused: readonly string[] = ['node-4'], name = 'node'): ScheduleReport {
  const taken = ['2', '1'].map((end) => `${name}-${end}`);
  return {
    kind: 'ScheduleReport',
    which: 'after',
    before: { kind: 'none', description: 'nothing', kubernetesVersions: [] },
    after: { kind: 'directory', description: 'deploy', kubernetesVersions: ['1.36'] },
    nodes: 2 + refused.length,
    placements: [
      {
        pod: 'shop/web-0',
        node: taken[0] ?? null,
        message: `Successfully assigned shop/web-0 to ${taken[0]}`,
        feasible: 2,
        best: taken.slice(0, 1),
        score: 657,
        nodes: [
          ...taken.map((node, index) => ({
            node,
            verdict: 'Success' as const,
            plugin: '',
            reasons: [],
            scores: { ...SCORES, NodeResourcesFit: 82 - index },
          })),
          ...refused.map((node) => ({ node, ...NO_ROOM, also: [{ plugin: 'PodTopologySpread', reasons: ['too much here'] }] })),
        ],
      },
      {
        pod: 'shop/big-0',
        node: null,
        message: `0/${2 + refused.length} nodes are available: 3 Insufficient cpu.`,
        feasible: 0,
        best: [],
        score: null,
      },
      { pod: 'shop/only-0', node: 'node-1', message: '', feasible: 1, best: ['node-1'], score: null },
    ],
    preempted: [{ pod: 'shop/low-0', node: 'node-1', by: 'shop/web-0' }],
    held: [{ pod: 'shop/gated', why: 'gates', message: 'waits until its scheduling gates are removed: g' }],
    omitted: [],
    findings: [],
    notes: [],
    next: 'Next.',
  };
}

test('a narrow terminal shows every plugin under a short name, a wide one under its own', () => {
  const narrow = FORMATS.text(toReport(), PLAIN);
  assert.match(
    narrow,
    /\n {3}NODE {4}TOTAL {2}Taint {2}Fit {2}Spread {2}Balance\n → node-2 {4}657 {4}300 {3}82 {5}200 {7}75\n ✓ node-1 {4}656 {4}300 {3}81/,
  );
  const wide = FORMATS.text(toReport(), { ...PLAIN, width: 200 });
  assert.match(
    wide,
    /TOTAL {2}TaintToleration {2}NodeResourcesFit {2}PodTopologySpread {2}NodeResourcesBalancedAllocation\n → node-2 {4}657 {14}300 {16}82/,
  );
  for (const text of [narrow, wide])
    assert.match(text, / ✗ node-4 {2}NodeResourcesFit: Insufficient cpu, Insufficient memory\n {5}also PodTopologySpread: too much here\n/);
});

test('where names leave no room for a table, each node has its line, and no line is wider than the terminal', () => {
  const text = FORMATS.text(toReport(['node-4'], `a-node-of-a-pool-with-a-very-long-name.${'x'.repeat(20)}`), PLAIN);
  assert.match(text, / → a-node[^\n]*-2 {2}657\n? +TaintToleration 300, NodeResourcesFit/);
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
});

test('many nodes of which the same is said are one line, unless all are asked for', () => {
  const names = Array.from({ length: 30 }, (_, index) => `refused-${index}`);
  assert.match(FORMATS.text(toReport(names), PLAIN), / ✗ refused-0, refused-1, refused-2 and 27 more {2}NodeResourcesFit: Insufficient\s/);
  assert.match(FORMATS.text(toReport(names), { ...PLAIN, all: true }), / ✗ refused-29 {2}NodeResourcesFit/);
});

test('who finds no node, is evicted or not looked at is told, and counted in the first line', () => {
  const text = FORMATS.text(toReport(), PLAIN);
  assert.match(text, /^Schedule: 2 pods placed, 1 without a node · 1 pod evicted · 1 not looked at\ndeploy\n/);
  assert.match(text, /Without a node\n ✗ shop\/big-0\n {3}0\/3 nodes are available: 3 Insufficient cpu\.\n/);
  assert.match(text, / ! shop\/low-0 from node-1, for shop\/web-0\n/);
  assert.match(text, / ! shop\/gated {2}waits until its scheduling gates are removed: g\n/);
  assert.match(text, /shop\/only-0 {2}node-1 {2}the only node that takes it\n/);
});

test('colour adds nothing but colour', () => {
  const [plain, coloured] = [false, true].map((color) => FORMATS.text(toReport(), { ...PLAIN, color }));
  assert.notEqual(coloured, plain);
  // oxlint-disable-next-line no-control-regex -- the escapes are what is taken out
  assert.equal(coloured?.replaceAll(/\u001B\[\d+m/g, ''), plain);
});

test('what depends on the order is told, in text and in Markdown', () => {
  const workload = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'wide' };
  const worst = { order: ['shop/small-0', 'shop/wide-0'], unplaced: ['shop/wide-0'] };
  const orders = { orders: 20, seed: 3, workloads: [{ workload, pods: 1, fits: 18, least: 0, most: 1 }], worst };
  const report = { ...toReport(), orders };
  const text = FORMATS.text(report, { ...PLAIN, width: 120 });
  assert.match(text, / ! Deployment shop\/wide sometimes fits: in 18 of 20 orders of seed 3 \(0 to 1 of its 1 pod placed\)\n/);
  assert.match(text, /worst, with 1 unplaced: shop\/small-0, shop\/wide-0\n/);
  assert.match(FORMATS.markdown(report, PLAIN), /\| `Deployment shop\/wide` \| sometimes \(18 of 20\) \| 0 to 1 of 1 \|/);
});

test('Markdown has a row for every node', () => {
  const text = FORMATS.markdown(toReport(), PLAIN);
  assert.match(text, /^## kplan schedule: 2 placed, 1 without a node · no findings\n/);
  assert.match(text, /\| `node-2` \| \*\*chosen\*\* \| 657<br>TaintToleration 300, /);
  assert.match(text, /\| `node-4` \| NodeResourcesFit: Insufficient cpu, Insufficient memory<br>PodTopologySpread: too much here \| {2}\|/);
});
