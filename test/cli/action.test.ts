import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { GithubServer } from '../github/github-server.ts';
import { readActionRequest } from '../../src/cli/action-inputs.ts';
import type { Command } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/table.ts';
import { breakShop, commitAll, git, run, runAction, shopRepository, temporaryFolder, type Ran } from './program.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/action.mjs', import.meta.url));

interface Step extends Ran {
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Runs the action in a folder as the step of a workflow for pull request 7, with the inputs given. */
async function runStep(
  context: TestContext,
  folder: string,
  server: GithubServer,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Step> {
  const runner = temporaryFolder(context);
  const file = (name: string): string => join(runner, name);
  for (const name of ['output', 'summary']) writeFileSync(file(name), '');
  writeFileSync(file('event.json'), JSON.stringify({ pull_request: { number: 7, head: { sha: 'abc' } } }));
  const ran = await runAction(folder, {
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: await server.listen(context),
    GITHUB_BASE_REF: 'main',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: file('event.json'),
    GITHUB_OUTPUT: file('output'),
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_SHA: 'merge',
    GITHUB_STEP_SUMMARY: file('summary'),
    RUNNER_TEMP: runner,
    ...Object.fromEntries(Object.entries({ token: 'TOKEN', ...inputs }).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  });
  const lines = readFileSync(file('output'), 'utf8').split('\n').filter(Boolean);
  const outputs = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  return { ...ran, outputs, summary: readFileSync(file('summary'), 'utf8') };
}

/** A branch of the shop that breaks things, as a checkout of a pull request into main has it. */
function pullRequest(context: TestContext): string {
  const folder = shopRepository(context);
  git(folder, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
  git(folder, 'checkout', '-q', '-b', 'change');
  breakShop(folder);
  commitAll(folder, 'A change');
  return folder;
}

describe('the action', () => {
  it('annotates a pull request, sums it up and sets its outputs', async (context) => {
    const folder = pullRequest(context);
    const server = new GithubServer();
    const { code, stderr, outputs, summary } = await runStep(context, folder, server, { nodes: '3x4cpu,16Gi' });
    assert.deepEqual([code, outputs['exit-code']], [1, '1'], stderr);
    assert.ok(
      Number(outputs['changes']) > 0 && Number(outputs['effects']) > 0 && Number(outputs['findings']) >= 0,
      JSON.stringify(outputs),
    );
    assert.deepEqual([server.checks[0]?.conclusion, server.checks[0]?.head, server.comments.length], ['failure', 'abc', 1]);
    assert.ok((server.checks[0]?.annotations.length ?? 0) > 0);
    assert.match(summary, /^## kplan: /);
    const shown = await run('kplan', folder, ['show', outputs['plan-path'] ?? '', '-o', 'json', '--fail-on', 'never']);
    assert.equal(String((JSON.parse(shown.stdout) as { changes: unknown[] }).changes.length), outputs['changes']);
  });

  it('prints workflow commands and sums up where the token may do nothing, as in a pull request from a fork', async (context) => {
    const server = new GithubServer({ refused: ['checks', 'issues', 'statuses'] });
    const { code, stdout, summary, outputs } = await runStep(context, pullRequest(context), server, { 'fail-on': 'never' });
    assert.deepEqual([code, outputs['exit-code'], server.checks.length, server.comments.length], [0, '0', 0, 0]);
    assert.match(stdout, /^::(error|warning) file=/m);
    assert.match(summary, /^## kplan: /);
  });

  it('says on the page of the run what stops it, and sets no counts', async (context) => {
    const { code, stdout, outputs } = await runStep(context, pullRequest(context), new GithubServer(), { path: 'no/such' });
    assert.equal(code, 3);
    assert.match(stdout, /^::error title=kplan::kplan: no\/such/);
    assert.deepEqual(outputs, { 'exit-code': '3' });
  });

  it('refuses a command that it does not run', async (context) => {
    const { code, stdout } = await runStep(context, temporaryFolder(context), new GithubServer(), { command: 'drain' });
    assert.deepEqual([code, stdout], [3, '::error title=kplan::command: drain: the action runs plan or validate\n']);
  });

  it('is one file of under 5 MB that runs alone, with the schemas in it', async (context) => {
    assert.ok(statSync(BUNDLE).size < 5_000_000);
    const folder = temporaryFolder(context);
    mkdirSync(join(folder, 'deploy'));
    writeFileSync(join(folder, 'deploy/a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndate: {}\n');
    const alone = join(temporaryFolder(context), 'action.mjs');
    copyFileSync(BUNDLE, alone);
    const { code, stdout } = await runAction(folder, { INPUT_COMMAND: 'validate', INPUT_PATH: 'deploy' }, alone);
    assert.deepEqual([code, /^::error file=a.yaml,line=5,/.test(stdout)], [1, true], stdout);
  });
});

it('the workflow for others to call runs the action at one place, which a release rewrites', () => {
  const workflow = readFileSync(fileURLToPath(new URL('../../.github/workflows/plan.yml', import.meta.url)), 'utf8');
  assert.equal(workflow.split('uses: ./\n').length, 2);
});

describe('readActionRequest', () => {
  const command = (name: string): Command => COMMANDS.find((item) => item.name === name && item.program === 'kplan') ?? assert.fail(name);

  it('makes flags of inputs: texts, lines of lists, true; nothing of what is empty', () => {
    const { words } = readActionRequest(command('plan'), {
      RUNNER_TEMP: '/t',
      INPUT_PATH: 'deploy\n',
      'INPUT_FAIL-ON': ' warning ',
      'INPUT_CONTEXT-OBJECTS': 'a.yaml\n\n b.yaml',
      INPUT_VERBOSE: 'true',
      INPUT_QUIET: 'false',
      INPUT_BASE: '',
    });
    assert.deepEqual(words.toSorted(), [
      '--context-objects=a.yaml',
      '--context-objects=b.yaml',
      '--fail-on=warning',
      '--out=/t/kplan.plan',
      '--output=github',
      '--output=json=/t/kplan-report.json',
      '--verbose',
      'deploy',
      'plan',
    ]);
  });

  it('saves no plan where the command makes none', () => {
    const { words, plan } = readActionRequest(command('validate'), { RUNNER_TEMP: '/t', INPUT_OUT: 'x' });
    assert.deepEqual([plan, words.some((word) => word.startsWith('--out='))], [undefined, false]);
  });
});
