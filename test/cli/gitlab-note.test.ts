import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { GitlabServer, TOKEN } from '../gitlab/gitlab-server.ts';
import { run, temporaryFolder, type Ran } from './program.ts';

async function validate(context: TestContext, server: GitlabServer, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndate: {}\n');
  return run('kplan', folder, ['validate', '-o', 'gitlab=quality.json', '-o', 'gitlab-note'], {
    CI_API_V4_URL: await server.listen(context),
    CI_MERGE_REQUEST_IID: '7',
    CI_MERGE_REQUEST_PROJECT_ID: '3',
    CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example/g/p',
    CI_JOB_TOKEN: 'glcbt-SECRET',
    GITLAB_TOKEN: TOKEN,
    ...env,
  });
}

test('a job with a token keeps a note in its merge request, and says where it is', async (context) => {
  const server = new GitlabServer();
  const { code, stdout, stderr } = await validate(context, server);
  assert.deepEqual([code, stderr, stdout], [1, '', 'kplan validate: https://gitlab.example/g/p/-/merge_requests/7#note_101\n']);
  assert.match(server.notes[0]?.body ?? '', /^<!-- kplan: kplan validate -->\n## .*1 error/);
});

const WITHOUT: readonly (readonly [name: string, env: Readonly<Record<string, string>>, said: RegExp])[] = [
  ['the token of the job alone', { GITLAB_TOKEN: '' }, /^no note: GitLab: GET .*: 401 Unauthorized \(a job's own token/],
  ['no pipeline of a merge request', { CI_MERGE_REQUEST_IID: '' }, /^no note: this is no pipeline of a merge request/],
];
for (const [name, env, said] of WITHOUT)
  test(`where there can be no note, the log has the report, and the reason: ${name}`, async (context) => {
    const { code, stdout, stderr } = await validate(context, new GitlabServer(), env);
    assert.equal(code, 1);
    assert.match(stdout, /a\.yaml:5/);
    assert.match(stderr, said);
    assert.ok(!`${stdout}${stderr}`.includes('SECRET'));
  });
