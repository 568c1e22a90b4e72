import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readAuditLog } from '../../../src/cli/stages/audit-log.ts';
import { temporaryFolder } from '../program.ts';

const event = (id: number): string =>
  JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: String(id),
    stage: 'ResponseComplete',
    verb: 'get',
    user: { username: 'jane' },
    objectRef: { resource: 'pods', namespace: 'n', name: `p${id}` },
  });
const list = (indent: number, ...ids: readonly number[]): string =>
  JSON.stringify(
    { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: ids.map((id): unknown => JSON.parse(event(id))) },
    null,
    indent,
  );

const logs: readonly {
  readonly name: string;
  readonly bytes: Buffer | string;
  readonly requests: number;
  readonly brokenLines: readonly number[];
}[] = [
  { name: 'JSON Lines', bytes: `${event(1)}\n${event(2)}\n`, requests: 2, brokenLines: [] },
  { name: 'no newline at the end', bytes: `${event(1)}\n${event(2)}`, requests: 2, brokenLines: [] },
  { name: 'an EventList in each line', bytes: `${list(0, 1, 2)}\n${list(0, 3)}\n`, requests: 3, brokenLines: [] },
  { name: 'an EventList over many lines', bytes: list(2, 1, 2, 3), requests: 3, brokenLines: [] },
  { name: 'nothing', bytes: '', requests: 0, brokenLines: [] },
  {
    name: 'broken lines',
    bytes: `${event(1)}\nI1101 klog\n\n{"kind":"Pod"}\n${event(2).slice(0, -9)}\n${event(3)}`,
    requests: 2,
    brokenLines: [2, 4, 5],
  },
  { name: 'gzip', bytes: gzipSync(`${event(1)}\n${event(2)}\n`), requests: 2, brokenLines: [] },
  { name: 'several in one', bytes: Buffer.concat([gzipSync(`${event(1)}\n`), gzipSync(`${event(2)}\n`)]), requests: 2, brokenLines: [] },
];

for (const { name, bytes, requests, brokenLines } of logs) {
  test(`an audit log: ${name}`, async (context) => {
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, 'audit.log'), bytes);
    const log = await readAuditLog('audit.log', { cwd: folder });
    assert.deepEqual([log.usage.requests, log.brokenLines, log.broken, log.isCutOff], [requests, brokenLines, brokenLines.length, false]);
  });
}

test('what stands before a cut in a compressed log is read', async (context) => {
  const folder = temporaryFolder(context);
  const whole = gzipSync(Array.from({ length: 2000 }, (_, id) => `${event(id)}\n`).join(''));
  writeFileSync(join(folder, 'audit.log.gz'), whole.subarray(0, whole.length - 100));
  const { usage, isCutOff } = await readAuditLog('audit.log.gz', { cwd: folder });
  assert.equal(isCutOff, true);
  assert.ok(usage.requests > 0 && usage.requests < 2000);
});

test('a log that is not there is said so', async (context) => {
  const folder = temporaryFolder(context);
  await assert.rejects(readAuditLog('none.log', { cwd: folder }), { code: 'UNREADABLE', message: /--audit none\.log/ });
});
