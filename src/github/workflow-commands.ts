import type { Effect, Finding, Severity, SourceRange } from '../model/index.ts';
import { groupByCause, toRemarks, type BesideChange, type Grouped } from '../report/index.ts';
import { toVisible } from '../std/index.ts';
import { messageOf, titleOf } from './annotation.ts';
import { placeGone } from './gone.ts';
import { listReferences, type Reference } from './reference.ts';

/** What one step of a job may show of each level (GitHub: 10 errors, 10 warnings and 10 notices a step). */
const PER_LEVEL = 10;

type Level = 'error' | 'warning' | 'notice';

const LEVELS: Readonly<Record<Severity, Level>> = { error: 'error', info: 'notice', warning: 'warning' };

interface Annotation {
  readonly level: Level;
  readonly source: SourceRange | undefined;
  readonly title: string;
  readonly message: string;
}

/**
 * Findings and effects as GitHub Actions workflow commands (`::error file=a.yaml,line=7::message`), one a line, most
 * important first: by severity, those with a place in a file before those without, effects before findings, then by place.
 * Waived findings are left out; what stands on lines that its file does not change is referred to from one that it does, and what is gone
 * is told where it is missed. GitHub shows ten of each level a step: the rest is counted in a last notice, never dropped silently.
 */
export function toWorkflowCommands(findings: readonly Finding[], effects: readonly Effect[], beside?: BesideChange): string {
  const open = toRemarks(findings, effects).filter(({ waived }) => waived === undefined);
  const groups = groupByCause(placeGone(open, beside?.missed));
  const annotations = [...groups.map(annotate), ...listReferences(groups, beside?.changed).map(refer)];
  const byLevel = (level: Level): readonly Annotation[] => annotations.filter((annotation) => annotation.level === level);
  const notices = byLevel('notice');
  const shown = [...byLevel('error').slice(0, PER_LEVEL), ...byLevel('warning').slice(0, PER_LEVEL)];
  const room = annotations.length - notices.length > shown.length || notices.length > PER_LEVEL ? PER_LEVEL - 1 : PER_LEVEL;
  shown.push(...notices.slice(0, room));
  const left = annotations.filter((annotation) => !shown.includes(annotation));
  const lines = left.length === 0 ? shown : [...shown, summarise(left)];
  return lines.map((annotation) => `${toCommand(annotation)}\n`).join('');
}

function annotate({ first, others }: Grouped): Annotation {
  return { level: LEVELS[first.severity], source: first.source, title: titleOf(first), message: messageOf(first, others) };
}

function refer({ file, line, title, message }: Reference): Annotation {
  return { level: 'notice', source: { file, line, column: 1, endLine: line, endColumn: 2 }, title, message };
}

/** What stopped a whole run, as an annotation of the run: it has no place in a file. */
export function toErrorCommand(message: string): string {
  return `${toCommand({ level: 'error', source: undefined, title: 'kplan', message: message.trimEnd() })}\n`;
}

function summarise(left: readonly Annotation[]): Annotation {
  const counts = (['error', 'warning', 'notice'] as const).flatMap((level) => {
    const count = left.filter((annotation) => annotation.level === level).length;
    return count === 0 ? [] : [`${count} more ${level}${count === 1 ? '' : 's'}`];
  });
  const message = `${counts.join(', ')}: GitHub shows ${PER_LEVEL} of each a step. The job summary and the log have them all.`;
  return { level: 'notice', source: undefined, title: 'More findings', message };
}

function toCommand({ level, source, title, message }: Annotation): string {
  const place: readonly (readonly [string, string])[] =
    source === undefined
      ? []
      : [
          ['file', source.file],
          ['line', String(source.line)],
          ['endLine', String(source.endLine)],
          ...(source.line === source.endLine ? ([['col', String(source.column)]] as const) : []),
          ...(source.line === source.endLine ? ([['endColumn', String(Math.max(source.column, source.endColumn - 1))]] as const) : []),
        ];
  const properties = [...place, ['title', title] as const].map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${level} ${properties.join(',')}::${escapeData(message)}`;
}

/** What the runner undoes in messages (actions/runner src/Runner.Common/ActionCommand.cs). */
function escapeData(text: string): string {
  return toVisible(text, { keepsLines: true }).replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
