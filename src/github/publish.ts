import type { Octokit } from '@octokit/rest';
import type { Clock } from '../std/index.ts';
import type { CheckAnnotation } from './annotation.ts';
import { GithubRefusal, openGithub } from './api.ts';
import { upsertComment } from './comment.ts';
import type { WorkflowRun } from './pull-request.ts';

/** GitHub takes so many annotations in one request. */
const PER_REQUEST = 50;
const MOST_CREATIONS = 3;
/** GitHub takes descriptions of a commit status of 140 characters. */
const DESCRIPTION_LIMIT = 140;

/** What is to be shown of one run. */
export interface CheckReport {
  /** Of the check; a pull request has one check and one comment of each name. */
  readonly name: string;
  /** One line. */
  readonly title: string;
  /** Markdown of at most 65,535 bytes. */
  readonly summary: string;
  readonly annotations: readonly CheckAnnotation[];
  readonly conclusion: 'failure' | 'neutral' | 'success';
  /** Nothing changes and nothing is found: no comment is begun for that, but one that is there is brought up to date. */
  readonly isQuiet: boolean;
}

/** What became of it: the check's address, and what was refused besides; or why there is no check, and what there is instead. */
export type Published =
  | { readonly kind: 'published'; readonly url: string; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly instead: readonly ('comment' | 'commit status')[] };

/**
 * Shows a report in its pull request: a check run with all annotations (50 a request; the check ends with the last) and one comment
 * that is updated. Without the right to checks, which only Apps and the tokens of workflows have, there is a commit status in its place;
 * what a run may not do at all, as one from a fork, is left out, and the reason is the answer.
 */
export async function publishCheck(run: WorkflowRun, report: CheckReport, clock: Clock): Promise<Published> {
  const github = await openGithub(run, clock);
  try {
    const url = await createCheck(github, run, report);
    const refusal = await refusalOf(() => comment(github, run, report));
    return { kind: 'published', url, notes: refusal === undefined ? [] : [`there is no comment: ${refusal.message}`] };
  } catch (error) {
    if (!(error instanceof GithubRefusal)) throw error;
    const instead = RIGHTS_MISSING.has(error.status) ? await showWithoutCheck(github, run, report) : [];
    return { kind: 'refused', reason: error.message, instead };
  }
}

/** What GitHub answers to who may not write checks, though perhaps something else: also that there is no such thing. */
const RIGHTS_MISSING: ReadonlySet<number> = new Set([403, 404, 422]);

async function showWithoutCheck(github: Octokit, run: WorkflowRun, report: CheckReport): Promise<readonly ('comment' | 'commit status')[]> {
  const status = await refusalOf(() => createStatus(github, run, report));
  const shown = run.pullRequest !== undefined && !report.isQuiet;
  const said = shown ? await refusalOf(() => comment(github, run, report)) : undefined;
  return [...(status === undefined ? ['commit status' as const] : []), ...(shown && said === undefined ? ['comment' as const] : [])];
}

/** What GitHub refused of some work; undefined where it did that. */
async function refusalOf(work: () => Promise<void>): Promise<GithubRefusal | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof GithubRefusal) return error;
    throw error;
  }
}

async function createStatus(github: Octokit, { owner, repo, headSha, runUrl }: WorkflowRun, report: CheckReport): Promise<void> {
  const { name, title, conclusion } = report;
  await github.rest.repos.createCommitStatus({
    owner,
    repo,
    sha: headSha,
    state: conclusion === 'failure' ? 'failure' : 'success',
    context: name,
    description: title.length <= DESCRIPTION_LIMIT ? title : `${title.slice(0, DESCRIPTION_LIMIT - 1)}…`,
    ...(runUrl === undefined ? {} : { target_url: runUrl }),
  });
}

async function createCheck(github: Octokit, run: WorkflowRun, report: CheckReport): Promise<string> {
  const { owner, repo, headSha, attempt } = run;
  const { name, title, summary, annotations, conclusion } = report;
  const batches = Array.from({ length: Math.max(1, Math.ceil(annotations.length / PER_REQUEST)) }, (_, index) =>
    annotations.slice(index * PER_REQUEST, (index + 1) * PER_REQUEST),
  );
  const stateAt = (index: number): { status: 'completed'; conclusion: CheckReport['conclusion'] } | { status: 'in_progress' } =>
    index === batches.length - 1 ? { status: 'completed', conclusion } : { status: 'in_progress' };
  const outputAt = (index: number): { title: string; summary: string; annotations: CheckAnnotation[] } => ({
    title,
    summary,
    annotations: [...(batches[index] ?? [])],
  });
  const key = { owner, repo, head_sha: headSha, external_id: attempt };
  const check = await createOnce(
    async () => (await github.rest.checks.create({ ...key, name, ...stateAt(0), output: outputAt(0) })).data,
    async () => {
      const { data } = await github.rest.checks.listForRef({ owner, repo, ref: headSha, check_name: name, filter: 'all', per_page: 100 });
      return data.check_runs.find(({ external_id: id }) => id === attempt);
    },
  );
  for (let index = 1; index < batches.length; index++) {
    await github.rest.checks.update({ owner, repo, check_run_id: check.id, ...stateAt(index), output: outputAt(index) });
  }
  return check.html_url ?? '';
}

/** Creates, unless a creation that nobody answered was made all the same. */
async function createOnce<T>(create: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      const isUncertain = error instanceof GithubRefusal && (error.status === 0 || error.status >= 500);
      if (!isUncertain || attempt === MOST_CREATIONS) throw error;
      const made = await find();
      if (made !== undefined) return made;
    }
  }
}

async function comment(github: Octokit, run: WorkflowRun, report: CheckReport): Promise<void> {
  if (run.pullRequest === undefined) return;
  const where = { ...run, pullRequest: run.pullRequest };
  await upsertComment(github, where, { name: report.name, text: report.summary, begins: !report.isQuiet });
}
