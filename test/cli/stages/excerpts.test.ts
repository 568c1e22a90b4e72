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

  it('are not, in a saved plan, of what stood in a file with a Secret', async () => {
    const files = { 'db.yaml': POD, 'policy.yaml': `${SECRET.replace('kind: Secret', '"kind": "\\x53ecret"')}---\n${POLICY}` };
    const { shown, made } = await saveAndShow('saved-secret', files, ['policy.yaml']);
    assert.match(shown, /policy\.yaml:6 \(before\)/);
    assert.doesNotMatch(shown, /hunter2|<del>/);
    assert.equal(shown, made);
  });

  it('are not of a file with a Secret', async () => {
    const page = await render('secret', { 'web.yaml': `${SECRET}---\n${BROKEN}` });
    assert.doesNotMatch(page, /<mark>|hunter2/);
    assert.match(page, /web\.yaml:/);
  });

  it('are not of a file with a Secret that cannot be read', async () => {
    const page = await render('broken', { 'web.yaml': `${SECRET}bad: [\n---\n${BROKEN}` });
    assert.doesNotMatch(page, /<mark>|hunter2/);
  });
});
