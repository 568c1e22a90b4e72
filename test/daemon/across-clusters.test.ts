import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commitAll, git, run, temporaryFolder, type Ran } from '../cli/program.ts';
import { Running } from './running.ts';

const settings = (name: string, data = '{colour: red}'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n`;

/** A chain over three clusters: the last in the chain is the first in the list. */
const UNITS = `- {name: web, path: web, dependsOn: [api]}
- {name: api, path: api, context: west, dependsOn: [db]}
- {name: db, path: db, context: east}
`;

function write(repository: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(repository, name), { recursive: true });
    writeFileSync(join(repository, name, 'all.yaml'), text);
  }
}

function makeRepository(folder: string): string {
  const repository = join(folder, 'shop');
  write(repository, { web: settings('web'), api: settings('api'), db: settings('db') });
  writeFileSync(join(repository, 'kplan.yaml'), `apiVersion: kplan.dev/v1\nkind: Config\ndefaultNamespace: default\nunits:\n${UNITS}`);
  git(repository, 'init', '-q', '-b', 'main');
  commitAll(repository, 'First');
  return repository;
}

const syncOnce = (folder: string): Promise<Ran> =>
  run('kapply', folder, ['shop', '--ref', 'main', '--watch', '--once', '--embedded', 'cluster']);

const orderIn = (text: string): readonly string[] =>
  [...text.matchAll(/(\w+)(?: \(\w+\))?: synced: 1 change\n/g)].map(([, name]) => name ?? '');

test('a unit waits for one of another cluster, and goes once that is synced', async (context) => {
  const folder = temporaryFolder(context);
  makeRepository(folder);
  const { code, stderr } = await syncOnce(folder);
  assert.equal(code, 0, stderr);
  assert.deepEqual(orderIn(stderr), ['db', 'api', 'web']);
});

test('a unit waits for as long as one of another cluster is held', async (context) => {
  const folder = temporaryFolder(context);
  write(makeRepository(folder), { db: settings('db', '{port: 80}') });
  commitAll(join(folder, 'shop'), 'Wrong');
  const { code, stderr } = await syncOnce(folder);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /db \(east\): held/);
  assert.match(stderr, /api \(west\): waits: db, which it depends on/);
  assert.deepEqual(orderIn(stderr), []);
});

test('a commit that changes units of several clusters goes in their order, whichever heard of it first', async (context) => {
  const folder = temporaryFolder(context);
  const repository = makeRepository(folder);
  const daemon = new Running(context, folder, ['shop', '--ref', 'main', '--watch', '--interval', '2s', '--embedded', 'cluster']);
  await daemon.says(/web: synced: 1 change\n/);
  for (const colour of ['blue', 'green']) {
    const from = daemon.text.length;
    write(repository, Object.fromEntries(['web', 'api', 'db'].map((name) => [name, settings(name, `{colour: ${colour}}`)])));
    commitAll(repository, colour);
    await daemon.says(/web: synced: 1 change\n/);
    assert.deepEqual(orderIn(daemon.text.slice(from)), ['db', 'api', 'web']);
  }
  assert.equal(await daemon.stop('SIGTERM'), 143);
});
