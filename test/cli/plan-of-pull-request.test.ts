import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { commitAll, git, run, temporaryFolder } from './program.ts';

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}, {name: log, image: "log:1"}]}
`;
const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, namespace: default}\ndata: {mode: prod, level: info}\n';
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: default}\nstringData: {password: first}\n';
const OLD = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old, namespace: default}\ndata: {k: v}\n';

const APPLY = ['--embedded', '../cluster', '--unit', 'app', '--yes', '--no-wait'];

/** A repository whose main branch is applied, with a plan of a branch that changes it. */
async function makePlan(context: TestContext): Promise<string> {
  const folder = join(temporaryFolder(context), 'app');
  git('.', 'init', '-q', '-b', 'main', folder);
  const files = { 'web.yaml': WEB, 'config.yaml': CONFIG, 'secret.yaml': SECRET, 'old.yaml': OLD };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  commitAll(folder, 'main');
  const first = await run('kapply', folder, ['.', ...APPLY]);
  assert.equal(first.code, 0, first.stdout + first.stderr);
  git(folder, 'checkout', '-q', '-b', 'change');
  writeFileSync(join(folder, 'web.yaml'), WEB.replace('web:1', 'web:2'));
  writeFileSync(join(folder, 'config.yaml'), CONFIG.replace('mode: prod', 'mode: dev'));
  writeFileSync(join(folder, 'secret.yaml'), SECRET.replace('first', 'second'));
  writeFileSync(join(folder, 'new.yaml'), OLD.replace('name: old', 'name: new'));
  rmSync(join(folder, 'old.yaml'));
  commitAll(folder, 'change');
  const planned = await run('kplan', folder, ['.', '--base', 'merge-base:main', '--unit', 'app', '--out', '../pr.plan']);
  assert.equal(planned.code, 0, planned.stdout + planned.stderr);
  return folder;
}

test('the plan of a pull request is applied exactly after the merge', async (context) => {
  const folder = await makePlan(context);
  const { code, stdout, stderr } = await run('kapply', folder, ['../pr.plan', '--embedded', '../cluster', '--yes', '--no-wait']);
  assert.equal(code, 0, stdout + stderr);
  const after = await run('kapply', folder, ['.', ...APPLY, '--dry-run', '-o', 'json']);
  assert.doesNotMatch(after.stdout, /"action": *"(?:create|update|delete)"/, after.stdout);
});

test('the plan of a pull request is refused where the cluster is not as the base was', async (context) => {
  const folder = await makePlan(context);
  git(folder, 'checkout', '-q', 'main');
  writeFileSync(join(folder, 'config.yaml'), CONFIG.replace('mode: prod', 'mode: test'));
  assert.equal((await run('kapply', folder, ['.', ...APPLY])).code, 0);
  const { code, stdout, stderr } = await run('kapply', folder, ['../pr.plan', '--embedded', '../cluster', '--yes', '--no-wait']);
  assert.notEqual(code, 0);
  assert.match(stdout + stderr, /is not as in the revision that the plan was made from: \/data\/mode differs/);
  assert.doesNotMatch(readFileSync(join(folder, '../pr.plan'), 'utf8'), /second|first/);
});
