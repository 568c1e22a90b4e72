import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Running } from '../../daemon/running.ts';
import { run, temporaryFolder } from '../program.ts';

/** Units of three clusters: the daemon's own, `east`, and `west`, which cannot be reached. */
function makeFolder(context: TestContext): string {
  const folder = temporaryFolder(context);
  const units = ['{name: a, path: apps/a}', '{name: b, path: apps/b, context: east}', '{name: c, path: apps/c, context: west}'];
  writeFileSync(join(folder, 'kplan.yaml'), `apiVersion: kplan.dev/v1\nkind: Config\nunits: [${units.join(', ')}]\n`);
  for (const unit of ['a', 'b', 'c']) {
    mkdirSync(join(folder, 'apps', unit), { recursive: true });
    writeFileSync(join(folder, 'apps', unit, 'all.yaml'), `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${unit}}\n`);
  }
  writeFileSync(join(folder, 'cluster-west'), '');
  return folder;
}

test('one daemon keeps units of several clusters; one that is dead holds up no other, and is taken up once it answers', async (context) => {
  const folder = makeFolder(context);
  const daemon = new Running(context, folder, ['--watch', '.', '--embedded', 'cluster', '--listen', '0']);
  const [, url = ''] = await daemon.says(/listening on (http:\S+)/);
  await daemon.says(/the cluster of context west cannot be reached: .*; its units wait, others go on/);
  const ends = [/a: synced: 1 change/, /b \(east\): synced: 1 change/];
  await daemon.says(/synced: 1 change/);
  await daemon.says(/synced: 1 change/);
  for (const end of ends) assert.match(daemon.text, end);
  const read = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text();
  assert.match(await read('/readyz'), /^ready\ncluster west cannot be reached: /);
  const metrics = await read('/metrics');
  assert.match(metrics, /^kapply_cluster_reachable 1$/m);
  assert.match(metrics, /^kapply_cluster_reachable\{cluster="east"\} 1$/m);
  assert.match(metrics, /^kapply_cluster_reachable\{cluster="west"\} 0$/m);
  assert.match(metrics, /^kapply_unit_outcome\{unit="b",cluster="east",outcome="synced"\} 1$/m);
  assert.match(await read('/'), /b \(east\)/);
  const east = await run('kapply', folder, ['status', '--embedded', 'cluster-east']);
  assert.match(east.stdout, /\bb\b/);

  rmSync(join(folder, 'cluster-west'));
  await daemon.says(/c \(west\): synced: 1 change/);
  assert.equal(await read('/readyz'), 'ready\n');
  assert.equal(await daemon.stop('SIGTERM'), 143);
});

test('with --once the units of a cluster that is dead are not done', async (context) => {
  const folder = makeFolder(context);
  const ran = await run('kapply', folder, ['--watch', '.', '--embedded', 'cluster', '--once']);
  assert.equal(ran.code, 3, ran.stderr);
  assert.match(ran.stderr, /a: synced: 1 change/);
  assert.match(ran.stderr, /b \(east\): synced: 1 change/);
});
