import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readTexts } from '../../src/loader/index.ts';
import { writeFiles } from './files.ts';
import { TestRepository } from './git-source-contract.ts';

const base = mkdtempSync(join(tmpdir(), 'kplan-texts-'));
after(() => rmSync(base, { recursive: true, force: true }));

for (const git of ['js', 'native'] as const)
  test(`files of a commit are read as they were, and only files that are there (${git})`, async () => {
    const repository = new TestRepository(join(base, git));
    writeFiles(repository.directory, { 'a.yaml': 'a: 1\n', 'b/é.yaml': 'b: 1\n', 'c.yaml': 'c: 1\n' });
    symlinkSync('a.yaml', join(repository.directory, 'link.yaml'));
    repository.commit();
    const commit = repository.git('rev-parse', 'HEAD');
    writeFileSync(join(repository.directory, 'a.yaml'), 'a: 2\n');
    const read = (files: readonly string[]): Promise<ReadonlyMap<string, string>> =>
      readTexts({ path: repository.directory, git }, commit, new Set(files));
    const texts = await read(['a.yaml', 'b/é.yaml', 'b', 'link.yaml', 'missing.yaml']);
    assert.deepEqual(Object.fromEntries(texts), { 'a.yaml': 'a: 1\n', 'b/é.yaml': 'b: 1\n' });
    assert.equal((await read([])).size, 0);
  });
