import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { GithubServer } from '../github/github-server.ts';
import { getNumber, getString } from '../../src/std/index.ts';
import { commitAll, git, run, temporaryFolder, type Ran } from './program.ts';

async function validate(context: TestContext, server: GithubServer, token = 'TOKEN'): Promise<Ran & { readonly summary: string }> {
  const [folder, runner] = [temporaryFolder(context), temporaryFolder(context)];
  mkdirSync(join(folder, 'deploy'));
  writeFileSync(join(folder, 'deploy/a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndate: {}\n');
  writeFileSync(join(runner, 'event.json'), JSON.stringify({ pull_request: { number: 7, head: { sha: 'abc' } } }));
  writeFileSync(join(runner, 'summary.md'), '');
  const ran = await run('kplan', folder, ['validate', 'deploy', '-o', 'github'], {
    GITHUB_API_URL: await server.listen(context),
    GITHUB_EVENT_PATH: join(runner, 'event.json'),
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SHA: 'merge',
    GITHUB_STEP_SUMMARY: join(runner, 'summary.md'),
    GITHUB_TOKEN: token,
  });
  return { ...ran, summary: readFileSync(join(runner, 'summary.md'), 'utf8') };
}

test('a workflow with the rights to it gets a check run on the head of the pull request, and a comment', async (context) => {
  const server = new GithubServer();
  const { code, stdout, stderr, summary } = await validate(context, server);
  const [check] = server.checks;
  assert.deepEqual([code, stderr, stdout], [1, '', `kplan validate deploy: https://github.example/o/r/runs/${check?.id}\n`]);
  assert.deepEqual([check?.name, check?.head, check?.conclusion], ['kplan validate deploy', 'abc', 'failure']);
  assert.equal(check?.annotations.length, 1);
  assert.match(check?.title ?? '', /1 error/);
  assert.match(server.comments[0]?.body ?? '', /^<!-- kplan: kplan validate deploy -->\n## /);
  assert.match(summary, /unknown field/);
});

test('a workflow without them gets workflow commands, and the reason', async (context) => {
  const { code, stdout, stderr, summary } = await validate(context, new GithubServer({ refused: ['checks', 'issues', 'statuses'] }));
  assert.equal(code, 1);
  assert.match(stdout, /^::error file=a.yaml,line=5,/);
  assert.match(stderr, /^no check run: GitHub: POST .*: 403 Resource not accessible by integration; .*checks: write/);
  assert.match(summary, /unknown field/);
});

test('a workflow that may only set statuses gets one, and workflow commands', async (context) => {
  const server = new GithubServer({ refused: ['checks', 'issues'] });
  const { stdout, stderr } = await validate(context, server);
  assert.deepEqual(
    server.statuses.map(({ head, context: name, state }) => [head, name, state]),
    [['abc', 'kplan validate deploy', 'failure']],
  );
  assert.match(stdout, /^::error file=a.yaml,line=5,/);
  assert.match(stderr, /; there is a commit status, and annotations are workflow commands/);
});

test('what was renamed is annotated under its new path, what was deleted where it is missed, and lines outside of the diff where they are, with a reference at the first line within', async (context) => {
  const [folder, runner] = [temporaryFolder(context), temporaryFolder(context)];
  const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { mode: fast }\n`;
  const pod = (name: string, image: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec:\n  containers:\n    - name: c\n      image: ${image}\n      envFrom:\n        - configMapRef: { name: ${name} }\n`;
  git(folder, 'init', '-q', '-b', 'main');
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  };
  write({ 'old.yaml': configMap('a'), 'gone.yaml': configMap('b'), 'readers.yaml': `${pod('a', 'a:1')}---\n${pod('b', 'b:1')}` });
  commitAll(folder, 'base');
  rmSync(join(folder, 'old.yaml'));
  rmSync(join(folder, 'gone.yaml'));
  write({ 'new.yaml': configMap('a').replace('fast', 'slow'), 'readers.yaml': `${pod('a', 'a:1')}---\n${pod('b', 'b:2')}` });
  commitAll(folder, 'head');
  writeFileSync(join(runner, 'event.json'), JSON.stringify({ pull_request: { number: 7, head: { sha: 'abc' } } }));
  const server = new GithubServer({ lines: { 'new.yaml': 4, 'readers.yaml': 19 } });
  const ran = await run('kplan', folder, ['plan', '--base', 'HEAD~1', '-o', 'github', '-q'], {
    GITHUB_API_URL: await server.listen(context),
    GITHUB_EVENT_PATH: join(runner, 'event.json'),
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SHA: 'merge',
    GITHUB_TOKEN: 'TOKEN',
  });
  assert.equal(ran.stderr, '');
  const told = server.checks[0]?.annotations.map(
    (annotation) =>
      `${getString(annotation, 'path')}:${getNumber(annotation, 'start_line')} ${getString(annotation, 'title')?.slice(0, 6)}`,
  );
  assert.deepEqual(told?.toSorted(), ['new.yaml:4 KP0202', 'readers.yaml:17 On lin', 'readers.yaml:19 KR0001']);
});

test('a token is in no output', async (context) => {
  const { stdout, stderr, summary } = await validate(context, new GithubServer(), 'ghs_SECRET');
  assert.match(stderr, /401 Bad credentials/);
  assert.ok(!`${stdout}${stderr}${summary}`.includes('SECRET'));
});

for (const words of [['-o', 'github'], ['--output=github'], ['-o', 'json=report.json', '--output', 'github']]) {
  test(`what stops the question is an annotation as well: ${words.join(' ')}`, async (context) => {
    const { code, stdout, stderr } = await run('kplan', temporaryFolder(context), ['plan', 'nowhere', '--base', 'none', ...words]);
    assert.equal(code, 3);
    assert.match(stdout, /^::error title=[^:]*::.*nowhere/);
    assert.match(stderr, /nowhere/);
  });
}

test('what stops another question is said on stderr alone', async (context) => {
  const { code, stdout } = await run('kplan', temporaryFolder(context), ['plan', 'github', '--base', 'none']);
  assert.deepEqual([code, stdout], [3, '']);
});
