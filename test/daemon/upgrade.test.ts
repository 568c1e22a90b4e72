import assert from 'node:assert/strict';
import { chmodSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openEmbeddedCluster } from '../../src/sim/index.ts';
import { run, temporaryFolder } from '../cli/program.ts';
import { CATALOG, REAL_CLOCK } from '../sim/embedded.ts';

/**
 * What a daemon of an earlier version has left: three units, of which `web` is as it should be, `db` is held and its plan was approved
 * since, and `gone` goes once it is no longer listed; Leases of a process that was killed.
 */
const EARLIER = fileURLToPath(new URL('../../fixtures/daemon/earlier-version/', import.meta.url));

test('what an earlier version has left is read: nothing is done twice, and what was decided holds', async (context) => {
  const folder = temporaryFolder(context);
  cpSync(EARLIER, folder, { recursive: true });
  chmodSync(join(folder, 'cluster'), 0o700);
  const before = await run('kapply', folder, ['status', '--embedded', 'cluster']);
  assert.equal(before.code, 0, before.stderr);
  const told = before.stdout.replaceAll(/\s+/g, ' ');
  assert.match(told, /db 2 objects, 2 healthy daemon: idle, .*held: 1 object would be deleted/);
  assert.match(told, /web 1 object, 1 healthy daemon: idle, last synced/);

  const ran = await run('kapply', folder, ['--watch', '.', '--embedded', 'cluster', '--once']);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /web: synced: nothing to change/);
  assert.match(ran.stderr, /gone: synced: nothing to change/);
  assert.match(ran.stderr, /db: synced: 1 change\n/, 'the plan that was approved goes');
  const cluster = await openEmbeddedCluster({ directory: join(folder, 'cluster'), clock: REAL_CLOCK, catalog: CATALOG, sync: false });
  context.after(() => cluster.close());
  const { items } = await cluster.list({ group: '', version: 'v1', kind: 'ConfigMap' }, { namespace: 'default' });
  const names = items.map(({ metadata }) => metadata['name']);
  assert.deepEqual(
    ['web', 'db', 'db-old', 'gone'].filter((name) => names.includes(name)),
    ['web', 'db', 'gone'],
  );
});
