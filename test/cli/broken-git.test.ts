import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { map } from '../loader/files.ts';
import { TestRepository } from '../loader/git-source-contract.ts';
import { run, temporaryFolder } from './program.ts';

/** Where the loose object of a revision stands. */
function objectOf(repository: TestRepository, revision: string): string {
  const oid = repository.git('rev-parse', revision);
  return join(repository.directory, '.git/objects', oid.slice(0, 2), oid.slice(2));
}

function damage(repository: TestRepository, revision: string, bytes: (before: Buffer) => Buffer | string): void {
  const file = objectOf(repository, revision);
  chmodSync(file, 0o644);
  writeFileSync(file, bytes(readFileSync(file)));
}

const GARBAGE = (): string => 'garbage';
const lose =
  (revision: string) =>
  (repository: TestRepository): void =>
    rmSync(objectOf(repository, revision));

interface Case {
  readonly name: string;
  readonly breakIt: (repository: TestRepository) => void;
  readonly words: string;
  readonly code: number;
  /** What stdout or stderr says; DIR is the repository. */
  readonly says: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'a HEAD of garbage',
    breakIt: ({ directory }) => writeFileSync(join(directory, '.git/HEAD'), 'garbage\n'),
    words: 'kplan validate --ref HEAD',
    code: 3,
    says: /^kplan: DIR\/\.git\/HEAD holds neither a branch nor a commit\n {2}.*`git symbolic-ref HEAD refs\/heads\/main`\n$/,
  },
  {
    name: 'a HEAD on a branch without commits',
    breakIt: ({ directory }) => writeFileSync(join(directory, '.git/HEAD'), 'ref: refs/heads/nope\n'),
    words: 'kplan --base HEAD',
    code: 3,
    says: /^kplan: HEAD is on the branch nope, which has no commit\n {2}.*there are main\n$/,
  },
  {
    name: 'a branch of garbage',
    breakIt: ({ directory }) => writeFileSync(join(directory, '.git/refs/heads/main'), 'garbage\n'),
    words: 'kplan --base main',
    code: 3,
    says: /^kplan: DIR\/\.git\/refs\/heads\/main does not hold the id of a commit\n/,
  },
  {
    name: 'a commit of garbage',
    breakIt: (repository) => damage(repository, 'HEAD', GARBAGE),
    words: 'kplan validate --ref HEAD',
    code: 3,
    says: /^kplan: the revision "HEAD" cannot be read: the Git object [0-9a-f]{40} is damaged in the repository DIR\n {2}`git fsck --full`.*clone/,
  },
  {
    name: 'a commit that is not there',
    breakIt: lose('HEAD'),
    words: 'kplan --base merge-base:main',
    code: 3,
    says: /^kplan: the revision "HEAD" cannot be read: the Git object [0-9a-f]{40} is not in the repository DIR\n/,
  },
  {
    name: 'an ancestor that is not there',
    breakIt: lose('HEAD~1'),
    words: 'kplan --base HEAD~2',
    code: 3,
    says: /^kplan: the revision "HEAD~2" cannot be read: the Git object [0-9a-f]{40} is not in the repository DIR\n/,
  },
  {
    name: 'a directory of garbage',
    breakIt: (repository) => damage(repository, 'HEAD:d', GARBAGE),
    words: 'kplan validate --ref HEAD',
    code: 3,
    says: /^kplan: the tree of the commit [0-9a-f]{12} cannot be read: the Git object [0-9a-f]{40} is damaged in the repository DIR\n/,
  },
  {
    name: 'a directory that is not there',
    breakIt: lose('HEAD:d'),
    words: 'kplan --base HEAD',
    code: 3,
    says: /^kplan: the tree of the commit [0-9a-f]{12} cannot be read: the Git object [0-9a-f]{40} is not in the repository DIR\n/,
  },
  {
    name: 'a file of garbage',
    breakIt: (repository) => damage(repository, 'HEAD:a.yaml', GARBAGE),
    words: 'kplan validate --ref HEAD',
    code: 1,
    says: /^Validate: 2 objects in 2 files · 1 error[^]*KL0042 this file cannot be read: its Git object [0-9a-f]{40} is damaged\s+a\.yaml:1:1 /,
  },
  {
    name: 'a file that ends early',
    breakIt: (repository) => damage(repository, 'HEAD:a.yaml', (bytes) => bytes.subarray(0, 20)),
    words: 'kplan validate --ref HEAD',
    code: 1,
    says: /^Validate: 2 objects in 2 files · 1 error[^]*its Git object [0-9a-f]{40} is damaged\s/,
  },
  {
    name: 'a file with the content of another',
    breakIt: (repository) => {
      chmodSync(objectOf(repository, 'HEAD:a.yaml'), 0o644);
      copyFileSync(objectOf(repository, 'HEAD:b.yaml'), objectOf(repository, 'HEAD:a.yaml'));
    },
    words: 'kplan validate --ref HEAD',
    code: 1,
    says: /^Validate: 2 objects in 2 files · 1 error[^]*its Git object [0-9a-f]{40} is damaged\s/,
  },
  {
    name: 'a file that is not there',
    breakIt: lose('HEAD:a.yaml'),
    words: 'kplan validate --ref HEAD',
    code: 1,
    says: /^Validate: 2 objects in 2 files · 1 error[^]*its Git object [0-9a-f]{40} is not in the repository\s/,
  },
  {
    name: 'a file of the base that is not there',
    breakIt: lose('HEAD:a.yaml'),
    words: 'kplan --base HEAD',
    code: 3,
    says: /^kplan: --base HEAD \([0-9a-f]{7}\): a\.yaml: this file cannot be read: its Git object [0-9a-f]{40} is not in the repository\n {2}Fetch/,
  },
  {
    name: 'a partial clone without a file',
    breakIt: (repository) => {
      repository.git('config', 'remote.origin.promisor', 'true');
      lose('HEAD:a.yaml')(repository);
    },
    words: 'kplan validate --ref HEAD',
    code: 3,
    says: /^kplan: a\.yaml cannot be read: the Git object [0-9a-f]{40} is not in the repository DIR\n {2}this is a partial clone: .*--no-filter`\n$/,
  },
  {
    name: 'rules of what to ignore that are not there',
    breakIt: lose('HEAD:.kplanignore'),
    words: 'kplan validate --ref HEAD',
    code: 3,
    says: /^kplan: \.kplanignore cannot be read: the Git object [0-9a-f]{40} is not in the repository DIR\n/,
  },
  {
    name: 'a revision that nobody knows',
    breakIt: () => undefined,
    words: 'kplan validate --ref nope',
    code: 3,
    says: /^kplan: the repository has no revision "nope"\n {2}there are main; if it is on the remote: git fetch origin nope\n$/,
  },
  {
    name: 'an ancestor that there never was',
    breakIt: () => undefined,
    words: 'kplan --base HEAD~9',
    code: 3,
    says: /^kplan: the repository has no revision "HEAD~9": HEAD has no such ancestor\n {2}`git log HEAD`/,
  },
  {
    name: 'a repository without its objects',
    breakIt: ({ directory }) => rmSync(join(directory, '.git/objects'), { recursive: true }),
    words: 'kplan --base HEAD',
    code: 3,
    says: /^kplan: DIR is not in a Git repository: DIR\/\.git has no objects\n {2}clone/,
  },
];

for (const { name, breakIt, words, code, says } of CASES) {
  test(`${name}: both adapters say the same`, async (context) => {
    const repository = new TestRepository(join(temporaryFolder(context), 'r'));
    repository.write({ 'a.yaml': map('a'), 'b.yaml': map('b'), 'd/d.yaml': map('d'), '.kplanignore': 'x/\n' }).commit();
    repository.commit();
    repository.commit();
    breakIt(repository);
    const said = new Set<string>();
    for (const adapter of ['js', 'native']) {
      const args = [...words.split(' ').slice(1), '--git', adapter, '-q'];
      const ran = await run('kplan', repository.directory, args);
      const text = (ran.code === 3 ? ran.stderr : ran.stdout).replaceAll(repository.directory, 'DIR');
      // The sentence as it is without the width of a terminal.
      assert.match(text.replaceAll(/\n {10}/g, ' '), says, adapter);
      assert.equal(ran.code, code, adapter);
      said.add(text);
    }
    assert.equal(said.size, 1, [...said].join('\n'));
  });
}

test('a repository without commits is said to have none, and is read from the disk', async (context) => {
  const { directory } = new TestRepository(join(temporaryFolder(context), 'r')).write({ 'a.yaml': map('a') });
  for (const adapter of ['js', 'native']) {
    for (const words of [
      ['validate', '--ref', 'HEAD'],
      ['--base', 'main'],
    ]) {
      const { code, stderr } = await run('kplan', directory, [...words, '--git', adapter, '-q']);
      assert.match(stderr, /^kplan: the repository .* has no commits, so it has no revision "(HEAD|main)"\n {2}commit first/);
      assert.equal(code, 3);
    }
    assert.equal((await run('kplan', directory, ['validate', '--git', adapter])).code, 0);
  }
});

test('a shallow clone without the base says how to fetch it', async (context) => {
  const folder = temporaryFolder(context);
  const repository = new TestRepository(join(folder, 'r')).write({ 'a.yaml': map('a') });
  repository.commit();
  repository.git('branch', 'release');
  repository.commit();
  repository.git('clone', '-q', '--depth', '1', `file://${repository.directory}`, join(folder, 'shallow'));
  for (const adapter of ['js', 'native']) {
    for (const base of ['origin/release', 'merge-base:origin/release', 'HEAD~1']) {
      const { code, stderr } = await run('kplan', join(folder, 'shallow'), ['--base', base, '--git', adapter, '-q']);
      assert.match(
        stderr,
        /^kplan: the repository has no revision ".*"\n.*shallow: .*--unshallow origin '\+refs\/heads\/.*fetch-depth: 0`\n$/,
      );
      assert.equal(code, 3);
    }
  }
});
