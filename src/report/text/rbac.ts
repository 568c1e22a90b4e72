import { compareBy } from '../../std/index.ts';
import { describeSubject } from '../access.ts';
import {
  describeRight,
  describeRightsSum,
  describeVia,
  isOfKubernetes,
  placeOfRight,
  splitDisturbing,
  type RbacReport,
  type RightEntry,
} from '../rbac.ts';
import type { Layout } from '../report.ts';
import { count, countFindings, phraseSeverities } from '../summary.ts';
import { line, type Line } from './lines.ts';
import { describeSteps, PATH_GOALS, placeOfClosing, type PathEntry } from '../paths.ts';
import { span, type Span, type Tone } from './paint.ts';
import { usageLines } from './usage.ts';

type Sections = readonly (readonly [title: string, lines: readonly Line[]])[];

/** Who gains and loses; without a difference, how many there are. */
export function rbacHead(report: RbacReport): Span[] {
  const severities = countFindings(report.findings);
  const problems = severities.error + severities.warning === 0 ? '' : phraseSeverities(severities);
  return [
    span('Rbac', 'bold'),
    span(`: ${describeRightsSum(report)}`),
    ...(problems === '' ? [] : [span(' · '), span(problems, severities.error > 0 ? 'bad' : 'warn')]),
  ];
}

/** The difference, and what everybody may do: those of Kubernetes itself are folded, for they are there in every cluster. */
export function rbacLines(report: RbacReport, { all }: Layout): Sections {
  const changes = (report.changes ?? []).flatMap(({ subject, gained, lost }) => [
    line([span(` ${describeSubject(subject)}`, 'bold')]),
    ...rightsLines(gained, '+', all),
    ...rightsLines(lost, '-', all),
  ]);
  const shown = report.principals.filter((principal) => all || !isOfKubernetes(principal));
  const hidden = report.principals.length - shown.length;
  const list = (disturbs: boolean): Line[] =>
    splitDisturbing(shown, disturbs).flatMap(({ subject, rights }) => [
      line([span(` ${describeSubject(subject)}`, 'bold')]),
      ...rightsLines(rights, ' ', all),
    ]);
  const folded = hidden === 0 ? [] : [line([span(` … ${count(hidden, 'subject')} of Kubernetes itself (--all shows them)`, 'dim')])];
  return [
    ['Gained and lost', changes],
    ['Paths opened and closed', pathChangesLines(report, all)],
    ['Where it leads', pathsLines(report.paths, ' can reach ', all)],
    ['Who may disturb the work of others', report.usage === undefined ? list(true) : []],
    report.usage === undefined
      ? ['Who may do what', [...list(false), ...folded]]
      : ['Used and not used', usageLines(report.usage, { all }, rightsLines)],
  ];
}

/** Dangerous rights first; where they come from is said once for those in a row that come by the same. */
function rightsLines(rights: readonly RightEntry[], mark: string, all: boolean): Line[] {
  const ordered = rights.toSorted(compareBy(({ power }) => (power === undefined ? 1 : 0), originOf));
  return ordered.flatMap((right, index) => {
    const next = ordered[index + 1];
    const isSaid = next === undefined || originOf(next) !== originOf(right);
    const power = right.power === undefined ? [] : [span(` (${right.power})`, 'dim')];
    const tone: Tone = right.power === undefined || mark === '-' ? 'plain' : 'warn';
    return [
      line([span(`   ${mark} `, mark === '-' ? 'dim' : tone), span(describeRight(right, all), tone), ...power], undefined, 7),
      ...(isSaid ? [line([span(`       by ${describeVia(right)}`, 'dim')], placeOfRight(right), 10)] : []),
    ];
  });
}

const PATHS = 20;

function pathChangesLines({ pathChanges }: RbacReport, all: boolean): Line[] {
  const { opened = [], closed = [] } = pathChanges ?? {};
  return [...pathsLines(opened, ' can now reach ', all), ...pathsLines(closed, ' can no longer reach ', all)];
}

/** The worst first; the rest is counted, unless all are asked for. */
function pathsLines(paths: readonly PathEntry[], verb: string, all: boolean): Line[] {
  const ordered = paths.toSorted(compareBy(({ goal }) => PATH_GOALS.indexOf(goal)));
  const shown = all ? ordered : ordered.slice(0, PATHS);
  const hidden = paths.length - shown.length;
  return [
    ...shown.flatMap((path) => [
      line([span(` ${path.subject}`, 'bold'), span(verb), span(path.reaches, PATH_GOALS.indexOf(path.goal) < 2 ? 'warn' : 'plain')]),
      line([span(`     ${describeSteps(path)}`, 'dim')], undefined, 7),
      ...path.closedBy.map((closing, index) =>
        line([span(`     ${index === 0 ? 'closed without' : 'and'} ${closing.grant}`, 'dim')], placeOfClosing(closing), 7),
      ),
    ]),
    ...(hidden === 0 ? [] : [line([span(` … ${count(hidden, 'path')} more (--all shows them, -o dot and -o svg draw them)`, 'dim')])]),
  ];
}

function originOf(right: RightEntry): string {
  return `${describeVia(right)} ${placeOfRight(right) ?? ''}`;
}
