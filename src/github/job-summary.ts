/** GitHub refuses a step's summary of more than 1 MiB. */
const JOB_SUMMARY_LIMIT = 1024 * 1024;

const CUT = '\n_Cut here: GitHub shows at most 1 MiB. The log has the rest._\n';

/**
 * Markdown as a job summary: unchanged where it fits, else cut after a line, with code fences and `<details>` closed and a
 * note that it was cut. `limit` is in bytes.
 */
export function toJobSummary(markdown: string, limit: number = JOB_SUMMARY_LIMIT): string {
  if (Buffer.byteLength(markdown) <= limit) return markdown;
  const kept: string[] = [];
  let bytes = Buffer.byteLength(CUT);
  let closing = '';
  for (const line of markdown.split('\n')) {
    const next = closingOf(line, closing);
    bytes += Buffer.byteLength(line) + 1;
    if (bytes + Buffer.byteLength(next) > limit) break;
    kept.push(line);
    closing = next;
  }
  return `${kept.join('\n')}\n${closing}${CUT}`;
}

/** What must follow to close what is open after a line, given what had to before it. */
function closingOf(line: string, before: string): string {
  const fence = '```\n';
  const details = '</details>\n';
  if (line.startsWith('```')) return before.startsWith(fence) ? before.slice(fence.length) : fence + before;
  if (before.startsWith(fence)) return before;
  const opened = line.split('<details').length - line.split('</details>').length;
  if (opened > 0) return details.repeat(opened) + before;
  return before.slice(details.length * -opened);
}
