import type { Octokit } from '@octokit/rest';
import type { Clock } from '../std/index.ts';
import type { CheckAnnotation } from './annotation.ts';
import { GithubRefusal, openGithub } from './api.ts';
import { upsertComment } from './comment.ts';
import type { WorkflowRun } from './pull-request.ts';

/** GitHub takes so many annotations in one request. */
const PER_REQUEST = 50;
const MOST_CREATIONS = 3;

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

/** What became of it: the check's address, and what was refused besides; or why there is no check. */
export type Published =
  | { readonly kind: 'published'; readonly url: string; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Shows a report in its pull request: a check run with all annotations (50 a request; the check ends with the last) and one comment
 * that is updated. Of a run without the right to it, as of one from a fork, nothing is shown, and the reason is the answer.
 */
export async function publishCheck(run: WorkflowRun, report: CheckReport, clock: Clock): Promise<Published> {
  const github = await openGithub(run, clock);
  try {
    const url = await createCheck(github, run, report);
    return { kind: 'published', url, notes: await comment(github, run, report) };
  } catch (error) {
    if (error instanceof GithubRefusal) return { kind: 'refused', reason: error.message };
    throw error;
  }
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

/** The check is what counts: where the comment is refused, that is only said. */
async function comment(github: Octokit, run: WorkflowRun, report: CheckReport): Promise<readonly string[]> {
  if (run.pullRequest === undefined) return [];
  try {
    await upsertComment(
      github,
      { ...run, pullRequest: run.pullRequest },
      { name: report.name, text: report.summary, begins: !report.isQuiet },
    );
    return [];
  } catch (error) {
    if (error instanceof GithubRefusal) return [`there is no comment: ${error.message}`];
    throw error;
  }
}
