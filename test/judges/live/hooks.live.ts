import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { getString } from '../../../src/std/index.ts';
import { run as runProgram, type Ran } from '../../cli/program.ts';
import { kubectlGet, tryKubectl } from './kubectl.ts';

// Hooks on a real API server with its Job controller. There are no kubelets: a Job of no completions ends well at once, and
// one with a deadline fails when that is over.
const KUBECONFIG = process.env['KUBECONFIG'] ?? '';
const folder = mkdtempSync(join(tmpdir(), 'kplan-hooks-'));
after(async () => {
  await runProgram('kapply', folder, ['delete', '--unit', 'hooks', '--yes'], { KUBECONFIG });
  rmSync(folder, { recursive: true, force: true });
});

const CONFIG = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: hooked}\ndata: {value: ${value}}\n---\n`;
const JOB = (name: string, annotations: string, spec: string): string =>
  `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${name}, annotations: {${annotations}}}\nspec: {${spec}, template: {spec: {restartPolicy: Never, containers: [{name: c, image: "a:1"}]}}}\n---\n`;
const WELL = 'completions: 0';
const ILL = 'activeDeadlineSeconds: 1, backoffLimit: 0';
const PRE = (spec: string): string => JOB('hook-pre', 'argocd.argoproj.io/hook: PreSync', spec);
const POST = JOB('hook-post', 'kapply.kplan.dev/hook: after, kapply.kplan.dev/hook-delete-policy: HookSucceeded', WELL);

async function apply(text: string): Promise<Ran> {
  writeFileSync(join(folder, 'app.yaml'), text);
  return runProgram('kapply', folder, ['app.yaml', '--unit', 'hooks', '--yes', '--allow', 'scheduler', '--timeout', '30s'], { KUBECONFIG });
}

const uidOf = (name: string): string | undefined => getString(kubectlGet(`job/${name}`), 'metadata', 'uid');
const valueOf = (): string | undefined => getString(kubectlGet('configmap/hooked'), 'data', 'value');

test('hooks run with each change, are waited for, and stop what comes after them where they fail', async () => {
  const first = await apply(CONFIG('one') + PRE(WELL) + POST);
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.match(first.stderr, /hook-pre: applied[^]*hooked: applied[^]*hook-post: applied/);
  const pre = uidOf('hook-pre');
  assert.equal(tryKubectl(['wait', '--for=delete', 'job/hook-post', '--timeout=20s']).status, 0);

  const same = await apply(CONFIG('one') + PRE(WELL) + POST);
  assert.match(same.stdout, /^Plan: nothing to change/);
  assert.equal(uidOf('hook-pre'), pre);

  const second = await apply(CONFIG('two') + PRE(WELL) + POST);
  assert.equal(second.code, 0, second.stdout + second.stderr);
  assert.notEqual(uidOf('hook-pre'), pre);
  assert.equal(valueOf(), 'two');

  const failed = await apply(CONFIG('three') + PRE(ILL) + POST);
  assert.equal(failed.code, 1, failed.stdout);
  assert.match(failed.stdout.replace(/\s+/g, ' '), /hook-pre failed.*ConfigMap default\/hooked skipped.*hook-post skipped/);
  assert.equal(valueOf(), 'two');

  const mended = await apply(CONFIG('three') + PRE(WELL) + POST);
  assert.equal(mended.code, 0, mended.stdout + mended.stderr);
  assert.equal(valueOf(), 'three');
});

test('a hook after the others that has failed runs again, though nothing else changes', async () => {
  const post = (spec: string): string => JOB('hook-again', 'helm.sh/hook: "post-install,post-upgrade"', spec);
  const failed = await apply(CONFIG('four') + post(ILL));
  assert.equal(failed.code, 1, failed.stdout);
  assert.equal(valueOf(), 'four');
  const uid = uidOf('hook-again');
  const again = await apply(CONFIG('four') + post(ILL));
  assert.match(again.stdout, /^Plan: 1 to replace/);
  assert.notEqual(uidOf('hook-again'), uid);
  assert.equal((await apply(CONFIG('four') + post(WELL))).code, 0);
});

test('hooks of a failure run where an apply fails, and go as their policy says', async () => {
  const alarm = JOB('hook-alarm', 'argocd.argoproj.io/hook: SyncFail, argocd.argoproj.io/hook-delete-policy: HookSucceeded', WELL);
  const notice = JOB('hook-notice', 'kapply.kplan.dev/hook: failure', WELL);
  const failed = await apply(CONFIG('five') + PRE(ILL) + alarm + notice);
  assert.equal(failed.code, 1, failed.stdout);
  assert.match(failed.stderr, /hook-pre: failed[^]*create Job default\/hook-alarm: applied/);
  assert.equal(tryKubectl(['wait', '--for=delete', 'job/hook-alarm', '--timeout=20s']).status, 0);
  const notified = uidOf('hook-notice');
  assert.ok(notified !== undefined);
  const again = await apply(CONFIG('five') + PRE(ILL) + alarm + notice);
  assert.match(again.stderr, /replace Job default\/hook-notice: applied/);
  assert.notEqual(uidOf('hook-notice'), notified);
  const mended = await apply(CONFIG('five') + PRE(WELL) + alarm + notice);
  assert.equal(mended.code, 0, mended.stdout + mended.stderr);
  assert.doesNotMatch(mended.stderr, /hook-alarm|hook-notice/);
  assert.equal((await apply(CONFIG('five') + PRE(WELL))).code, 0);
  assert.equal(tryKubectl(['get', 'job/hook-notice']).status, 1, 'without its manifest it is pruned as any object of the unit');
});

const SERVER = (annotations: string): string =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: hook-server, annotations: {${annotations}}}\n---\n`;

test('what serves a hook of Helm and goes once it has succeeded is no difference afterwards', async () => {
  const policy = 'helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"';
  const both = `helm.sh/hook: "pre-install,pre-upgrade", ${policy}`;
  const manifests = (value: string): string =>
    CONFIG(value) + SERVER(`${both}, helm.sh/hook-weight: "-1"`) + JOB('hook-served', both, WELL);
  const first = await apply(manifests('six'));
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.match(first.stderr, /hook-server: applied[^]*hook-served: applied[^]*hooked: applied/);
  assert.equal(tryKubectl(['get', 'serviceaccount/hook-server']).status, 1);
  assert.match((await apply(manifests('six'))).stdout, /^Plan: nothing to change/);
  const second = await apply(manifests('seven'));
  assert.match(second.stderr, /hook-server: applied[^]*hook-served: applied[^]*hooked: applied/);
});

test('hooks of a removal run before and after it; nothing is deleted where the first of them fails', async () => {
  const backup = (spec: string): string => JOB('hook-backup', 'helm.sh/hook: pre-delete', spec);
  const farewell = JOB('hook-farewell', 'argocd.argoproj.io/hook: PostDelete', WELL);
  const remove = (...flags: readonly string[]): Promise<Ran> =>
    runProgram('kapply', folder, ['delete', '--unit', 'hooks', '--yes', '--timeout', '30s', ...flags], { KUBECONFIG });
  assert.equal((await apply(CONFIG('eight') + SERVER('helm.sh/hook: pre-delete') + backup(ILL) + farewell)).code, 0);
  const refused = await remove();
  assert.equal(refused.code, 1, refused.stdout);
  assert.match(refused.stderr, /hook-server: applied[^]*hook-backup: failed/);
  assert.equal(valueOf(), 'eight');
  const again = await apply(CONFIG('eight') + SERVER('helm.sh/hook: pre-delete') + backup(WELL) + farewell);
  assert.equal(again.code, 0, again.stdout + again.stderr);
  assert.match(again.stdout, /^Plan: nothing to change/);
  const removed = await remove();
  assert.equal(removed.code, 0, removed.stdout + removed.stderr);
  assert.match(removed.stderr, /replace Job default\/hook-backup: applied[^]*ConfigMap default\/hooked: applied[^]*hook-farewell: applied/);
  for (const name of ['job/hook-backup', 'job/hook-farewell', 'serviceaccount/hook-server', 'configmap/hooked', 'configmap/kapply-hooks'])
    assert.equal(tryKubectl(['wait', '--for=delete', name, '--timeout=20s']).status, 0, name);
});
