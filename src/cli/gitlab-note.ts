import { keepNote, readMergeRequest } from '../gitlab/index.ts';
import { effectsOf, findingsOf, renderMarkdown, toRemarks, type Report } from '../report/index.ts';
import { stepsOf } from '../model/index.ts';
import { realClock } from './clock.ts';
import type { Io } from './io.ts';

/** Far less than GitLab takes: what is longer nobody reads, and the log has the rest. */
const NOTE_LIMIT = 65_000;

/**
 * Keeps a report as a note of the merge request that this pipeline is of; the answer says where it is. Undefined where there can be none,
 * with the reason on stderr.
 */
export async function keepGitlabNote(report: Report, name: string, io: Io): Promise<string | undefined> {
  const where = readMergeRequest(io.env);
  if ('missing' in where) {
    io.err(`no note: ${where.missing}\n`);
    return undefined;
  }
  const noted = await keepNote(where, { name, text: renderMarkdown(report, NOTE_LIMIT), begins: !isQuiet(report) }, realClock(io));
  if (noted.kind === 'refused') {
    io.err(`no note: ${noted.reason}\n`);
    return undefined;
  }
  if (noted.kind === 'none') return `${name}: nothing to note\n`;
  return `${name}: ${where.pageUrl === undefined ? `note ${noted.id}` : `${where.pageUrl}#note_${noted.id}`}\n`;
}

/** Nothing changes and nothing is found: no note is begun for that, but one that is there is brought up to date. */
function isQuiet(report: Report): boolean {
  const hasChanges = report.kind === 'PlanReport' && stepsOf(report.plan).length > 0;
  return !hasChanges && toRemarks(findingsOf(report), effectsOf(report)).every(({ waived }) => waived !== undefined);
}
