import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { keepNote, readMergeRequest } from '../../src/gitlab/index.ts';
import type { Clock } from '../../src/std/index.ts';
import { GitlabServer, TOKEN, type Fault } from './gitlab-server.ts';

type Where = Exclude<ReturnType<typeof readMergeRequest>, { readonly missing: string }>;
type Report = Parameters<typeof keepNote>[1];
type Noted = Awaited<ReturnType<typeof keepNote>>;

/** A clock on which every pause is over at once; it remembers them. */
class HastyClock implements Clock {
  readonly slept: number[] = [];

  now(): number {
    return 1_000_000;
  }

  sleep(milliseconds: number): Promise<void> {
    this.slept.push(milliseconds);
    return Promise.resolve();
  }
}

const MARK = '<!-- kplan: kplan plan -->';

async function at(server: GitlabServer, context: TestContext, token: Where['token'] = { kind: 'own', value: TOKEN }): Promise<Where> {
  return { apiUrl: await server.listen(context), project: '3', iid: '7', token };
}

function keep(where: Where, fields: Partial<Report> = {}, clock = new HastyClock()): Promise<Noted> {
  return keepNote(where, { name: 'kplan plan', text: '## Plan', begins: true, ...fields }, clock);
}

function bodiesOf(server: GitlabServer): readonly string[] {
  return server.notes.map(({ body }) => body);
}

describe('keepNote', () => {
  it('begins one note, changes it, and writes nothing where it says the same', async (context) => {
    const server = new GitlabServer();
    const where = await at(server, context);
    assert.deepEqual(await keep(where, { text: 'one' }), { kind: 'kept', id: 101 });
    assert.deepEqual(await keep(where, { text: 'two' }), { kind: 'kept', id: 101 });
    const before = server.asked.length;
    assert.deepEqual(await keep(where, { text: 'two' }), { kind: 'kept', id: 101 });
    assert.deepEqual(bodiesOf(server), [`${MARK}\ntwo`]);
    assert.ok(server.asked.slice(before).every((request) => request.startsWith('GET')));
  });

  it('begins none where nothing is to be said, but brings one that is there up to date', async (context) => {
    const server = new GitlabServer();
    const where = await at(server, context);
    assert.deepEqual(await keep(where, { begins: false }), { kind: 'none' });
    assert.deepEqual(server.notes, []);
    await keep(where, { text: 'one' });
    await keep(where, { text: 'Nothing changes.', begins: false });
    assert.deepEqual(bodiesOf(server), [`${MARK}\nNothing changes.`]);
  });

  it('finds its note behind many others, and leaves those of other names, of others and of the system alone', async (context) => {
    const server = new GitlabServer({ pageSize: 3 });
    for (let index = 0; index < 10; index++) server.write(`talk ${index}`);
    server.write(`${MARK}\nforged`, 9);
    server.write(`${MARK}\nmentioned`, undefined, true);
    server.write('<!-- kplan: kplan validate -->\nold');
    const own = server.write(`${MARK}\nold`);
    const before = bodiesOf(server);
    assert.deepEqual(await keep(await at(server, context), { text: 'new' }), { kind: 'kept', id: own.id });
    assert.deepEqual(bodiesOf(server), [...before.slice(0, -1), `${MARK}\nnew`]);
  });

  it('makes one of what two jobs began at once', async (context) => {
    const server = new GitlabServer();
    const where = await at(server, context);
    server.meanwhile = { on: 'POST', work: () => server.write(`${MARK}\nof the other`) };
    assert.deepEqual(await keep(where), { kind: 'kept', id: 101 });
    assert.deepEqual(bodiesOf(server), [`${MARK}\n## Plan`]);
  });

  it('writes no command of GitLab, whatever a report quotes', async (context) => {
    const server = new GitlabServer();
    await keep(await at(server, context), { text: 'a\n/merge\n  /close\nb /label' });
    assert.deepEqual(bodiesOf(server), [`${MARK}\na\n\\/merge\n  \\/close\nb /label`]);
  });

  const RETRIED: readonly { readonly name: string; readonly faults: readonly Fault[]; readonly slept: readonly number[] }[] = [
    { name: 'a limit with its time', faults: [{ on: 'POST', status: 429, headers: { 'retry-after': '7' } }], slept: [7000] },
    { name: 'a limit until a moment', faults: [{ on: 'POST', status: 429, headers: { 'ratelimit-reset': '1030' } }], slept: [30_000] },
    { name: 'a limit without a time', faults: [{ on: 'GET', status: 429, body: 'Retry later' }], slept: [60_000] },
    {
      name: 'a server that is down for a while',
      faults: [
        { on: 'GET', status: 502 },
        { on: 'GET', status: 'cut' },
      ],
      slept: [1000, 2000],
    },
  ];
  for (const { name, faults, slept } of RETRIED) {
    it(`waits and asks again: ${name}`, async (context) => {
      const server = new GitlabServer({ faults });
      const clock = new HastyClock();
      assert.equal((await keep(await at(server, context), {}, clock)).kind, 'kept');
      assert.deepEqual(clock.slept, slept);
      assert.equal(server.notes.length, 1);
    });
  }

  const REFUSED: readonly { readonly name: string; readonly fault: Fault; readonly reason: RegExp; readonly times?: number }[] = [
    {
      name: 'a limit that takes too long',
      fault: { on: 'POST', status: 429, headers: { 'retry-after': '3600' } },
      reason: /^GitLab: POST \/projects\/3\/merge_requests\/7\/notes: 429 no$/,
    },
    {
      name: 'a right that is missing',
      fault: {
        on: 'POST',
        status: 403,
        body: '{"error":"insufficient_scope","error_description":"The request requires higher privileges."}',
      },
      reason:
        /: 403 insufficient_scope: The request requires higher privileges\. \(the token may not do that: give the job .* GITLAB_TOKEN\)$/,
    },
    {
      name: 'a text that is not taken',
      fault: { on: 'POST', status: 400, body: '{"message":{"body":["is too long"]}}' },
      reason: /: 400 {"body":\["is too long"\]}$/,
    },
    { name: 'a page of a proxy', fault: { on: 'POST', status: 503, body: '<html>down</html>' }, reason: /: 503$/ },
    {
      name: 'another address',
      fault: { on: 'GET', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
      reason: /: 302 no: another address is meant, and the token is not sent there$/,
    },
    { name: 'no answer', fault: { on: 'GET', status: 'cut' }, times: 4, reason: /^GitLab: GET .*notes: no answer: / },
    {
      name: 'an answer that repeats the token',
      fault: { on: 'POST', status: 400, body: `{"message":"bad token ${TOKEN}\\u001b[31m"}` },
      reason: /: 400 bad token \[token\]/,
    },
  ];
  for (const { name, fault, reason, times = 1 } of REFUSED) {
    it(`says what was refused: ${name}`, async (context) => {
      const server = new GitlabServer({ faults: Array.from({ length: times }, () => fault) });
      const noted = await keep(await at(server, context));
      assert.equal(noted.kind, 'refused');
      const said = noted.kind === 'refused' ? noted.reason : '';
      assert.match(said, reason);
      assert.ok(!said.includes(TOKEN) && !said.includes('\u001b'), said);
    });
  }

  it('says that the token of a job is not enough', async (context) => {
    const noted = await keep(await at(new GitlabServer(), context, { kind: 'job', value: 'glcbt-SECRET' }));
    assert.match(noted.kind === 'refused' ? noted.reason : '', /: 401 Unauthorized \(a job's own token may not do that: give the job/);
  });

  it('finds a note that was made though nobody answered', async (context) => {
    const server = new GitlabServer({ faults: [{ on: 'POST', status: 502, isDone: true }] });
    assert.equal((await keep(await at(server, context))).kind, 'kept');
    assert.deepEqual(bodiesOf(server), [`${MARK}\n## Plan`]);
  });
});

const CI = {
  CI_API_V4_URL: 'https://gitlab.example/api/v4/',
  CI_MERGE_REQUEST_IID: '7',
  CI_MERGE_REQUEST_PROJECT_ID: '3',
  CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example/g/p',
  CI_PROJECT_ID: '4',
  CI_JOB_TOKEN: 'job',
};

describe('readMergeRequest', () => {
  it('reads what GitLab tells a job: the project of the merge request, not the fork', () => {
    assert.deepEqual(readMergeRequest({ ...CI, GITLAB_TOKEN: 'own' }), {
      apiUrl: 'https://gitlab.example/api/v4',
      project: '3',
      iid: '7',
      pageUrl: 'https://gitlab.example/g/p/-/merge_requests/7',
      token: { kind: 'own', value: 'own' },
    });
    const bare = readMergeRequest({ ...CI, GITLAB_TOKEN: '' });
    assert.deepEqual('missing' in bare ? bare : bare.token, { kind: 'job', value: 'job' });
  });

  const MISSING: readonly (readonly [name: string, env: Readonly<Record<string, string>>, missing: RegExp])[] = [
    ['no pipeline of a merge request', { CI_MERGE_REQUEST_IID: '' }, /no pipeline of a merge request/],
    ['a number that is none', { CI_MERGE_REQUEST_IID: '7/../8' }, /must be the numbers/],
    ['no project', { CI_MERGE_REQUEST_PROJECT_ID: '' }, /must be the numbers/],
    ['no address', { CI_API_V4_URL: 'file:///etc' }, /CI_API_V4_URL is no address/],
    ['no token', { CI_JOB_TOKEN: '' }, /GITLAB_TOKEN is not set: give the job a project access token/],
  ];
  for (const [name, env, missing] of MISSING) {
    it(`says what is missing: ${name}`, () => {
      const read = readMergeRequest({ ...CI, ...env });
      assert.match('missing' in read ? read.missing : '', missing);
    });
  }
});
