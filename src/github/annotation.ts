import { formatRef, type Severity, type SourceRange } from '../model/index.ts';
import type { Remark } from '../report/index.ts';

/** GitHub takes titles of 255 characters. */
const TITLE_LIMIT = 255;
/** Far below the 64 KiB that GitHub takes: fifty go into one request. */
const MESSAGE_LIMIT = 4_000;

/** An annotation of a check run (`POST /repos/{owner}/{repo}/check-runs`). */
export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column?: number;
  readonly end_column?: number;
  readonly annotation_level: 'failure' | 'notice' | 'warning';
  readonly title: string;
  readonly message: string;
}

const LEVELS: Readonly<Record<Severity, CheckAnnotation['annotation_level']>> = { error: 'failure', info: 'notice', warning: 'warning' };

/** What is not waived and has a place, in the order of the remarks; the rest is in the summary alone. */
export function toCheckAnnotations(remarks: readonly Remark[]): readonly CheckAnnotation[] {
  return remarks.flatMap((remark) => {
    const { source, waived, severity } = remark;
    if (source === undefined || waived !== undefined) return [];
    return [
      { path: source.file, ...linesOf(source), annotation_level: LEVELS[severity], title: titleOf(remark), message: messageOf(remark) },
    ];
  });
}

// GitHub takes columns only where the place is on one line; its last column is inclusive.
function linesOf({
  line,
  column,
  endLine,
  endColumn,
}: SourceRange): Pick<CheckAnnotation, 'start_line' | 'end_line' | 'start_column' | 'end_column'> {
  if (line !== endLine) return { start_line: line, end_line: endLine };
  return { start_line: line, end_line: line, start_column: column, end_column: Math.max(column, endColumn - 1) };
}

/** What an annotation is titled with: the code and what it stands for. */
export function titleOf({ code, title }: Remark): string {
  return clip(`${code} ${title}`, TITLE_LIMIT);
}

/** The text of an annotation: of a finding with its object, of what has no place any more with where it stood, and what to do. */
export function messageOf({ isEffect, ref, message, stood, remedy }: Remark): string {
  const subject = isEffect || ref === undefined ? '' : `${formatRef(ref)}: `;
  const before = stood === undefined ? '' : ` (before: ${stood.file}:${stood.line})`;
  return clip(`${subject}${message}${before}\n${remedy}`, MESSAGE_LIMIT);
}

function clip(text: string, limit: number): string {
  const trimmed = text.trimEnd();
  return trimmed.length <= limit ? trimmed : `${trimmed.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
