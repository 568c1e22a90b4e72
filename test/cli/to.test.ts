import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commitAll, git, run, temporaryFolder } from './program.ts';
import { listChanges, readReport } from './report-schema.ts';

const CONFIG = (name: string, value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {k: ${value}}\n`;

function repository(context: { after(clean: () => void): void }): string {
  const folder = temporaryFolder(context);
  git(folder, 'init', '-q', '-b', 'main');
  mkdirSync(join(folder, 'app'));
  writeFileSync(join(folder, 'app/one.yaml'), CONFIG('one', 'old'));
  writeFileSync(join(folder, 'app/secret.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: was-secret}\n');
  commitAll(folder, 'Old');
  writeFileSync(join(folder, 'app/one.yaml'), CONFIG('one', 'new'));
  writeFileSync(join(folder, 'app/two.yaml'), CONFIG('two', 'new'));
  writeFileSync(join(folder, 'app/secret.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: is-secret}\n');
  commitAll(folder, 'New');
  return folder;
}

test('going back is a plan that is shown, asked about and applied to the same unit, Secrets included', async (context) => {
  const folder = repository(context);
  assert.equal((await run('kapply', folder, ['app', '--yes'])).code, 0);
  const dry = await run('kapply', folder, ['app', '--to', 'HEAD~1', '--dry-run', '-o', 'json']);
  const back = ['update ConfigMap default/one', 'update Secret default/s', 'delete ConfigMap default/two'];
  assert.deepEqual(listChanges(readReport(dry.stdout)), back);
  const asked = await run('kapply', folder, ['app', '--to', 'HEAD~1']);
  assert.deepEqual([asked.code, /no terminal to ask at/.test(asked.stderr)], [3, true]);
  const done = await run('kapply', folder, ['app', '--to', 'HEAD~1', '--yes']);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /after: HEAD~1 \([0-9a-f]{7}\)/);
  assert.match((await run('kplan', folder, ['app', '--ref', 'HEAD~1'])).stdout, /^Plan: nothing to change \(2 objects/);
  assert.match((await run('kplan', folder, ['app'])).stdout, /^Plan: 1 to create, 2 to update/);
});

test('a path that is no longer there can be gone back to', async (context) => {
  const folder = repository(context);
  rmSync(join(folder, 'app'), { recursive: true });
  const { code, stderr } = await run('kapply', folder, ['app', '--to', 'HEAD', '--yes']);
  assert.equal(code, 0, stderr);
});

const REFUSED: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['app', '--to', 'HEAD', '--ref', 'HEAD'], /--to and --ref each choose the revision/],
  [['app', '--to', 'HEAD', '--watch'], /--to goes back once/],
  [['-', '--to', 'HEAD'], /standard input has no revisions/],
  [['app', '--to', 'nope', '--yes'], /nope/],
  [['plan.kplan', '--to', 'HEAD'], /a saved plan is applied as it is: it does not take --to/],
  [['plan.kplan', '--unit', 'x'], /a saved plan is applied as it is: it does not take --unit/],
];

test('what cannot be gone back to is refused with the reason', async (context) => {
  const folder = repository(context);
  await run('kplan', folder, ['app', '--out', 'plan.kplan']);
  for (const [args, message] of REFUSED) {
    const { code, stderr } = await run('kapply', folder, args);
    assert.equal(code, 3, args.join(' '));
    assert.match(stderr, message);
  }
});
