import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { commitAll, git, run, temporaryFolder } from '../cli/program.ts';
import { GitServer } from '../loader/git/remote/git-server.ts';

const TOKEN = 'ghs_0123456789';

test('a daemon reads a repository as the GitHub App that its environment names', async (context) => {
  const folder = temporaryFolder(context);
  git(folder, 'init', '-q', '-b', 'main', 'work');
  writeFileSync(join(folder, 'work', 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
  commitAll(join(folder, 'work'), 'First');
  git(folder, 'clone', '-q', '--bare', 'work', 'team/shop.git');
  const url = await new GitServer(folder, TOKEN, 'x-access-token').start(context);
  const api = createServer((request, response) => {
    response.writeHead(200).end(JSON.stringify(request.method === 'GET' ? { id: 1 } : { token: TOKEN }));
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  context.after(() => {
    api.closeAllConnections();
    api.close();
  });
  const { port } = api.address() as AddressInfo;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(folder, 'app.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
  const words = [`${url}/team/shop.git`, '--watch', '--once', '--embedded', 'cluster'];
  const settings = { KAPPLY_GITHUB_APP_ID: '12', KAPPLY_GITHUB_APP_KEY_FILE: 'app.pem', KAPPLY_GITHUB_API_URL: `http://127.0.0.1:${port}` };
  const { code, stderr } = await run('kapply', folder, words, settings);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /synced: 1 change/);
  assert.ok(!stderr.includes(TOKEN));
  const half = await run('kapply', folder, words, { KAPPLY_GITHUB_APP_ID: '12' });
  assert.equal(half.code, 3);
  assert.match(half.stderr, /logs in by both .*KAPPLY_GITHUB_APP_KEY is not set/);
});
