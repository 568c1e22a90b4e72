import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Checkout } from '../../../../src/loader/git/remote/checkout.ts';
import { RemoteGit } from '../../../../src/loader/git/remote/remote-git.ts';
import { commitAll, git, temporaryFolder } from '../../../cli/program.ts';
import { GitServer } from './git-server.ts';

interface Scene {
  readonly work: string;
  readonly server: GitServer;
  readonly remote: RemoteGit;
  readonly tree: string;
  /** Fetches a revision and writes its files; answers what differs. */
  readonly follow: (revision?: string) => Promise<readonly string[] | undefined>;
}

async function open(context: TestContext, password?: string, given: string | undefined = password): Promise<Scene> {
  const folder = temporaryFolder(context);
  const work = join(folder, 'repository');
  mkdirSync(join(work, 'apps'), { recursive: true });
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', work]);
  git(work, 'config', 'user.name', 'Test');
  git(work, 'config', 'user.email', 'test@example.com');
  writeFileSync(join(work, 'apps', 'a.yaml'), 'a: 1\n');
  writeFileSync(join(work, 'b.yaml'), 'b: 1\n');
  commitAll(work, 'First');
  const server = new GitServer(folder, password);
  const url = `${await server.start(context)}/repository/.git`;
  const credentials = given === undefined ? {} : { credentials: async () => Promise.resolve({ username: 'git', password: given }) };
  const remote = new RemoteGit({ url, directory: join(folder, 'mirror'), ...credentials });
  const tree = join(folder, 'tree');
  const checkout = new Checkout(tree, 'js');
  const follow = async (revision?: string): ReturnType<Scene['follow']> => {
    const chosen = await remote.resolve(revision);
    await remote.fetch(chosen);
    return checkout.moveTo(remote.directory, chosen.commit);
  };
  return { work, server, remote, tree, follow };
}

test('follows commits, forced pushes and tags, and says which paths differ', async (context) => {
  const { work, tree, follow } = await open(context);
  assert.equal(await follow('main'), undefined);
  assert.equal(readFileSync(join(tree, 'apps', 'a.yaml'), 'utf8'), 'a: 1\n');

  writeFileSync(join(work, 'apps', 'a.yaml'), 'a: 2\n');
  rmSync(join(work, 'b.yaml'));
  writeFileSync(join(work, 'c.yaml'), 'c: 1\n');
  commitAll(work, 'Second');
  git(work, 'tag', '-a', '-m', 'one', 'v1.0.0');
  assert.deepEqual((await follow('main'))?.toSorted(), ['apps/a.yaml', 'b.yaml', 'c.yaml']);
  assert.ok(!existsSync(join(tree, 'b.yaml')));
  assert.deepEqual(await follow('semver:^1'), []);

  git(work, 'reset', '--quiet', '--hard', 'HEAD~1');
  writeFileSync(join(work, 'apps', 'a.yaml'), 'a: 3\n');
  git(work, 'commit', '--quiet', '--amend', '--all', '--message', 'Another first');
  assert.deepEqual((await follow('main'))?.toSorted(), ['apps/a.yaml', 'b.yaml', 'c.yaml']);
  assert.equal(readFileSync(join(tree, 'apps', 'a.yaml'), 'utf8'), 'a: 3\n');

  git(work, 'update-ref', 'refs/pull/5/head', 'v1.0.0^{commit}');
  await follow('pull:5');
  assert.equal(readFileSync(join(tree, 'apps', 'a.yaml'), 'utf8'), 'a: 2\n');
});

test('a file that becomes a link or a folder, and back, is written as what it is, and never through a link', async (context) => {
  const { work, tree, follow } = await open(context);
  const outside = join(temporaryFolder(context), 'outside');
  mkdirSync(outside);
  symlinkSync(outside, join(work, 'apps', 'x'));
  commitAll(work, 'A link out');
  await follow();
  assert.ok(lstatSync(join(tree, 'apps', 'x')).isSymbolicLink());
  rmSync(join(work, 'apps', 'x'));
  mkdirSync(join(work, 'apps', 'x'));
  writeFileSync(join(work, 'apps', 'x', 'file.yaml'), 'x: 1\n');
  commitAll(work, 'A folder');
  await follow();
  assert.ok(!existsSync(join(outside, 'file.yaml')));
  assert.equal(readFileSync(join(tree, 'apps', 'x', 'file.yaml'), 'utf8'), 'x: 1\n');
  rmSync(join(work, 'apps', 'x'), { recursive: true });
  writeFileSync(join(work, 'apps', 'x'), 'x: 2\n');
  commitAll(work, 'A file');
  await follow();
  assert.equal(readFileSync(join(tree, 'apps', 'x'), 'utf8'), 'x: 2\n');
});

test('a server that wants a password gets it, and no message has it', async (context) => {
  const good = await open(context, 'hunter2');
  await good.follow();
  assert.ok(existsSync(join(good.tree, 'b.yaml')));
  const bad = await open(context, 'hunter2', 'wrong-secret');
  await assert.rejects(bad.follow(), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'UNREADABLE');
    assert.ok(!/wrong-secret|d3Jvbmctc2VjcmV0/.test(error.message), error.message);
    return true;
  });
});

test('a server that is down is an error, and what was fetched stays', async (context) => {
  const { server, tree, follow } = await open(context);
  await follow();
  server.isDown = true;
  await assert.rejects(follow(), { code: 'UNREADABLE' });
  assert.ok(existsSync(join(tree, 'b.yaml')));
  server.isDown = false;
  assert.deepEqual(await follow(), []);
});
