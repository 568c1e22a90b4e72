import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { openGit } from '../../src/loader/git/open-git.ts';
import type { GitSource } from '../../src/loader/git/git-source.ts';
import { KplanError } from '../../src/model/index.ts';

const ENV = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

/** A repository made for tests; commits are a minute apart. */
export class TestRepository {
  readonly directory: string;
  #minute = 0;

  constructor(directory: string, ...initOptions: readonly string[]) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
    this.git('init', '-q', '-b', 'main', ...initOptions);
  }

  git(...args: readonly string[]): string {
    const date = `2026-01-01T00:${String(this.#minute).padStart(2, '0')}:00Z`;
    return execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], {
      cwd: this.directory,
      env: { ...ENV, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .toString()
      .trim();
  }

  write(files: Readonly<Record<string, string>>): this {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.directory, path)), { recursive: true });
      writeFileSync(join(this.directory, path), text);
    }
    return this;
  }

  commit(message = 'change'): string {
    this.#minute++;
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }
}

async function gather<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

interface Made {
  readonly repository: TestRepository;
  readonly first: string;
  readonly second: string;
  readonly side: string;
}

/** One history: two commits on main, one beside, tags, a link, an executable, a strange name. */
function makeRepository(directory: string): Made {
  const repository = new TestRepository(directory).write({
    'apps/a.yaml': 'a: 1\n',
    'apps/deep/b.yaml': 'b: 1\n',
    'apps-more/c.yaml': 'c: 1\n',
    'odd name/é\t"x".yaml': 'd: 1\n',
  });
  symlinkSync('a.yaml', join(directory, 'apps/link.yaml'));
  const first = repository.commit('first');
  repository.git('tag', '-a', 'v1', '-m', 'one');
  repository.git('tag', '-a', 'v1-again', 'v1', '-m', 'a tag of a tag');
  repository.git('branch', 'side');
  repository.write({ 'apps/a.yaml': 'a: 2\n', 'apps/new.yaml': 'n: 1\n' });
  repository.git('rm', '-q', '-r', 'apps/deep');
  const second = repository.commit('second');
  repository.git('switch', '-q', 'side');
  repository.write({ 'side.yaml': 's: 1\n' });
  const side = repository.commit('side');
  repository.git('switch', '-q', 'main');
  repository.git('update-ref', 'refs/heads/-odd', first);
  return { repository, first, second, side };
}

const refuses = (code: string, message?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof KplanError, String(error));
  assert.equal(error.code, code);
  assert.ok(error.hint, 'says what to do');
  if (message !== undefined) assert.match(`${error.message} ${error.hint}`, message);
  return true;
};

const STORES: readonly { readonly name: string; readonly arrange: (made: Made, directory: string) => string }[] = [
  { name: 'loose objects', arrange: (_made, directory) => directory },
  {
    name: 'packed objects and refs',
    arrange: ({ repository }, directory) => {
      repository.git('gc', '-q', '--prune=now');
      repository.git('pack-refs', '--all');
      return directory;
    },
  },
  {
    name: 'a bare repository',
    arrange: ({ repository }, directory) => {
      repository.git('clone', '-q', '--bare', '--mirror', '.', `${directory}-bare`);
      return `${directory}-bare`;
    },
  },
  {
    name: 'a linked worktree',
    arrange: ({ repository }, directory) => {
      repository.git('worktree', 'add', '-q', '--detach', `${directory}-tree`, 'main');
      return `${directory}-tree`;
    },
  },
];

/** What both Git adapters promise. */
export function describeGitSource(adapter: 'native' | 'js'): void {
  const base = mkdtempSync(join(tmpdir(), 'kplan-git-'));
  after(() => rmSync(base, { recursive: true, force: true }));
  for (const [index, store] of STORES.entries()) describeStore(adapter, store, join(base, `store-${index}`));
  describeCorners(adapter, base);
}

function describeStore(adapter: 'native' | 'js', store: (typeof STORES)[number], directory: string): void {
  suite(`${adapter}: ${store.name}`, () => {
    let made: Made;
    let git: GitSource;
    before(async () => {
      made = makeRepository(directory);
      ({ git } = await openGit(store.arrange(made, directory), adapter));
    });
    after(() => git.close());

    test('names of commits', async () => {
      const { first, second, side } = made;
      const want: Readonly<Record<string, string>> = {
        main: second,
        HEAD: second,
        '@': second,
        'refs/heads/side': side,
        'heads/side': side,
        [first]: first,
        [first.slice(0, 8)]: first,
        v1: first,
        'v1-again': first,
        'v1^{commit}': first,
        'main~1': first,
        'main^': first,
        'side^1~0': first,
        'refs/heads/-odd': first,
      };
      for (const [revision, commit] of Object.entries(want)) assert.equal(await git.resolve(revision), commit, revision);
      assert.equal(await git.headCommit(), second);
    });

    test('names of nothing', async () => {
      for (const revision of ['nope', 'main~9', 'main^2', 'deadbeef', '0'.repeat(40), 'main:apps']) {
        await assert.rejects(git.resolve(revision), refuses('NO_REVISION'), revision);
      }
      for (const revision of ['-odd', '--help', '', 'a\nb', 'a\0b']) {
        await assert.rejects(git.resolve(revision), refuses('NO_REVISION', /not a Git revision/), JSON.stringify(revision));
      }
    });

    test('a tree, whole and in part', async () => {
      const all = await git.listTree(made.first, '');
      assert.deepEqual(
        all.map(({ path, mode }) => `${mode} ${path}`),
        [
          '100644 apps-more/c.yaml',
          '100644 apps/a.yaml',
          '100644 apps/deep/b.yaml',
          '120000 apps/link.yaml',
          '100644 odd name/é\t"x".yaml',
        ],
      );
      const paths = async (prefix: string): Promise<readonly string[]> => (await git.listTree(made.first, prefix)).map(({ path }) => path);
      assert.deepEqual(await paths('apps'), ['apps/a.yaml', 'apps/deep/b.yaml', 'apps/link.yaml']);
      assert.deepEqual(await paths('apps/deep/b.yaml'), ['apps/deep/b.yaml']);
      assert.deepEqual(await paths('app'), []);
    });

    test('blobs, in the order asked for', async () => {
      const entries = await git.listTree(made.first, 'apps');
      const oids = entries.map(({ oid }) => oid);
      const blobs = await gather(git.readBlobs([...oids, ...oids], 1000));
      assert.deepEqual(
        blobs.map(({ bytes }) => Buffer.from(bytes ?? []).toString()),
        ['a: 1\n', 'b: 1\n', 'a.yaml', 'a: 1\n', 'b: 1\n', 'a.yaml'],
      );
      const [large, small] = await gather(git.readBlobs(oids.slice(1).toReversed(), 5));
      assert.deepEqual([large?.bytes, large?.size, small?.size], [undefined, 6, 5]);
      assert.deepEqual(await gather(git.readBlobs([], 5)), []);
      const lost = '1'.repeat(40);
      assert.deepEqual(await gather(git.readBlobs([lost], 5)), [{ oid: lost, size: 0, fault: 'missing' }]);
      await assert.rejects(git.listTree(lost, ''), refuses('UNREADABLE', /fsck/));
    });

    test('reading can stop halfway', async () => {
      const entries = await git.listTree(made.first, '');
      for await (const blob of git.readBlobs(
        entries.map(({ oid }) => oid),
        1000,
      )) {
        assert.ok(blob.bytes);
        break;
      }
    });

    test('the difference of two commits', async () => {
      const changes = await git.diff(made.first, made.second);
      assert.deepEqual(
        changes.map(({ path, before, after }) => `${before === undefined ? '' : 'b'}${after === undefined ? '' : 'a'} ${path}`),
        ['ba apps/a.yaml', 'b apps/deep/b.yaml', 'a apps/new.yaml'],
      );
      assert.deepEqual(await git.diff(made.first, made.first), []);
    });

    test('a merge base', async () => {
      assert.equal(await git.mergeBase(made.second, made.side), made.first);
      assert.equal(await git.mergeBase(made.first, made.second), made.first);
      assert.equal(await git.mergeBase(made.side, made.side), made.side);
      assert.equal(await git.isShallow(), false);
    });
  });
}

function describeCorners(adapter: 'native' | 'js', base: string): void {
  test(`${adapter}: a submodule is an entry, not a directory`, async () => {
    const inner = new TestRepository(join(base, 'inner')).write({ 'x.yaml': 'x: 1\n' });
    const commit = inner.commit();
    const outer = new TestRepository(join(base, 'outer')).write({ 'a.yaml': 'a: 1\n' });
    outer.git('submodule', 'add', '-q', inner.directory, 'vendor/inner');
    outer.commit();
    const { git } = await openGit(outer.directory, adapter);
    const entries = await git.listTree(await git.resolve('HEAD'), 'vendor');
    assert.deepEqual(entries, [{ path: 'vendor/inner', mode: '160000', oid: commit }]);
    const { git: within, prefix } = await openGit(join(outer.directory, 'vendor/inner/x.yaml'), adapter);
    assert.equal(await within.headCommit(), commit);
    assert.equal(prefix, 'x.yaml');
  });

  test(`${adapter}: a criss-cross history has the newest of its best common ancestors`, async () => {
    const repository = new TestRepository(join(base, 'cross'));
    repository.commit('root');
    repository.git('branch', 'other');
    const one = repository.commit('one');
    repository.git('switch', '-q', 'other');
    const two = repository.commit('two later');
    repository.git('merge', '-q', '--no-edit', '-m', 'm1', one);
    repository.git('switch', '-q', 'main');
    repository.git('merge', '-q', '--no-edit', '-m', 'm2', two);
    const left = repository.commit('left');
    repository.git('switch', '-q', 'other');
    const right = repository.commit('right');
    const { git } = await openGit(repository.directory, adapter);
    assert.equal(await git.mergeBase(left, right), repository.git('merge-base', left, right));
  });

  test(`${adapter}: unrelated histories have no merge base`, async () => {
    const repository = new TestRepository(join(base, 'orphan'));
    const main = repository.commit();
    repository.git('switch', '-q', '--orphan', 'other');
    const other = repository.commit();
    const { git } = await openGit(repository.directory, adapter);
    await assert.rejects(git.mergeBase(main, other), refuses('NO_REVISION', /no common ancestor/));
  });

  test(`${adapter}: a shallow clone says that it is, and how deep to fetch`, async () => {
    const { repository, second, side } = makeRepository(join(base, 'deep'));
    const clone = join(base, 'shallow');
    repository.git('clone', '-q', '--depth', '1', '--no-single-branch', `file://${repository.directory}`, clone);
    const { git } = await openGit(clone, adapter);
    assert.equal(await git.isShallow(), true);
    assert.equal(await git.headCommit(), second);
    await assert.rejects(git.mergeBase(second, side), refuses('NO_REVISION', /fetch-depth: 0/));
    await assert.rejects(git.resolve('main~1'), refuses('NO_REVISION', /--unshallow/));
    await assert.rejects(git.resolve('side'), refuses('NO_REVISION', /origin\/side/));
    assert.equal(await git.resolve('origin/side'), side);
  });

  test(`${adapter}: a repository without commits`, async () => {
    const repository = new TestRepository(join(base, 'empty'));
    const { git } = await openGit(repository.directory, adapter);
    assert.equal(await git.headCommit(), undefined);
    await assert.rejects(git.resolve('HEAD'), refuses('NO_REVISION'));
  });

  test(`${adapter}: a path that is only in another revision, and one in no repository`, async () => {
    const { repository } = makeRepository(join(base, 'paths'));
    assert.equal((await openGit(join(repository.directory, 'gone/x'), adapter)).prefix, 'gone/x');
    await assert.rejects(openGit(base, adapter), refuses('NOT_A_REPOSITORY'));
  });

  test(`${adapter}: nothing that the repository configures is run`, async () => {
    const { repository, first, second } = makeRepository(join(base, 'hostile'));
    const mark = join(base, `mark-${adapter}`);
    for (const key of ['core.fsmonitor', 'diff.external', 'diff.x.textconv', 'core.pager', 'core.sshCommand', 'filter.x.smudge']) {
      repository.git('config', key, `touch ${mark}`);
    }
    repository.write({ '.gitattributes': '* diff=x filter=x\n' });
    const { git } = await openGit(repository.directory, adapter);
    const entries = await git.listTree(second, '');
    await gather(
      git.readBlobs(
        entries.map(({ oid }) => oid),
        1000,
      ),
    );
    await git.diff(first, second);
    assert.throws(() => execFileSync('ls', [mark], { stdio: 'ignore' }));
  });
}
