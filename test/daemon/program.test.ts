import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { KubernetesObject } from '../../src/model/index.ts';
import { openEmbeddedCluster, type EmbeddedCluster } from '../../src/sim/index.ts';
import { getNumber, getString } from '../../src/std/index.ts';
import { commitAll, git, run, shopRepository, temporaryFolder } from '../cli/program.ts';
import { GitServer } from '../loader/git/remote/git-server.ts';
import { CATALOG, REAL_CLOCK } from '../sim/embedded.ts';
import { Running } from './running.ts';

function open(folder: string): Promise<EmbeddedCluster> {
  return openEmbeddedCluster({ directory: join(folder, 'cluster'), clock: REAL_CLOCK, catalog: CATALOG, sync: false });
}

const WEB = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
const WEB_SERVICE = { group: '', version: 'v1', kind: 'Service', namespace: 'shop', name: 'web' };
const WEB_CONFIG = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'web' };

function replicasOf(object: KubernetesObject | undefined): number | undefined {
  return getNumber(object, 'spec', 'replicas');
}

/** Changes the number of replicas in a file as an editor would. */
function setReplicas(file: string, count: number): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/replicas: \d+/, `replicas: ${count}`));
}

test('a daemon follows a folder, heals drift, and never prunes what a broken file held', async (context) => {
  const repository = shopRepository(context);
  const folder = join(repository, '..');
  const file = join(repository, 'shop/web.yaml');
  const daemon = new Running(context, folder, ['shop', '--watch', '--embedded', 'cluster', '--force-conflicts']);
  await daemon.says(/synced: \d\d changes/);
  const cluster = await open(folder);
  context.after(() => cluster.close());

  setReplicas(file, 2);
  await daemon.says(/synced: 1 change\n/);
  assert.equal(replicasOf(await cluster.get(WEB)), 2);

  const service = await cluster.get(WEB_SERVICE);
  assert.equal((await cluster.delete(WEB_SERVICE)).kind, 'ok');
  await daemon.says(/synced: 1 change\n/);
  const healed = await cluster.get(WEB_SERVICE);
  assert.ok(healed !== undefined && healed.metadata['uid'] !== service?.metadata['uid'], 'what was deleted is back');

  const config = await cluster.get(WEB_CONFIG);
  assert.ok(config !== undefined);
  assert.equal((await cluster.update({ ...config, data: { CART_URL: 'http://evil' } }, { fieldManager: 'somebody' })).kind, 'ok');
  await daemon.says(/synced: 1 change\n/);
  assert.match(getString(await cluster.get(WEB_CONFIG), 'data', 'CART_URL') ?? '', /cart/);

  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('metadata:', 'metadata: [\n'));
  await daemon.says(/held: .*shop\/web\.yaml:\d+/);
  for (const ref of [WEB, WEB_SERVICE, WEB_CONFIG]) assert.ok((await cluster.get(ref)) !== undefined, `${ref.kind} is not pruned`);
  const held = await run('kapply', folder, ['status', '--embedded', 'cluster']);
  assert.equal(held.code, 0, held.stderr);
  assert.match(held.stdout.replaceAll(/\s+/g, ' '), /daemon: idle, last synced .* held: .*web\.yaml:\d+/);

  writeFileSync(file, good);
  await daemon.says(/synced: nothing to change/);
  setReplicas(file, 4);
  await daemon.says(/synced: 1 change\n/);
  assert.equal(replicasOf(await cluster.get(WEB)), 4);

  assert.equal(await daemon.stop('SIGKILL'), null);
  const killed = await run('kapply', folder, ['status', '--embedded', 'cluster']);
  assert.match(killed.stdout.replaceAll(/\s+/g, ' '), /daemon: stopped, .*its process ended without a word/);
});

test('a daemon follows the commits of a repository, not its files; of two one works, and the other once that is gone', async (context) => {
  const repository = shopRepository(context);
  const folder = join(repository, '..');
  const file = join(repository, 'shop/web.yaml');
  const words = [pathToFileURL(repository).href, '--watch', '--embedded', 'cluster', '--interval', '1s'];
  const daemon = new Running(context, folder, words);
  await daemon.says(/synced: \d\d changes/);
  const second = new Running(context, folder, words);
  const [said] = await second.says(/standing by: 2 instances|keeps 1 of 1 unit, shared by 2/);
  const [worker, other] = said.startsWith('standing by') ? [daemon, second] : [second, daemon];
  const cluster = await open(folder);
  context.after(() => cluster.close());
  const before = replicasOf(await cluster.get(WEB));
  setReplicas(file, 7);
  assert.equal(replicasOf(await cluster.get(WEB)), before);
  commitAll(repository, 'More of it');
  await worker.says(/synced: 1 change\n/);
  assert.equal(replicasOf(await cluster.get(WEB)), 7);
  assert.equal(await worker.stop('SIGINT'), 130);
  setReplicas(file, 3);
  commitAll(repository, 'Less of it');
  await other.says(/synced: 1 change\n/);
  assert.equal(replicasOf(await cluster.get(WEB)), 3);
  assert.equal(await other.stop('SIGTERM'), 143);
  const stopped = await run('kapply', folder, ['status', '--embedded', 'cluster']);
  assert.match(stopped.stdout, /daemon: stopped/);
});

const UNITS = `apiVersion: kplan.dev/v1
kind: Config
units:
- {name: web, path: apps/web, dependsOn: [base]}
- {name: base, path: apps/base, namespace: units}
- {name: asleep, path: apps/asleep, suspend: true}
`;

function writeUnit(folder: string, unit: string, colour: string, more = ''): void {
  mkdirSync(join(folder, 'apps', unit), { recursive: true });
  const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${unit}}\ndata: {colour: ${colour}}\n`;
  writeFileSync(join(folder, 'apps', unit, 'all.yaml'), `${object}${more}`);
}

test('a daemon keeps the units of a folder each by itself: a broken one stops no other', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'kplan.yaml'), UNITS);
  writeUnit(folder, 'base', 'red', '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: units}\n');
  writeUnit(folder, 'web', 'red');
  writeUnit(folder, 'asleep', 'red');
  const daemon = new Running(context, folder, ['--watch', '.', '--embedded', 'cluster']);
  await daemon.says(/base: synced: 2 changes/);
  await daemon.says(/web: synced: 1 change\n/);
  const cluster = await open(folder);
  context.after(() => cluster.close());
  const colourOf = async (namespace: string, name: string): Promise<string | undefined> =>
    getString((await cluster.get({ group: '', version: 'v1', kind: 'ConfigMap', namespace, name })) ?? null, 'data', 'colour');
  assert.deepEqual([await colourOf('units', 'base'), await colourOf('default', 'web')], ['red', 'red']);

  writeUnit(folder, 'base', '[');
  await daemon.says(/base: held: .*apps\/base\/all\.yaml:\d+/);
  writeUnit(folder, 'web', 'blue');
  await daemon.says(/web: waits: base, which it depends on, is held/);
  writeUnit(folder, 'base', 'green', '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: units}\n');
  await daemon.says(/web: synced: 1 change\n/);
  assert.deepEqual([await colourOf('units', 'base'), await colourOf('default', 'web')], ['green', 'blue']);

  await cluster.delete({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'web' });
  await daemon.says(/web: synced: 1 change\n/);
  assert.equal(await colourOf('default', 'web'), 'blue');
  assert.equal(await colourOf('default', 'asleep'), undefined);
  assert.equal(await daemon.stop('SIGTERM'), 143);
});

test('a plan that is held is let go by kapply approve, and kapply status says so from the cluster alone', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(
    join(folder, 'kplan.yaml'),
    'apiVersion: kplan.dev/v1\nkind: Config\nunits: [{name: web, path: apps/web, limits: {deletes: 0}}]\n',
  );
  const more = '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\n';
  writeUnit(folder, 'web', 'red', more);
  const daemon = new Running(context, folder, ['--watch', '.', '--embedded', 'cluster']);
  await daemon.says(/web: synced: 2 changes/);
  writeUnit(folder, 'web', 'red');
  await daemon.says(/web: held: 1 object would be deleted/);
  const status = await run('kapply', folder, ['status', '--embedded', 'cluster']);
  assert.match(status.stdout.replaceAll(/\s+/g, ' '), /web .*daemon: idle, last synced .*held: 1 object would be deleted/);
  const refused = await run('kapply', folder, ['approve', 'nothing', '--embedded', 'cluster', '--yes']);
  assert.equal(refused.code, 3);
  const approved = await run('kapply', folder, ['approve', 'web', '--embedded', 'cluster', '--yes']);
  assert.equal(approved.code, 0, approved.stderr);
  await daemon.says(/web: synced: 1 change\n/);
  const again = await run('kapply', folder, ['approve', 'web', '--embedded', 'cluster', '--yes']);
  assert.match(again.stderr, /unit web holds no plan: it is synced/);
  assert.equal(await daemon.stop('SIGTERM'), 143);
});

test('a webhook brings a push to a daemon that would not look for an hour, and its face says how it is', async (context) => {
  const folder = temporaryFolder(context);
  const repository = join(folder, 'repository');
  mkdirSync(repository);
  git(repository, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(repository, 'kplan.yaml'), UNITS);
  writeUnit(repository, 'base', 'red', '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: units}\n');
  writeUnit(repository, 'web', 'red');
  commitAll(repository, 'First');
  const words = [pathToFileURL(repository).href, '--watch', '--embedded', 'cluster', '--interval', '1h', '--listen', '127.0.0.1:0'];
  const daemon = new Running(context, folder, words, { KAPPLY_WEBHOOK_SECRET: 'hunter2' });
  const [, url = ''] = await daemon.says(/listening on (http:\/\/127\.0\.0\.1:\d+), with webhooks/);
  await daemon.says(/web: synced: 1 change\n/);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  writeUnit(repository, 'web', 'blue');
  commitAll(repository, 'Second');
  assert.equal((await fetch(`${url}/webhook`, { method: 'POST', headers: { 'x-gitlab-token': 'wrong' } })).status, 401);
  assert.equal((await fetch(`${url}/webhook`, { method: 'POST', headers: { 'x-gitlab-token': 'hunter2' } })).status, 202);
  await daemon.says(/web: synced: 1 change\n/);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^kapply_unit_outcome\{unit="web",outcome="synced"\} 1$/m);
  assert.match(metrics, /^kapply_webhooks_total\{result="accepted"\} 1$/m);
  assert.ok(!daemon.text.includes('hunter2'));
  assert.equal(await daemon.stop('SIGTERM'), 143);
});

test('a daemon follows a server: only units that a commit touches are planned, and one that is down changes nothing', async (context) => {
  const folder = temporaryFolder(context);
  const repository = join(folder, 'repository');
  mkdirSync(repository);
  git(repository, 'init', '--quiet', '--initial-branch=main');
  writeFileSync(join(repository, 'kplan.yaml'), UNITS);
  writeUnit(repository, 'base', 'red', '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: units}\n');
  writeUnit(repository, 'web', 'red');
  writeUnit(repository, 'asleep', 'red');
  commitAll(repository, 'First');
  const server = new GitServer(folder, 'hunter2');
  const url = `${await server.start(context)}/repository/.git`;
  const words = [url, '--ref', 'main', '--watch', '--embedded', 'cluster', '--interval', '500ms'];
  const daemon = new Running(context, folder, words, { KAPPLY_GIT_TOKEN: 'hunter2' });
  await daemon.says(/web: synced: 1 change\n/);
  const before = daemon.text.length;
  writeUnit(repository, 'web', 'blue');
  commitAll(repository, 'Second');
  await daemon.says(/web: synced: 1 change\n/);
  assert.doesNotMatch(daemon.text.slice(before), /base: revision \w+ \(change\)/);
  server.isDown = true;
  await daemon.says(/repository\/\.git cannot be read: .*the last good revision is kept/);
  const cluster = await open(folder);
  context.after(() => cluster.close());
  const web = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'web' };
  assert.equal(getString((await cluster.get(web)) ?? null, 'data', 'colour'), 'blue');
  await cluster.delete(web);
  await daemon.says(/web: synced: 1 change\n/);
  server.isDown = false;
  writeUnit(repository, 'web', 'green');
  commitAll(repository, 'Third');
  await daemon.says(/the source can be read again/);
  await daemon.says(/web: synced: 1 change\n/);
  assert.ok(!daemon.text.includes('hunter2'));
  assert.equal(await daemon.stop('SIGTERM'), 143);
});

test('a unit that is listed no more is removed where it was to be, also after a restart, but not what another unit asks for', async (context) => {
  const folder = temporaryFolder(context);
  const list = (units: string): void =>
    writeFileSync(join(folder, 'kplan.yaml'), `apiVersion: kplan.dev/v1\nkind: Config\nunits: [${units}]\n`);
  const moved = '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: moved, namespace: default}\n';
  list('{name: web, path: apps/web}, {name: db, path: apps/db, deletionPolicy: delete}, {name: kept, path: apps/kept}');
  writeUnit(folder, 'web', 'red');
  writeUnit(folder, 'kept', 'red');
  writeUnit(folder, 'db', 'red', moved);
  const words = ['--watch', '.', '--embedded', 'cluster', '--interval', '300ms'];
  const first = new Running(context, folder, words);
  await first.says(/synced: [12] changes?\n[^]*synced: [12] changes?\n[^]*synced: [12] changes?\n/);
  assert.equal(await first.stop('SIGTERM'), 143);

  list('{name: web, path: apps/web}');
  writeUnit(folder, 'web', 'red', moved);
  const second = new Running(context, folder, words);
  await second.says(
    /db: no longer listed, and not removed yet: ConfigMap default\/moved of it is asked for by another unit: `allow: \[KP0108\]`/,
  );
  list('{name: web, path: apps/web, allow: [KP0108]}');
  await second.says(/db: no longer listed: removed, with what it owned/);
  const cluster = await open(folder);
  context.after(() => cluster.close());
  const { items } = await cluster.list({ group: '', version: 'v1', kind: 'ConfigMap' }, { namespace: 'default' });
  const names = items.map(({ metadata }) => getString(metadata, 'name') ?? '').toSorted();
  assert.deepEqual(
    names.filter((name) => !/^kube-root|kapply-(web|kept)$/.test(name)),
    ['kept', 'moved', 'web'],
  );
  assert.equal(await second.stop('SIGTERM'), 143);
});

test('a revision that fails after a restart is gone back from, to the one that was healthy before', async (context) => {
  const folder = temporaryFolder(context);
  const repository = join(folder, 'repository');
  mkdirSync(repository);
  git(repository, 'init', '--quiet', '--initial-branch=main');
  const checks = '[{apiVersion: v1, kind: ConfigMap, namespace: default, name: flag}]';
  const unit = `{name: web, path: apps/web, onFailure: rollback, timeout: 1s, retry: {limit: 0}, healthChecks: ${checks}}`;
  writeFileSync(join(repository, 'kplan.yaml'), `apiVersion: kplan.dev/v1\nkind: Config\nunits: [${unit}]\n`);
  writeUnit(repository, 'web', 'red', '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: flag}\n');
  commitAll(repository, 'Good');
  const words = [pathToFileURL(repository).href, '--watch', '--embedded', 'cluster', '--interval', '300ms'];
  const first = new Running(context, folder, words);
  await first.says(/web: synced: 2 changes\n/);
  assert.equal(await first.stop('SIGTERM'), 143);
  writeUnit(repository, 'web', 'blue');
  commitAll(repository, 'Bad');
  const second = new Running(context, folder, words);
  await second.says(/web: went back to the last good revision, since the newest failed: /);
  const cluster = await open(folder);
  context.after(() => cluster.close());
  const web = await cluster.get({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'web' });
  assert.equal(getString(web ?? null, 'data', 'colour'), 'red');
  assert.equal(await second.stop('SIGTERM'), 143);
});
