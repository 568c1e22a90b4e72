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
