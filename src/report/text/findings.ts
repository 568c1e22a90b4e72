import { compareBy } from '../../std/index.ts';
import { describe, describeCauses, describeRemedy, findUnnamed, type Effect, type Finding, type Severity } from '../../model/index.ts';
import { ageOf, describePlaceOf, placeOf, type Layout } from '../report.ts';
import { line, type Line } from './lines.ts';
import { span, type Tone } from './paint.ts';

type Problem = Finding | Effect;

const MARKS: Readonly<Record<Severity, { readonly mark: string; readonly tone: Tone; readonly title: string }>> = {
  error: { mark: '✗', tone: 'bad', title: 'Errors' },
  warning: { mark: '!', tone: 'warn', title: 'Warnings' },
  info: { mark: 'i', tone: 'note', title: 'Notes' },
};

const MOST = 40;
/** Where the sentence of a problem starts, behind its mark and code. */
const HANG = 10;

/**
 * Findings and effects under a title for each severity, worst first, effects before findings: each with its code, sentence, place and what
 * to do. Findings that are notes are counted, not listed, and what goes beyond forty, unless `all`.
 */
export function problemSections(
  { findings, effects }: { readonly findings: readonly Finding[]; readonly effects: readonly Effect[] },
  layout: Layout,
): readonly (readonly [title: string | undefined, lines: readonly Line[]])[] {
  const open: readonly Problem[] = [...effects, ...findings.filter(({ waived }) => waived === undefined)];
  const ordered = open.toSorted(BY_IMPORTANCE);
  const shown = layout.all ? ordered : ordered.filter((item) => isEffect(item) || item.severity !== 'info').slice(0, MOST);
  const said = shown.map((item) => (isEffect(item) ? describeCauses(item) : undefined));
  const fresh = new Map(shown.map((item, at) => [item, at > 0 && said[at] === said[at - 1] ? undefined : said[at]]));
  const remedies = chooseRemedies(shown, layout);
  const linesOf = (severity: Severity): readonly Line[] =>
    shown.filter((item) => item.severity === severity).flatMap((item) => problemLines(item, [fresh.get(item), remedies.get(item)]));
  const waived = findings.filter((finding) => finding.waived !== undefined).length;
  const rest = [
    ...(ordered.length === shown.length ? [] : [describeHidden(ordered.length - shown.length, shown.length)]),
    ...(waived === 0 ? [] : [`  ${waived} waived by comment or configuration`]),
  ].map((text) => line([span(text, 'dim')]));
  const present = (['error', 'warning', 'info'] as const).filter((each) => shown.some(({ severity }) => severity === each));
  if (present.length === 0) return [[undefined, rest]];
  return present.map((severity) => [MARKS[severity].title, [...linesOf(severity), ...(severity === present.at(-1) ? rest : [])]]);
}

function isEffect(item: Problem): item is Effect {
  return 'engine' in item;
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

const BY_IMPORTANCE = compareBy<Problem>(
  ({ severity }) => RANK[severity],
  (item) => !isEffect(item),
  (item) => (isEffect(item) ? item.engine : ''),
  (item) => sourceOf(item)?.file ?? '',
  (item) => sourceOf(item)?.line ?? 0,
  (item) => sourceOf(item)?.column ?? 0,
  ({ code }) => code,
  describe,
);

function sourceOf(item: Problem): Finding['source'] {
  return isEffect(item) ? placeOf(item) : item.source;
}

function describeHidden(hidden: number, shown: number): string {
  const what = shown > 0 ? 'more' : hidden === 1 ? 'note' : 'notes';
  return `… ${hidden} ${what} (--all shows ${hidden === 1 ? 'it' : 'them'})`;
}

/** What to do about each; said once for each code, or each set of deleted objects that is to be kept, unless `all`. */
function chooseRemedies(items: readonly Problem[], { all }: Layout): ReadonlyMap<Problem, string> {
  const told = new Set<string>();
  const remedies = new Map<Problem, string>();
  for (const item of items) {
    const isKept = isEffect(item) && item.causes.every(({ action }) => action === 'delete');
    const topic = isKept ? describeRemedy(item) : item.code;
    if (item.severity !== 'info' && (all || !told.has(topic))) remedies.set(item, describeRemedy(item));
    told.add(topic);
  }
  return remedies;
}

function problemLines(item: Problem, details: readonly (string | undefined)[]): readonly Line[] {
  const { mark, tone } = MARKS[item.severity];
  const head = [span(` ${mark} `, tone), span(`${item.code} `, 'dim')];
  const first = isEffect(item)
    ? line([...head, span(describe(item))], describePlaceOf(item), HANG)
    : line([...head, ...subjectOf(item), span(`${describe(item)}${versionsOf(item)}`)], describePlaceOfFinding(item), HANG);
  const rest = details.filter((text) => text !== undefined);
  return [first, ...rest.map((text) => line([span(`${' '.repeat(HANG)}${text}`, 'dim')], undefined, HANG))];
}

function subjectOf(finding: Finding): ReturnType<typeof span>[] {
  const subject = findUnnamed(finding.ref, describe(finding));
  return subject === undefined ? [] : [span(subject, 'bold'), span(': ')];
}

function versionsOf({ versions }: Finding): string {
  return versions === undefined ? '' : ` (Kubernetes ${versions.join(', ')})`;
}

function describePlaceOfFinding(finding: Finding): string | undefined {
  const { source, beside } = finding;
  if (source === undefined) return beside === undefined ? undefined : `${beside.file}:${beside.line}:${beside.column}`;
  return `${source.file}:${source.line}:${source.column}${ageOf(finding)}`;
}
