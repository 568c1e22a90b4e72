import { writeFileSync } from 'node:fs';
import { publishCheck, readWorkflowRun, toCheckAnnotations, toJobSummary, toWorkflowCommands, type CheckReport } from '../github/index.ts';
import { stepsOf } from '../model/index.ts';
import { effectsOf, findingsOf, renderMarkdown, toRemarks, type BesideChange, type Report } from '../report/index.ts';
import { realClock } from './clock.ts';
import type { Io } from './io.ts';
import { isFailure } from './outcome.ts';

/** The job summary holds 1 MiB, the summary of a check and a comment 65,535 bytes. */
const JOB_SUMMARY_LIMIT = 900_000;
const CHECK_LIMIT = 65_000;

/**
 * Shows a report on GitHub: the job summary, and a check run with annotations and a comment where the workflow has the right to
 * them; else workflow commands, which are the answer, with the reason on stderr; and a commit status, if that may be written.
 */
export async function showOnGithub(report: Report, name: string, failOn: string, io: Io): Promise<string> {
  const summary = io.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined && summary !== '') {
    writeFileSync(summary, toJobSummary(renderMarkdown(report, JOB_SUMMARY_LIMIT)), { flag: 'a' });
  }
  const commands = (): string => toWorkflowCommands(findingsOf(report), effectsOf(report), besideOf(report));
  const run = readWorkflowRun(io.env);
  if (run === undefined) return commands();
  const published = await publishCheck(run, toCheckReport(report, name, failOn), realClock(io));
  if (published.kind === 'refused') {
    const { reason, instead } = published;
    const shown = instead.length === 0 ? '' : `there is a ${instead.join(' and a ')}, and `;
    io.err(`no check run: ${reason}; ${shown}annotations are workflow commands (the job needs \`permissions: checks: write\`)\n`);
    return commands();
  }
  for (const note of published.notes) io.err(`${note} (the job needs \`permissions: pull-requests: write\`)\n`);
  return `${name}: ${published.url}\n`;
}

function besideOf(report: Report): BesideChange | undefined {
  return report.kind === 'PlanReport' ? report.beside : undefined;
}

function toCheckReport(report: Report, name: string, failOn: string): CheckReport {
  const [findings, effects] = [findingsOf(report), effectsOf(report)];
  const remarks = toRemarks(findings, effects).filter(({ waived }) => waived === undefined);
  const summary = renderMarkdown(report, CHECK_LIMIT);
  const hasChanges = report.kind === 'PlanReport' && stepsOf(report.plan).length > 0;
  return {
    name,
    title: summary.slice(0, summary.indexOf('\n')).replace(/^#+ /, ''),
    summary,
    annotations: toCheckAnnotations(remarks, besideOf(report)),
    conclusion: isFailure(findings, effects, failOn)
      ? 'failure'
      : remarks.some(({ severity }) => severity !== 'info')
        ? 'neutral'
        : 'success',
    isQuiet: !hasChanges && remarks.length === 0,
  };
}
