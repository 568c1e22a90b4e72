import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectRef } from '../../src/model/index.ts';
import type { CapacityReport } from '../../src/report/index.ts';
import { FORMATS } from '../formats.ts';

const WEB: ObjectRef = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

const REPORT: CapacityReport = {
  kind: 'CapacityReport',
  which: 'after',
  before: { kind: 'none', description: 'nothing', kubernetesVersions: [] },
  after: { kind: 'directory', description: 'deploy', kubernetesVersions: ['1.36'] },
  nodes: 3,
  pods: 12,
  unplaced: 2,
  headroom: [
    {
      group: 'm5.large',
      nodes: 3,
      isClosed: false,
      resources: [
        { resource: 'cpu', allocatable: 5790, requested: 5000, free: 790, largest: 430 },
        { resource: 'memory', allocatable: 3 * 2 ** 33, requested: 2 ** 33, free: 2 ** 34, largest: 1.5 * 2 ** 33 },
      ],
    },
  ],
  rooms: [{ workload: WEB, has: 12, pods: 2000, isAtLeast: true }],
  fleets: [
    {
      shapes: ['m5.large', 'm5.xlarge'],
      objective: 'price',
      unplaceable: [{ workload: WEB, pods: 2, reasons: ['Insufficient memory'] }],
      answer: {
        pods: 10,
        nodes: [
          { shape: 'm5.large', nodes: 1 },
          { shape: 'm5.xlarge', nodes: 2 },
        ],
        count: 3,
        lower: 470_000,
        upper: 480_000,
        gap: 1 / 47,
        proven: false,
        proof: 'patterns',
        method: 'rounded patterns',
        accepted: true,
      },
      scheduler: { nodes: 4, stranded: 1 },
    },
  ],
  findings: [],
  notes: [],
  next: 'Give a larger shape.',
};

for (const width of [80, 200]) {
  test(`a text of ${width} columns keeps to its width, and never calls optimal what is not proven`, () => {
    const text = FORMATS.text(REPORT, { width, color: false, all: false });
    const plain = text.replaceAll(/\s+/g, ' ');
    assert.match(plain, /^Capacity: 12 pods, on 3 nodes, 2 without a node/);
    assert.match(plain, /1 m5\.large \+ 2 m5\.xlarge for 0\.48 at least 0\.47 \(gap 2\.13%\) needs 4: 1 stranded/);
    assert.match(plain, /at least 2000/);
    assert.match(plain, /16Gi of 24Gi 12Gi/);
    assert.doesNotMatch(plain, /optimal/);
    assert.match(text, /Give a larger shape\.\n$/);
    for (const line of text.split('\n')) assert.ok(line.length <= width, line);
  });
}

test('what is proven is called optimal, in text and Markdown', () => {
  const [fleet] = REPORT.fleets;
  assert.ok(fleet?.answer !== undefined);
  const proven = { ...REPORT, fleets: [{ ...fleet, answer: { ...fleet.answer, lower: 480_000, gap: 0, proven: true } }] };
  const layout = { width: 120, color: false, all: false };
  assert.match(FORMATS.text(proven, layout), /this is optimal/);
  assert.match(
    FORMATS.markdown(proven, layout),
    /\| m5\.large \+ m5\.xlarge \| 1 m5\.large \+ 2 m5\.xlarge for 0\.48 \| this is optimal \|/,
  );
});
