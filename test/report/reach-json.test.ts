import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionList, toReachCsv, toReachJson, type ConnectionEntry, type ReachReport } from '../../src/report/index.ts';
import { FORMATS } from '../formats.ts';

const PORTS = [
  { text: 'all connections', ranges: [{ protocol: 'TCP', first: 1, last: 65535 }] },
  { text: 'TCP 80,443', ranges: [80, 443].map((port) => ({ protocol: 'TCP' as const, first: port, last: port })) },
  { text: 'nothing', ranges: [] },
] as const;

/** A report of so many connections between three ends, one of an odd name. */
function toReport(size: number): ReachReport {
  const connections = new ConnectionList(['shop/web', 'shop/"odd\n"', '10.0.0.0/8'], PORTS);
  for (let index = 0; index < size; index++) connections.add(index % 3, (index + 1) % 3, index % PORTS.length);
  const source = { kind: 'none', description: 'nothing', kubernetesVersions: [] } as const;
  const head = { which: 'after', before: source, findings: [], notes: ['a note'], next: '' } as const;
  return { ...head, kind: 'ReachReport', workloads: 2, policies: 1, connections, exposures: [] };
}

for (const size of [0, 1, 255, 256, 257, 4096, 9000]) {
  test(`${size} connections in pieces are the same document as in one`, () => {
    const report = toReport(size);
    assert.equal(report.connections.length, size);
    const layout = { width: 80, color: false, all: false };
    assert.equal([...toReachJson(report)].join(''), FORMATS.json(report, layout));
    const listed: ConnectionEntry[] = [...report.connections];
    assert.equal(listed.length, size);
    assert.equal([...toReachCsv(report)].join('').split('\r\n').length, size + 2);
  });
}
