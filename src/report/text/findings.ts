import { compareBy } from '../../std/index.ts';
import { describe, describeRemedy, formatRef, type Effect, type Finding, type Severity } from '../../model/index.ts';
import { placeOf, type Layout } from '../report.ts';
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
  const lines = worth.flatMap((finding) => findingLine(finding));
  const hidden = ordered.length - worth.length;
  const waived = findings.length - open.length;
  if (hidden > 0) lines.push(line([span(`… ${hidden} more (--all shows them)`, 'dim')]));
  if (waived > 0) lines.push(line([span(`  ${waived} waived by comment or configuration`, 'dim')]));
  return lines;
}

function findingLine(finding: Finding): Line[] {
  const { mark, tone } = MARKS[finding.severity];
  const place = finding.source === undefined ? undefined : `${finding.source.file}:${finding.source.line}:${finding.source.column}`;
  const subject = finding.ref === undefined ? [] : [span(formatRef(finding.ref), 'bold'), span('  ')];
  const versions = finding.versions === undefined ? '' : ` (Kubernetes ${finding.versions.join(', ')})`;
  return [
    line([span(` ${mark} `, tone), ...subject, span(finding.code, 'dim')], place, 3),
    line([span(`   ${describe(finding)}${versions}`)], undefined, 3),
    ...(finding.severity === 'info' ? [] : [line([span(`   ${describeRemedy(finding)}`, 'dim')], undefined, 3)]),
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
  const lines = worth.flatMap((effect) => effectLine(effect));
  if (ordered.length > worth.length) lines.push(line([span(`… ${ordered.length - worth.length} more effects (--all shows them)`, 'dim')]));
  return lines;
}

function effectLine(effect: Effect): Line[] {
  const { mark, tone } = MARKS[effect.severity];
  const source = placeOf(effect);
  const place = source === undefined ? undefined : `${source.file}:${source.line}`;
  const head = line([span(` ${mark} `, tone), span(effect.engine.padEnd(10), 'dim'), span(describe(effect))], place, 13);
  return effect.severity === 'info' ? [head] : [head, line([span(`${' '.repeat(13)}${describeRemedy(effect)}`, 'dim')], undefined, 13)];
}
