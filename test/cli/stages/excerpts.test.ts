import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { runProgram } from '../../../src/cli/main.ts';
import { writeFiles, type Files } from '../../loader/files.ts';
import { TestRepository } from '../../loader/git-source-contract.ts';
import { bufferIo } from '../buffer-io.ts';

const scratch = mkdtempSync(join(tmpdir(), 'kplan-excerpts-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const BROKEN = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: many\n';
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {password: hunter2}\n';

const POLICY =
  'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: db\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n';
const POD =
  'apiVersion: v1\nkind: Pod\nmetadata:\n  name: db\nspec:\n  containers:\n    - name: db\n      image: db\n      resources: {requests: {cpu: 1}}\n';

/** What a saved plan of a commit that deletes files shows as a page, and the page of the plan itself. */
async function saveAndShow(name: string, base: Files, gone: readonly string[]): Promise<{ readonly shown: string; readonly made: string }> {
  const repository = new TestRepository(join(scratch, name));
  const root = writeFiles(repository.directory, base);
  repository.commit();
  for (const file of gone) rmSync(join(root, file));
  repository.commit();
  const words = ['--base', 'HEAD~1', '--nodes', '2x4cpu,8Gi', '-q', '--out', 'saved.plan', '-o', 'html=made.html', '--fail-on', 'never'];
  const io = bufferIo(root);
  assert.equal(await runProgram('kplan', ['plan', '.', ...words], io), 0, io.errors());
  for (const file of Object.keys(base)) rmSync(join(root, file), { force: true });
  rmSync(join(root, '.git'), { recursive: true });
  assert.equal(await runProgram('kplan', ['show', 'saved.plan', '-o', 'html=shown.html', '--fail-on', 'never'], io), 0, io.errors());
  const [shown = '', made = ''] = ['shown.html', 'made.html'].map((file) => readFileSync(join(root, file), 'utf8'));
  return { shown: shown.slice(0, shown.indexOf('<footer>')), made: made.slice(0, made.indexOf('<footer>')) };
}

/** The page of a change from some files to others. */
async function change(name: string, base: Files, head: Files): Promise<string> {
  const repository = new TestRepository(join(scratch, name));
  writeFiles(repository.directory, base);
  repository.commit();
  writeFiles(repository.directory, head);
  const io = bufferIo(repository.directory);
  const words = ['plan', '.', '--base', 'HEAD', '-q', '-o', 'html=report.html', '--fail-on', 'never'];
  assert.equal(await runProgram('kplan', words, io), 0, io.errors());
  return readFileSync(join(repository.directory, 'report.html'), 'utf8');
}

async function render(name: string, files: Files): Promise<string> {
  const root = writeFiles(join(scratch, name), files);
  await runProgram('kplan', ['plan', '.', '--base', 'none', '-q', '-o', 'html=report.html'], bufferIo(root));
  return readFileSync(join(root, 'report.html'), 'utf8');
}

describe('excerpts', () => {
  it('are the lines around what is said', async () => {
    const page = await render('plain', { 'web.yaml': BROKEN });
    assert.match(page, /<mark> {4}7 {4}- port: many/);
    assert.match(page, / {4}6 {4}ports:/);
  });

  it('are of the revision that is planned', async () => {
    const repository = new TestRepository(join(scratch, 'revision'));
    writeFiles(repository.directory, { 'web.yaml': BROKEN, 'key.yaml': `${SECRET}bad: [\n` });
    repository.commit();
    writeFiles(repository.directory, { 'web.yaml': '# nothing is left\n' });
    const words = ['plan', '.', '--ref', 'HEAD', '--base', 'none', '-q', '-o', 'html=report.html'];
    await runProgram('kplan', words, bufferIo(repository.directory));
    const page = readFileSync(join(repository.directory, 'report.html'), 'utf8');
    assert.match(page, /<mark> {4}7 {4}- port: many/);
    assert.doesNotMatch(page, /hunter2/);
  });

  it('are in a saved plan, with how full the nodes are, and what stood before and is gone', async () => {
    const { shown, made } = await saveAndShow('saved', { 'db.yaml': POD, 'policy.yaml': POLICY }, ['policy.yaml']);
    assert.match(shown, /policy\.yaml:1 \(before\)/);
    assert.match(
      shown,
      /aria-label="policy\.yaml from line 1, before">[^]*<del> {4}1 {2}apiVersion: networking[^]*<del> {4}7 {2} {2}policyTypes/,
    );
    assert.match(shown, /<mark> {4}1 {2}apiVersion: v1/);
    assert.match(shown, /How full the nodes are[^]*node-2/);
    assert.equal(shown, made);
  });

  it('are, in a saved plan, of what stood beside a Secret', async () => {
    const files = { 'db.yaml': POD, 'policy.yaml': `${SECRET.replace('kind: Secret', '"kind": "\\x53ecret"')}---\n${POLICY}` };
    const { shown, made } = await saveAndShow('saved-secret', files, ['policy.yaml']);
    assert.match(shown, /policy\.yaml:6 \(before\)/);
    assert.match(shown, /<del> {4}6 {2}apiVersion: networking[^]*<del> {3}12 {2} {2}policyTypes/);
    assert.doesNotMatch(shown, /hunter2|53ecret/);
    assert.equal(shown, made);
  });

  it('are, of a file with a Secret, of its other documents', async () => {
    const page = await render('secret', { 'web.yaml': `${SECRET}---\n${BROKEN}---\n${SECRET}` });
    assert.match(page, /<mark> {3}12 {4}- port: many\n<\/mark><\/pre>/);
    assert.doesNotMatch(page, /hunter2/);
  });

  it('are of no document that may be a Secret, or is nothing that was understood', async () => {
    const kinds = ['"kind": "\\x53ecret"', 'kind: &k Secret', 'kind: secret'];
    for (const [at, kind] of kinds.entries()) {
      const page = await render(`disguised-${at}`, { 'web.yaml': `${SECRET.replace('kind: Secret', kind)}date: {}\n---\n${BROKEN}` });
      assert.doesNotMatch(page, /hunter2/, kind);
    }
    const broken = await render('broken', { 'web.yaml': `${SECRET}bad: [\n---\nstringData: "hunter2\n---\n${BROKEN}` });
    assert.doesNotMatch(broken, /hunter2/);
  });

  it('are, of a Secret, its lines with the values hidden', async () => {
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      image: web\n      env:\n        - name: PASSWORD\n          valueFrom: {secretKeyRef: {name: key, key: password}}\n';
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\nstringData:\n  user: hunter2\n  password: hunter2\n';
    const page = await change(
      'secret-key',
      { 'key.yaml': secret, 'web.yaml': pod },
      { 'key.yaml': secret.replace('  password: hunter2\n', '') },
    );
    assert.match(page, / {4}6 {4}user: \(secret\)/);
    assert.match(page, /<del> {4}7 {4}password: \(secret\)/);
    assert.doesNotMatch(page, /hunter2/);
  });

  it('have the lines that were there before and are gone, or others now', async () => {
    const container = '      containers:\n        - name: web\n          image: web:1\n';
    const deployment = (more: string): string =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec:\n${container}${more}`;
    const probe = '          readinessProbe:\n            httpGet: { path: /ready, port: 8080 }\n';
    const page = await change('gone-field', { 'web.yaml': deployment(probe) }, { 'web.yaml': deployment('') });
    assert.match(page, /image: web:1\n(?:<\/mark>)?<del> {3}14 {12}readinessProbe:\n<\/del><del> {3}15 {14}httpGet: /);
    const hidden = await change(
      'gone-from-secret',
      { 'web.yaml': `${SECRET}---\n${deployment(probe)}` },
      { 'web.yaml': `${SECRET.replace('hunter2', 'hunter3')}---\n${deployment('')}` },
    );
    assert.match(hidden, /<del> {3}19 {12}readinessProbe:/);
    assert.doesNotMatch(hidden, /hunter/);
  });
});
