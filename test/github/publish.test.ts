import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { publishCheck, readWorkflowRun, toCheckAnnotations, type CheckReport } from '../../src/github/index.ts';
import type { Finding, SourceRange } from '../../src/model/index.ts';
import { toRemarks } from '../../src/report/index.ts';
import { getNumber, getString, type Clock } from '../../src/std/index.ts';
import { GithubServer, type Fault } from './github-server.ts';

type Run = NonNullable<ReturnType<typeof readWorkflowRun>>;

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

async function runAt(server: GithubServer, context: TestContext, fields: Partial<Run> = {}): Promise<Run> {
  const apiUrl = await server.listen(context);
  return { apiUrl, owner: 'o', repo: 'r', headSha: 'abc', pullRequest: 7, attempt: '1.1.plan', token: 'TOKEN', ...fields };
}

function annotationsOf(count: number): CheckReport['annotations'] {
  const findings = Array.from({ length: count }, (_, index): Finding => {
    const line = index + 1;
    const source: SourceRange = { file: 'a.yaml', line, column: 3, endLine: line, endColumn: 9 };
    return { code: 'KV0043', severity: 'error', source, data: { field: `f${index}`, problem: 'Required value' } };
  });
  return toCheckAnnotations(toRemarks(findings, []));
}

function reportOf(fields: Partial<CheckReport> = {}): CheckReport {
  return { name: 'kplan', title: 'Plan', summary: '## Plan', annotations: [], conclusion: 'success', isQuiet: false, ...fields };
}

describe('publishCheck', () => {
  for (const [count, requests] of [
    [0, 1],
    [50, 1],
    [51, 2],
    [125, 3],
  ] as const) {
    it(`sends ${count} annotations in ${requests} requests, and ends the check with the last`, async (context) => {
      const server = new GithubServer();
      const run = await runAt(server, context);
      const published = await publishCheck(run, reportOf({ annotations: annotationsOf(count), conclusion: 'failure' }), new HastyClock());
      const [check] = server.checks;
      assert.deepEqual(published, { kind: 'published', url: `https://github.example/o/r/runs/${check?.id}`, notes: [] });
      assert.deepEqual([check?.head, check?.status, check?.conclusion], ['abc', 'completed', 'failure']);
      const lines = check?.annotations.map((annotation) => getNumber(annotation, 'start_line'));
      assert.deepEqual(
        lines,
        Array.from({ length: count }, (_, index) => index + 1),
      );
      assert.equal(server.asked.filter((request) => request.includes('check-runs')).length, requests);
    });
  }

  it('keeps one comment, and writes nothing where it says the same', async (context) => {
    const server = new GithubServer();
    const run = await runAt(server, context);
    const publish = (attempt: string, summary: string): Promise<unknown> =>
      publishCheck({ ...run, attempt }, reportOf({ summary }), new HastyClock());
    await publish('1', 'one');
    await publish('2', 'two');
    const before = server.asked.length;
    await publish('3', 'two');
    assert.deepEqual(
      server.comments.map(({ body }) => body),
      ['<!-- kplan: kplan -->\ntwo'],
    );
    assert.ok(!server.asked.slice(before).some((request) => /^(PATCH|DELETE|POST) .*issues/.test(request)));
    assert.deepEqual(
      server.checks.map(({ externalId }) => externalId),
      ['1', '2', '3'],
    );
  });

  it('begins no comment for nothing, but brings one up to date', async (context) => {
    const server = new GithubServer();
    const run = await runAt(server, context);
    await publishCheck(run, reportOf({ isQuiet: true }), new HastyClock());
    assert.equal(server.comments.length, 0);
    await publishCheck(run, reportOf({ summary: 'bad' }), new HastyClock());
    await publishCheck(run, reportOf({ summary: 'well', isQuiet: true }), new HastyClock());
    assert.deepEqual(
      server.comments.map(({ body }) => body),
      ['<!-- kplan: kplan -->\nwell'],
    );
  });

  it('finds its comment among hundreds, and leaves those of people alone', async (context) => {
    const server = new GithubServer();
    const mark = '<!-- kplan: kplan -->\n';
    for (let id = 1; id <= 250; id++) server.comments.push({ id: 1000 + id, login: 'jane', body: id === 3 ? `${mark}mine` : 'words' });
    server.comments.push({ id: 2000, login: 'github-actions[bot]', body: `${mark}old` });
    const run = await runAt(server, context);
    await publishCheck(run, reportOf({ summary: 'new' }), new HastyClock());
    assert.equal(server.comments.length, 251);
    assert.equal(server.comments.at(-1)?.body, `${mark}new`);
    assert.equal(server.comments[2]?.body, `${mark}mine`);
  });

  it('makes one of the comments that several runs began at once', async (context) => {
    const server = new GithubServer();
    const run = await runAt(server, context);
    const publish = (attempt: string): Promise<unknown> =>
      publishCheck({ ...run, attempt }, reportOf({ summary: attempt }), new HastyClock());
    await Promise.all(['1', '2', '3'].map(publish));
    await publish('4');
    assert.deepEqual(
      server.comments.map(({ body }) => body),
      ['<!-- kplan: kplan -->\n4'],
    );
  });

  it('keeps a check and a comment for each name', async (context) => {
    const server = new GithubServer();
    const run = await runAt(server, context);
    for (const name of ['kplan', 'kplan validate']) await publishCheck(run, reportOf({ name }), new HastyClock());
    assert.deepEqual(
      server.checks.map(({ name }) => name),
      ['kplan', 'kplan validate'],
    );
    assert.equal(server.comments.length, 2);
  });

  it('has no comment outside of pull requests', async (context) => {
    const server = new GithubServer();
    const { pullRequest: _, ...run } = await runAt(server, context);
    assert.equal((await publishCheck(run, reportOf(), new HastyClock())).kind, 'published');
    assert.equal(server.comments.length, 0);
  });

  const refusals: readonly { readonly name: string; readonly server: GithubServer; readonly token?: string; readonly want: RegExp }[] = [
    {
      name: 'of a fork',
      server: new GithubServer({ refused: ['checks', 'issues', 'statuses'] }),
      want: /403 Resource not accessible by integration/,
    },
    { name: 'with a wrong token', server: new GithubServer(), token: 'SECRET', want: /401 Bad credentials/ },
  ];
  for (const { name, server, token, want } of refusals) {
    it(`says why there is no check in a run ${name}, without the token`, async (context) => {
      const run = await runAt(server, context, token === undefined ? {} : { token });
      const published = await publishCheck(run, reportOf(), new HastyClock());
      assert.equal(published.kind, 'refused');
      assert.match(published.kind === 'refused' ? published.reason : '', want);
      assert.ok(!JSON.stringify(published).includes('SECRET'));
    });
  }

  it('sets a commit status and keeps the comment where checks are refused, as they are to tokens of people', async (context) => {
    const server = new GithubServer({ refused: ['checks'] });
    const report = reportOf({ title: `Plan: ${'x'.repeat(200)}`, conclusion: 'failure' });
    const published = await publishCheck(await runAt(server, context), report, new HastyClock());
    assert.deepEqual(published.kind === 'refused' && published.instead, ['commit status', 'comment']);
    const [status] = server.statuses;
    assert.deepEqual([status?.head, status?.context, status?.state, status?.description.length], ['abc', 'kplan', 'failure', 140]);
    assert.equal(server.comments.length, 1);
  });

  it('begins no comment without a check either where nothing changes', async (context) => {
    const server = new GithubServer({ refused: ['checks'] });
    const published = await publishCheck(await runAt(server, context), reportOf({ isQuiet: true }), new HastyClock());
    assert.deepEqual(published.kind === 'refused' && published.instead, ['commit status']);
    assert.deepEqual([server.comments.length, server.statuses[0]?.state], [0, 'success']);
  });

  it('has the check where only the comment is refused, and says so', async (context) => {
    const server = new GithubServer({ refused: ['issues'] });
    const published = await publishCheck(await runAt(server, context), reportOf(), new HastyClock());
    assert.deepEqual(published.kind === 'published' && published.notes.length, 1);
  });

  const faults: readonly { readonly name: string; readonly faults: readonly Fault[]; readonly slept: readonly number[] }[] = [
    {
      name: 'a limit that names a time',
      faults: [{ on: 'POST /repos/o/r/check-runs', status: 429, headers: { 'retry-after': '3' } }],
      slept: [3000],
    },
    {
      name: 'the limit of an hour that ends soon',
      faults: [{ on: 'check-runs', status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1060' } }],
      slept: [60_000],
    },
    {
      name: 'a secondary limit that names no time',
      faults: [{ on: 'check-runs', status: 403, message: 'You have exceeded a secondary rate limit.' }],
      slept: [60_000],
    },
    { name: 'a server that stumbles over a list', faults: [{ on: 'GET /repos/o/r/issues', status: 502 }], slept: [1000] },
    { name: 'a creation that was not made', faults: [{ on: 'POST /repos/o/r/check-runs', status: 502 }], slept: [] },
    {
      name: 'a creation that was made without an answer',
      faults: [{ on: 'POST /repos/o/r/check-runs', status: 'cut', isDone: true }],
      slept: [],
    },
  ];
  for (const { name, faults: each, slept } of faults) {
    it(`gets over ${name}, with one check`, async (context) => {
      const server = new GithubServer({ faults: each });
      const clock = new HastyClock();
      const published = await publishCheck(await runAt(server, context), reportOf(), clock);
      assert.equal(published.kind, 'published', JSON.stringify(published));
      assert.deepEqual([server.checks.length, server.comments.length], [1, 1]);
      assert.deepEqual(clock.slept, slept);
    });
  }

  it('does not wait for an hour', async (context) => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4600' };
    const server = new GithubServer({ faults: [{ on: 'check-runs', status: 403, headers, message: 'API rate limit exceeded' }] });
    const clock = new HastyClock();
    const published = await publishCheck(await runAt(server, context), reportOf(), clock);
    assert.match(published.kind === 'refused' ? published.reason : '', /403 API rate limit exceeded/);
    assert.deepEqual(clock.slept, []);
  });
});

describe('readWorkflowRun', () => {
  const env = {
    GITHUB_TOKEN: 't',
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SHA: 'merge',
    GITHUB_RUN_ID: '5',
    GITHUB_RUN_ATTEMPT: '2',
    GITHUB_JOB: 'plan',
  };

  it('takes the head of a pull request, not the merge', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'kplan-event-')), 'event.json');
    writeFileSync(file, JSON.stringify({ pull_request: { number: 7, head: { sha: 'head' } } }));
    const run = readWorkflowRun({ ...env, GITHUB_EVENT_PATH: file, GITHUB_API_URL: 'https://ghe.example/api/v3' });
    assert.deepEqual([run?.headSha, run?.pullRequest, run?.attempt, run?.apiUrl], ['head', 7, '5.2.plan', 'https://ghe.example/api/v3']);
  });

  it('knows the page of the run', () => {
    assert.equal(readWorkflowRun({ ...env, GITHUB_SERVER_URL: 'https://ghe.example' })?.runUrl, 'https://ghe.example/o/r/actions/runs/5');
  });

  it('takes the commit of a push', () => {
    const run = readWorkflowRun(env);
    assert.deepEqual([run?.headSha, run?.pullRequest, run?.apiUrl], ['merge', undefined, 'https://api.github.com']);
  });

  for (const name of ['GITHUB_TOKEN', 'GITHUB_REPOSITORY', 'GITHUB_SHA']) {
    it(`is none without ${name}`, () => assert.equal(readWorkflowRun({ ...env, [name]: '' }), undefined));
  }
});

describe('toCheckAnnotations', () => {
  it('says what one place brings about at once, and what else stands elsewhere apart', () => {
    const source: SourceRange = { file: 'a.yaml', line: 2, column: 1, endLine: 2, endColumn: 4 };
    const finding = (field: string, line: number): Finding => ({
      code: 'KV0043',
      severity: 'error',
      source: { ...source, line, endLine: line },
      data: { field, problem: 'Required value' },
    });
    const findings = [...Array.from({ length: 40 }, (_, index) => finding(`f${index + 10}`, 2)), finding('other', 3)];
    const annotations = toCheckAnnotations(toRemarks(findings, []));
    assert.deepEqual(
      annotations.map(({ start_line: line }) => line),
      [2, 3],
    );
    const [first] = annotations;
    assert.match(first?.message ?? '', /^f10: Required value\nand 39 more:\n- f11: Required value\n/);
    assert.equal(first?.message.split('\n- ').length, 40);
  });

  it('leaves out what has no place and what is waived', () => {
    const source: SourceRange = { file: 'a.yaml', line: 2, column: 1, endLine: 4, endColumn: 1 };
    const finding: Finding = { code: 'KV0043', severity: 'warning', data: { field: 'spec', problem: 'Required value' } };
    const annotations = toCheckAnnotations(toRemarks([finding, { ...finding, source, waived: 'known' }, { ...finding, source }], []));
    assert.deepEqual(
      annotations.map(({ path, start_line: start, end_line: end, start_column: column, annotation_level: level }) => [
        path,
        start,
        end,
        column,
        level,
      ]),
      [['a.yaml', 2, 4, undefined, 'warning']],
    );
    assert.match(getString({ ...annotations[0] }, 'title') ?? '', /^KV0043 /);
  });
});
