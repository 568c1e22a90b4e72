import { compareBy } from '../../std/index.ts';
import { describe, describeCauses, describeRemedy, formatRef, type Effect, type Finding, type Severity } from '../../model/index.ts';
import { ageOf, describePlaceOf, placeOf, type Layout } from '../report.ts';
import { severityRank } from '../summary.ts';
import { line, type Line } from './lines.ts';
import { span, type Tone } from './paint.ts';

const MARKS: Readonly<Record<Severity, { readonly mark: string; readonly tone: Tone }>> = {
  error: { mark: '✗', tone: 'bad' },
  warning: { mark: '!', tone: 'warn' },
  info: { mark: 'i', tone: 'note' },
};

const MOST_FINDINGS = 40;

/** Findings worst first, each with its place, object, sentence and remedy. Notes are counted, not listed, unless `all`. */
export function findingLines(findings: readonly Finding[], layout: Layout): Line[] {
  const open = findings.filter((finding) => finding.waived === undefined);
  const ordered = open.toSorted(
    compareBy<Finding>(
      (finding) => severityRank(finding.severity),
      (finding) => finding.source?.file ?? '',
      (finding) => finding.source?.line ?? 0,
      (finding) => finding.source?.column ?? 0,
      (finding) => finding.code,
      describe,
    ),
  );
  const worth = layout.all ? ordered : ordered.filter((finding) => finding.severity !== 'info').slice(0, MOST_FINDINGS);
  const lines = withRemedies(worth, layout, findingLine);
  const hidden = ordered.length - worth.length;
  const waived = findings.length - open.length;
  if (hidden > 0) lines.push(line([span(describeHidden(hidden, worth.length), 'dim')]));
  if (waived > 0) lines.push(line([span(`  ${waived} waived by comment or configuration`, 'dim')]));
  return lines;
}

function describeHidden(hidden: number, shown: number): string {
  const what = shown > 0 ? 'more' : hidden === 1 ? 'note' : 'notes';
  return `… ${hidden} ${what} (--all shows ${hidden === 1 ? 'it' : 'them'})`;
}

/** The lines of each item; what to do is said once for each code, or each set of deleted objects that is to be kept, unless `all`. */
function withRemedies<T extends Finding | Effect>(
  items: readonly T[],
  { all }: Layout,
  toLines: (item: T, remedy: string | undefined) => readonly Line[],
): Line[] {
  const told = new Set<string>();
  return items.flatMap((item) => {
    const isKept = 'causes' in item && item.causes.every(({ action }) => action === 'delete');
    const topic = isKept ? describeRemedy(item) : item.code;
    const isWanted = item.severity !== 'info' && (all || !told.has(topic));
    told.add(topic);
    return toLines(item, isWanted ? describeRemedy(item) : undefined);
  });
}

function findingLine(finding: Finding, remedy: string | undefined): Line[] {
  const { mark, tone } = MARKS[finding.severity];
  const { source } = finding;
  const place = source === undefined ? undefined : `${source.file}:${source.line}:${source.column}${ageOf(finding)}`;
  const subject = finding.ref === undefined ? [] : [span(formatRef(finding.ref), 'bold'), span('  ')];
  const versions = finding.versions === undefined ? '' : ` (Kubernetes ${finding.versions.join(', ')})`;
  return [
    line([span(` ${mark} `, tone), ...subject, span(finding.code, 'dim')], place, 3),
    line([span(`   ${describe(finding)}${versions}`)], undefined, 3),
    ...(remedy === undefined ? [] : [line([span(`   ${remedy}`, 'dim')], undefined, 3)]),
  ];
}

const MOST_EFFECTS = 30;

/** Effects worst first: engine, sentence, place of the cause, and what to do about the bad ones. */
export function effectLines(effects: readonly Effect[], layout: Layout): Line[] {
  const ordered = effects.toSorted(
    compareBy<Effect>(
      (effect) => severityRank(effect.severity),
      (effect) => effect.engine,
      (effect) => placeOf(effect)?.file ?? '',
      (effect) => placeOf(effect)?.line ?? 0,
      describe,
    ),
  );
  const worth = layout.all ? ordered : ordered.slice(0, MOST_EFFECTS);
  const said = worth.map(describeCauses);
  const fresh = new Map(worth.map((effect, at) => [effect, at > 0 && said[at] === said[at - 1] ? undefined : said[at]]));
  const lines = withRemedies(worth, layout, (effect, remedy) => effectLine(effect, fresh.get(effect), remedy));
  if (ordered.length > worth.length) lines.push(line([span(`… ${ordered.length - worth.length} more effects (--all shows them)`, 'dim')]));
  return lines;
}

function effectLine(effect: Effect, causes: string | undefined, remedy: string | undefined): Line[] {
  const { mark, tone } = MARKS[effect.severity];
  const place = describePlaceOf(effect);
  const head = line([span(` ${mark} `, tone), span(effect.engine.padEnd(10), 'dim'), span(describe(effect))], place, 13);
  const details = [causes, remedy].filter((text) => text !== undefined);
  return [head, ...details.map((text) => line([span(`${' '.repeat(13)}${text}`, 'dim')], undefined, 13))];
}
