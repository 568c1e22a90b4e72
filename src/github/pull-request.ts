import { readFileSync } from 'node:fs';
import { getNumber, getString, parseJson, type JsonValue } from '../std/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The run of a workflow: which commit it is about, and with what it may speak to GitHub. */
export interface WorkflowRun {
  /** Of the API; GitHub Enterprise has its own. */
  readonly apiUrl: string;
  readonly owner: string;
  readonly repo: string;
  /** The commit that the check is of: of a pull request its head, not the merge that was checked out. */
  readonly headSha: string;
  readonly pullRequest?: number;
  /** Unlike for each attempt of each run. */
  readonly attempt: string;
  /** The page of the run, where its log is. */
  readonly runUrl?: string;
  readonly token: string;
}

/** The run as GitHub Actions describes it to a step (GITHUB_*); undefined elsewhere, and without GITHUB_TOKEN. */
export function readWorkflowRun(env: Environment): WorkflowRun | undefined {
  const { GITHUB_TOKEN: token = '', GITHUB_REPOSITORY: repository = '', GITHUB_SHA: sha = '' } = env;
  const [owner = '', repo = ''] = repository.split('/');
  const event = readEvent(env['GITHUB_EVENT_PATH']);
  const headSha = getString(event, 'pull_request', 'head', 'sha') ?? sha;
  if (token === '' || owner === '' || repo === '' || headSha === '') return undefined;
  const pullRequest = getNumber(event, 'pull_request', 'number');
  return {
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    owner,
    repo,
    headSha,
    ...(pullRequest === undefined ? {} : { pullRequest }),
    attempt: `${env['GITHUB_RUN_ID'] ?? ''}.${env['GITHUB_RUN_ATTEMPT'] ?? ''}.${env['GITHUB_JOB'] ?? ''}`,
    ...runUrlOf(env, repository),
    token,
  };
}

function runUrlOf(env: Environment, repository: string): Pick<WorkflowRun, 'runUrl'> {
  const { GITHUB_SERVER_URL: server = '', GITHUB_RUN_ID: id = '' } = env;
  return server === '' || id === '' ? {} : { runUrl: `${server}/${repository}/actions/runs/${id}` };
}

function readEvent(file: string | undefined): JsonValue | undefined {
  if (file === undefined || file === '') return undefined;
  try {
    return parseJson(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
