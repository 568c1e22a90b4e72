import type { Severity, SourceRange } from '../model/index.ts';
import { groupByCause, sentenceOf, type BesideChange, type Remark } from '../report/index.ts';
import { placeGone } from './gone.ts';
import { listReferences } from './reference.ts';

/** GitHub takes titles of 255 characters. */
const TITLE_LIMIT = 255;
/** Far below the 64 KiB that GitHub takes: fifty go into one request. */
const MESSAGE_LIMIT = 4_000;
const REMEDY_LIMIT = 1_000;

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

/**
 * What is not waived and has a place, in the order of the remarks, one for each cause, then one for each file that has some on lines which
 * it does not change; the rest is in the summary alone. What is gone is told where it is missed.
 */
export function toCheckAnnotations(remarks: readonly Remark[], beside?: BesideChange): readonly CheckAnnotation[] {
  const open = remarks.filter(({ waived }) => waived === undefined);
  const groups = groupByCause(placeGone(open, beside?.missed));
  const annotations = groups.flatMap(({ first, others }): readonly CheckAnnotation[] => {
    const { source, severity } = first;
    if (source === undefined) return [];
    return [
      {
        path: source.file,
        ...linesOf(source),
        annotation_level: LEVELS[severity],
        title: titleOf(first),
        message: messageOf(first, others),
      },
    ];
  });
  const references = listReferences(groups, beside?.changed).map(({ file, line, title, message }): CheckAnnotation => ({
    path: file,
    start_line: line,
    end_line: line,
    annotation_level: 'notice',
    title,
    message: clip(message, MESSAGE_LIMIT),
  }));
  return [...annotations, ...references];
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

/**
 * The text of an annotation: of a finding with its object, of what has no place any more with where it stood, what else the same place
 * brings about, and what to do.
 */
export function messageOf(first: Remark, others: readonly Remark[]): string {
  const more = others.length === 0 ? '' : `\nand ${others.length} more:${others.map((remark) => `\n- ${sentenceOf(remark)}`).join('')}`;
  const remedy = clip(first.remedy, REMEDY_LIMIT);
  return `${clip(`${sentenceOf(first)}${more}`, MESSAGE_LIMIT - remedy.length - 1)}\n${remedy}`.trimEnd();
}

function clip(text: string, limit: number): string {
  const trimmed = text.trimEnd();
  return trimmed.length <= limit ? trimmed : `${trimmed.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
