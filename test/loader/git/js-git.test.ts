import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openGit } from '../../../src/loader/git/open-git.ts';
import { KplanError } from '../../../src/model/index.ts';
import { describeGitSource, TestRepository } from '../git-source-contract.ts';

describeGitSource('js');

const base = mkdtempSync(join(tmpdir(), 'kplan-js-git-'));
after(() => rmSync(base, { recursive: true, force: true }));

const LIMITS: readonly { readonly name: string; readonly make: () => TestRepository; readonly says: RegExp }[] = [
  { name: 'SHA-256', make: () => new TestRepository(join(base, 'sha256'), '--object-format=sha256'), says: /SHA-256/ },
  {
    name: 'alternates',
    make: () => {
      const origin = new TestRepository(join(base, 'origin'));
      origin.commit();
      const borrowing = new TestRepository(join(base, 'borrowing'));
      borrowing.write({ '.git/objects/info/alternates': `${origin.directory}/.git/objects\n` });
      return borrowing;
    },
    says: /alternates/,
  },
  {
    name: 'an extension that nobody here knows',
    make: () => {
      const repository = new TestRepository(join(base, 'extension'));
      repository.write({ '.git/config': '[core]\n\trepositoryformatversion = 1\n[extensions]\n\tnovelty = true\n[user]\n\tname = a\n' });
      return repository;
    },
    says: /extension novelty/,
  },
];

for (const { name, make, says } of LIMITS) {
  test(`without the git program, ${name} is refused in words`, async () => {
    const repository = make();
    await assert.rejects(openGit(repository.directory, 'js'), (error: unknown) => {
      assert.ok(error instanceof KplanError);
      assert.equal(error.code, 'UNREADABLE');
      assert.match(error.message, says);
      assert.match(error.hint ?? '', /install git/);
      return true;
    });
  });
}

test('what only the git program can read is refused in words', async () => {
  const repository = new TestRepository(join(base, 'revisions'));
  repository.commit();
  const { git } = await openGit(repository.directory, 'js');
  for (const revision of ['main@{1}', ':/change', 'HEAD..main']) await assert.rejects(git.resolve(revision), /without the git program/);
});
