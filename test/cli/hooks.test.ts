import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getArray, getString } from '../../src/std/index.ts';
import { run, temporaryFolder } from './program.ts';
import { listChanges, readReport } from './report-schema.ts';

const CONFIG = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: ${value}}\n---\n`;
const JOB = (name: string, annotations: string, image = 'a:1'): string => `apiVersion: batch/v1
kind: Job
metadata: {name: ${name}, annotations: {${annotations}}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: "${image}"}]}}}
---
`;
const BEFORE = JOB('pre', 'kapply.kplan.dev/hook: before');
const AFTER = JOB('post', 'helm.sh/hook: "post-install,post-upgrade", helm.sh/hook-delete-policy: hook-succeeded');
const NODES = ['--nodes', '1x4cpu,16Gi'];

test('hooks run with each change, before and after it, and not without one; what is to go once it has succeeded goes', async (context) => {
  const folder = temporaryFolder(context);
  const write = (value: string): void => writeFileSync(join(folder, 'app.yaml'), CONFIG(value) + BEFORE + AFTER);
  const apply = (): ReturnType<typeof run> => run('kapply', folder, ['app.yaml', '--yes', '--allow', 'scheduler', ...NODES]);
  const uidOf = async (name: string): Promise<string | undefined> => {
    const { stdout } = await run('kplan', folder, ['snapshot']);
    return new RegExp(`kind: Job\\n {4}metadata:\\n(?: {6}.*\\n)*? {6}name: ${name}\\n(?: {6}.*\\n)*? {6}uid: (\\S+)`).exec(stdout)?.[1];
  };
  write('a');
  const first = await apply();
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.match(
    first.stderr,
    /create Job default\/pre: applied[^]*create ConfigMap default\/c: applied[^]*create Job default\/post: applied/,
  );
  const pre = await uidOf('pre');
  assert.ok(pre !== undefined);
  assert.equal(await uidOf('post'), undefined);
  assert.match((await run('kplan', folder, ['app.yaml'])).stdout, /^Plan: nothing to change/);
  write('b');
  const changed = readReport((await run('kplan', folder, ['app.yaml', '-o', 'json'])).stdout);
  assert.deepEqual(listChanges(changed), ['replace Job default/pre', 'update ConfigMap default/c', 'create Job default/post']);
  assert.match(getString(getArray(changed, 'changes')[0], 'reason') ?? '', /a hook, which runs again/);
  const second = await apply();
  assert.equal(second.code, 0, second.stdout + second.stderr);
  assert.notEqual(await uidOf('pre'), pre);
  assert.equal(await uidOf('post'), undefined);
  assert.match((await run('kplan', folder, ['app.yaml'])).stdout, /^Plan: nothing to change/);
});

const NOWHERE = 'nodeSelector: {nowhere: "true"}, containers';
const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n';

test('hooks of a failure run once something has been written, and not where all goes well', async (context) => {
  const folder = temporaryFolder(context);
  const write = (migration: string): void => {
    const alarm = JOB('alarm', 'argocd.argoproj.io/hook: SyncFail, argocd.argoproj.io/hook-delete-policy: HookSucceeded');
    writeFileSync(join(folder, 'app.yaml'), CONFIG('a') + alarm + migration);
  };
  const apply = (...flags: readonly string[]): ReturnType<typeof run> =>
    run('kapply', folder, ['app.yaml', '--yes', '--allow', 'scheduler', '--timeout', '2s', ...NODES, ...flags]);
  write(BEFORE.replace('containers', NOWHERE));
  const failed = await apply();
  assert.equal(failed.code, 1, failed.stdout + failed.stderr);
  assert.match(failed.stderr, /Job default\/pre: failed[^]*create Job default\/alarm: applied/);
  assert.match(failed.stdout.replaceAll(/\s+/g, ' '), /Apply: 1 applied, 1 failed, 1 skipped/);
  const report = readReport((await apply('-o', 'json')).stdout);
  assert.deepEqual(listChanges(report), ['replace Job default/pre', 'create ConfigMap default/c', 'create Job default/alarm']);
  assert.doesNotMatch((await run('kplan', folder, ['snapshot'])).stdout, /name: alarm\n/);
  write(BEFORE);
  const well = await apply();
  assert.equal(well.code, 0, well.stdout + well.stderr);
  assert.doesNotMatch(well.stderr, /alarm/);
});

test('hooks of a removal run before and after it, and go with the unit', async (context) => {
  const folder = temporaryFolder(context);
  const backup = JOB('backup', 'helm.sh/hook: pre-delete').replace('{name: backup', '{name: backup, namespace: shop');
  const farewell = JOB('farewell', 'argocd.argoproj.io/hook: PostDelete');
  writeFileSync(join(folder, 'app.yaml'), NAMESPACE + CONFIG('a') + backup + farewell);
  const applied = await run('kapply', folder, ['app.yaml', '--unit', 'u', '--yes', ...NODES]);
  assert.equal(applied.code, 0, applied.stdout + applied.stderr);
  assert.doesNotMatch(applied.stderr, /backup|farewell/);
  const shown = await run('kapply', folder, ['delete', '--unit', 'u', '--dry-run']);
  assert.match(
    shown.stdout.replaceAll(/\s+/g, ' '),
    /hook Job default\/farewell is run once the others are deleted.*hook Job shop\/backup is run before anything is deleted/,
  );
  const removed = await run('kapply', folder, ['delete', '--unit', 'u', '--yes']);
  assert.equal(removed.code, 0, removed.stdout + removed.stderr);
  assert.match(
    removed.stderr,
    /Job shop\/backup: applied[^]*delete ConfigMap default\/c: applied[^]*Job default\/farewell: applied[^]*Namespace shop: applied/,
  );
  assert.doesNotMatch((await run('kplan', folder, ['snapshot'])).stdout, /name: (backup|farewell|kapply-u)\n/);
});

test('nothing is deleted where a hook of the removal fails, and --no-hooks is the way past it', async (context) => {
  const folder = temporaryFolder(context);
  const backup = JOB('backup', 'kapply.kplan.dev/hook: before-delete').replace('containers', NOWHERE);
  writeFileSync(join(folder, 'app.yaml'), CONFIG('a') + backup);
  const applied = await run('kapply', folder, ['app.yaml', '--unit', 'u', '--yes', ...NODES]);
  assert.equal(applied.code, 0, applied.stdout + applied.stderr);
  for (const attempt of ['create', 'replace']) {
    const stuck = await run('kapply', folder, ['delete', '--unit', 'u', '--yes', '--timeout', '2s']);
    assert.equal(stuck.code, 1, stuck.stdout + stuck.stderr);
    assert.match(stuck.stderr, new RegExp(`${attempt} Job default/backup: failed`));
    assert.match((await run('kplan', folder, ['snapshot'])).stdout, /name: c\n/);
  }
  const past = await run('kapply', folder, ['delete', '--unit', 'u', '--yes', '--no-hooks']);
  assert.equal(past.code, 0, past.stdout + past.stderr);
  assert.doesNotMatch((await run('kplan', folder, ['snapshot'])).stdout, /name: (backup|c|kapply-u)\n/);
});
