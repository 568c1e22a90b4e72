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
