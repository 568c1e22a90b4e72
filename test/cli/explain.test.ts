import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, temporaryFolder } from './program.ts';

const cases: readonly { readonly asked: string; readonly says: RegExp }[] = [
  { asked: 'KN0101', says: /^KN0101 \(warning\): Connection opened\n[^]*`kplan explain network`\.\n$/ },
  { asked: 'KP0201', says: /^KP0201 \(info\): Restart\n(?![^]*does not look)/ },
  { asked: 'network', says: /^The network engine says:\n {2}KN0101 {2}Connection opened\n[^]*\nIt does not look at:\n {2}- / },
  { asked: 'restart', says: /^The restart engine says:\n {2}KP0201 {2}Restart\n(?![^]*KR0001)(?![^]*does not look)/ },
  { asked: 'reference', says: /^The reference engine says:\n {2}KR0001 / },
  { asked: 'Scheduler', says: /^The scheduler engine says:\n[^]*CronJob/ },
];

for (const { asked, says } of cases)
  test(`kplan explain ${asked}`, async (context) => {
    const { code, stdout } = await run('kplan', temporaryFolder(context), ['explain', asked]);
    assert.match(stdout, says);
    assert.equal(code, 0);
  });
