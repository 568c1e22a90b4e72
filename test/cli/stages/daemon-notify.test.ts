import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getString } from '../../../src/std/index.ts';
import { git, run } from '../program.ts';
import { listen, makeRepository } from './receiving.ts';

test('a daemon tells a webhook, Slack and GitHub how its units came off, again where it was not heard, and no secret', async (context) => {
  const folder = makeRepository(context);
  const { url, taken } = await listen(context);
  writeFileSync(join(folder, 'token'), 'ghs_token\n');
  const ran = await run('kapply', folder, ['repository', '--ref', 'main', '--watch', '--once', '--embedded', 'cluster'], {
    KAPPLY_NOTIFY_URL: `${url}/hook?key=k3y`,
    KAPPLY_NOTIFY_SECRET: 'sesame',
    KAPPLY_SLACK_URL: `${url}/services/T0/B0/s1ack`,
    KAPPLY_GITHUB_TOKEN_FILE: 'token',
    KAPPLY_GITHUB_REPOSITORY: 'team/shop',
    KAPPLY_GITHUB_API_URL: url,
  });
  assert.equal(ran.code, 0, ran.stderr);
  const commit = git(join(folder, 'repository'), 'rev-parse', 'HEAD').trim();
  const hooks = taken.filter(({ path }) => path === '/hook?key=k3y');
  assert.deepEqual(
    hooks.map(({ body }) => [getString(body, 'unit'), getString(body, 'phase'), getString(body, 'revision')]),
    [
      ['web', 'applying', commit],
      ['web', 'synced', commit],
    ],
  );
  for (const { signature, text } of hooks) assert.equal(signature, `sha256=${createHmac('sha256', 'sesame').update(text).digest('hex')}`);
  assert.deepEqual(
    taken.filter(({ path }) => path.includes('/T0/')).map(({ body }) => getString(body, 'text')),
    [`*web* synced at ${commit.slice(0, 12)}`],
  );
  const statuses = taken.filter(({ path }) => path === `/repos/team/shop/statuses/${commit}`);
  assert.deepEqual(
    statuses.map(({ body, authorization }) => [getString(body, 'context'), getString(body, 'state'), authorization]),
    [
      ['kapply/web', 'pending', 'Bearer ghs_token'],
      ['kapply/web', 'success', 'Bearer ghs_token'],
    ],
  );
  assert.match(ran.stderr, /notifications to webhook: it answers 503/);
  for (const secret of ['sesame', 'ghs_token', 's1ack', 'k3y']) assert.ok(!ran.stderr.includes(secret), ran.stderr);
  for (const { text } of taken) assert.ok(!text.includes('hunter2'), text);
});

test('a receiver that is dead holds up no unit, and is named without its URL', async (context) => {
  const folder = makeRepository(context);
  const ran = await run('kapply', folder, ['repository', '--ref', 'main', '--watch', '--once', '--embedded', 'cluster'], {
    KAPPLY_NOTIFY_URL: 'http://127.0.0.1:1/s3cret',
  });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /notifications to webhook: E[A-Z]+/);
  assert.ok(!ran.stderr.includes('s3cret'), ran.stderr);
});

test('settings that are none are refused before anything is done, without what they hold', async (context) => {
  const folder = makeRepository(context);
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ KAPPLY_NOTIFY_URL: 'ftp://s3cret' }, /KAPPLY_NOTIFY_URL is not a URL that begins with https/],
    [{ KAPPLY_SLACK_URL: 's3cret' }, /KAPPLY_SLACK_URL is not a URL/],
    [{ KAPPLY_GITHUB_TOKEN: 's3cret' }, /KAPPLY_GITHUB_REPOSITORY=OWNER\/NAME says it/],
  ];
  for (const [env, pattern] of cases) {
    const ran = await run('kapply', folder, ['repository', '--ref', 'main', '--watch', '--once', '--embedded', 'cluster'], env);
    assert.equal(ran.code, 3, ran.stderr);
    assert.match(ran.stderr, pattern);
    assert.ok(!ran.stderr.includes('s3cret'), ran.stderr);
  }
});
