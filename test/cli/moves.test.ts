import assert from 'node:assert/strict';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { getArray, getString } from '../../src/std/index.ts';
import { map, writeFiles, type Files } from '../loader/files.ts';
import { commitAll, git, run, temporaryFolder } from './program.ts';
import { listChanges, readReport } from './report-schema.ts';

function repository(context: TestContext, files: Files): string {
  const root = writeFiles(join(temporaryFolder(context), 'r'), files);
  git(root, 'init', '-q', '-b', 'main');
  commitAll(root, 'first');
  return root;
}

/** What a plan of a path changes, and what it says of moves. */
async function plan(
  root: string,
  ...words: readonly string[]
): Promise<{ readonly changes: readonly string[]; readonly says: readonly string[] }> {
  const { stdout, stderr } = await run('kplan', root, [...words, '-o', 'json', '--fail-on', 'never']);
  assert.notEqual(stdout, '', stderr);
  const report = readReport(stdout);
  const findings = getArray(report, 'findings').filter((finding) => /^KP01(07|08|17)$/.test(getString(finding, 'code') ?? ''));
  return {
    changes: listChanges(report),
    says: findings.map((finding) => `${getString(finding, 'code')} ${getString(finding, 'message')}`),
  };
}

async function apply(root: string, ...words: readonly string[]): Promise<number | null> {
  return (await run('kapply', root, [...words, '--yes'])).code;
}

/** The unit that an object belongs to, or nothing if it is gone. */
async function unitOf(root: string, name: string): Promise<string | undefined> {
  const report = readReport((await run('kapply', root, ['status', '--all', '-o', 'json'])).stdout);
  const holder = getArray(report, 'units').find((unit) =>
    getArray(unit, 'objects').some((object) => getString(object, 'ref', 'name') === name),
  );
  return getString(holder, 'unit');
}

const APPS: Files = {
  'apps/web/a.yaml': map('a'),
  'apps/web/b.yaml': map('b'),
  'apps/web/c.yaml': map('c'),
  'apps/api/d.yaml': map('d'),
};

test('an object that moves to another unit of the repository is never deleted, whichever is applied first', async (context) => {
  const root = repository(context, APPS);
  assert.equal(await apply(root, 'apps/web'), 0);
  assert.equal(await apply(root, 'apps/api'), 0);
  rmSync(join(root, 'apps/web/c.yaml'));
  await run('kplan', root, ['apps/web', '--out', 'c.kplan']);
  renameSync(join(root, 'apps/web/b.yaml'), join(root, 'apps/api/b.yaml'));
  const moved = 'KP0117 this ConfigMap has moved to apps/api/b.yaml:1 and is not deleted here';
  assert.deepEqual(await plan(root, 'apps/web'), { changes: ['delete ConfigMap default/c'], says: [moved] });
  assert.deepEqual(await plan(root, 'apps/web', '--base', 'HEAD'), { changes: ['delete ConfigMap default/c'], says: [moved] });

  assert.equal(await apply(root, 'apps/web'), 0);
  assert.deepEqual([await unitOf(root, 'b'), await unitOf(root, 'c')], ['r.apps.web', undefined]);
  assert.equal(await apply(root, 'apps/api'), 3);
  assert.equal(await apply(root, 'apps/api', '--allow', 'KP0108'), 0);
  assert.equal(await unitOf(root, 'b'), 'r.apps.api');
  assert.deepEqual((await plan(root, 'apps/web')).changes, []);
  assert.equal(await apply(root, 'apps/web'), 0);
  assert.equal(await unitOf(root, 'b'), 'r.apps.api');
});

test('a saved plan that deletes what another unit has taken over since is refused', async (context) => {
  const root = repository(context, APPS);
  assert.equal(await apply(root, 'apps/web'), 0);
  rmSync(join(root, 'apps/web/b.yaml'));
  await run('kplan', root, ['apps/web', '--out', 'gone.kplan']);
  writeFiles(root, { 'apps/api/b.yaml': map('b') });
  assert.equal(await apply(root, 'apps/api', '--allow', 'KP0108'), 0);
  const refused = await run('kapply', root, ['gone.kplan', '--yes']);
  assert.match(refused.stdout, /ConfigMap default\/b {2}refused · ConfigMap default\/b belongs to another ApplySet/);
  assert.equal(refused.code, 3);
  assert.equal(await unitOf(root, 'b'), 'r.apps.api');
});

test('what another environment of the repository has as well has not moved', async (context) => {
  const root = repository(context, {
    'dev/a.yaml': map('a'),
    'dev/debug/b.yaml': map('b'),
    'prod/a.yaml': map('a'),
    'prod/debug/b.yaml': map('b'),
    'prod/c.yaml': map('c'),
  });
  assert.equal(await apply(root, 'prod'), 0);
  rmSync(join(root, 'prod/debug'), { recursive: true });
  assert.deepEqual(await plan(root, 'prod'), { changes: ['delete ConfigMap default/b'], says: [] });
});
