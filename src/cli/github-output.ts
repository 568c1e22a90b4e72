import { toJobSummary, toWorkflowCommands } from '../github/index.ts';
import { effectsOf, findingsOf, renderMarkdown, type Report } from '../report/index.ts';

/** A report as GitHub Actions workflow commands. */
export function renderWorkflowCommands(report: Report): string {
  return toWorkflowCommands(findingsOf(report), effectsOf(report));
}

/** A report as the Markdown of a job summary. */
export function renderJobSummary(report: Report): string {
  return toJobSummary(renderMarkdown(report, 900_000));
}
