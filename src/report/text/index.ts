import { formatRef, stepsOf } from '../../model/index.ts';
import type { Plan, WorldSource } from '../../model/index.ts';
import { countAdopted, describeAdopted, describeDropped, type AdoptReport } from '../adopt.ts';
import {
  effectsOf,
  findingsOf,
  isRemoval,
  listIll,
  outcomeWord,
  type ApplyReport,
  type Layout,
  type PlanReport,
  type Report,
  type StatusReport,
  type ValidateReport,
} from '../report.ts';
import type { QuestionReport } from '../schedule.ts';
import { count, countActions, countFindings, countProblems, phraseSeverities } from '../summary.ts';
import { accessHead, accessLines } from './access.ts';
import { admissionLines } from './admission.ts';
import { capacityHead, capacityLines } from './capacity.ts';
import { changeLines, driftLines, outcomeLines } from './changes.ts';
import { drainHead, drainLines } from './drain.ts';
import { problemSections } from './findings.ts';
import { layOut, line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';
import { rbacHead, rbacLines } from './rbac.ts';
import { reachHead, reachLines } from './reach.ts';
import { suggestHead, suggestLines } from './reach-suggest.ts';
import { scheduleHead, scheduleLines } from './schedule.ts';

/** The report as people read it at a terminal: the sum first, what to do next last. */
export function renderText(report: Report, layout: Layout): string {
  const lines = [...headOf(report), ...bodyOf(report, layout), ...tailOf(report)];
  return layOut(lines, layout.width, layout.color);
}

function headOf(report: Report): Line[] {
  switch (report.kind) {
    case 'PlanReport':
      return [line(planHead('Plan', report), worlds(report.plan), 0)];
    case 'ApplyReport':
      return [line(applyHead(report), isRemoval(report) ? `before: ${report.plan.before.description}` : worlds(report.plan), 0)];
    case 'ValidateReport':
      return [line(validateHead(report), `Kubernetes ${report.after.kubernetesVersions.join(', ')}`, 0)];
    case 'StatusReport':
      return [line([span('Status', 'bold'), span(`: ${count(report.units.length, 'unit') || 'no units'}`)], report.cluster.description, 0)];
    case 'AdoptReport':
      return [line([span('Adopt', 'bold'), span(`: ${countAdopted(report)}`)], report.cluster.description, 0)];
    case 'DrainReport':
      return [line(drainHead(report), describeAsked(report), 0)];
    case 'ScheduleReport':
      return [line(scheduleHead(report), describeAsked(report), 0)];
    case 'CapacityReport':
      return [line(capacityHead(report), describeAsked(report), 0)];
    case 'RbacReport':
      return [line(rbacHead(report), describeAsked(report), 0)];
    case 'AccessReport':
      return [line(accessHead(report))];
    case 'ReachAnswerReport':
      return [line(reachHead(report))];
    case 'ReachDiffReport':
    case 'ReachReport':
      return [line(reachHead(report), describeAsked(report), 0)];
    case 'ReachSuggestReport':
      return [line(suggestHead(report), describeAsked(report), 0)];
    case 'AccessListReport':
    case 'WhoCanReport':
      return [line(accessHead(report), describeAsked(report), 0)];
  }
}

/** The world that a question was asked of. */
function describeAsked({ which, before, after }: QuestionReport): string {
  if (after === undefined) return describeWorld(before);
  if (which === 'before') return `before: ${describeWorld(before)}`;
  return before.kind === 'none' ? describeWorld(after) : `${describeWorld(after)} on ${describeWorld(before)}`;
}

function planHead(word: string, report: PlanReport): Span[] {
  const { plan } = report;
  const counts = countActions(plan);
  const parts = (['create', 'update', 'replace', 'delete'] as const)
    .filter((action) => counts[action] > 0)
    .map((action) => `${counts[action]} to ${action}`);
  const sum = countProblems(plan);
  const drifted = stepsOf(plan).flatMap(({ fields }) => fields.filter(({ drift }) => drift !== undefined)).length;
  const problems = sum.error + sum.warning === 0 ? '' : phraseSeverities(sum);
  return [
    span(word, 'bold'),
    span(`: ${parts.join(', ') || 'nothing to change'}`),
    ...(parts.length === 0 && counts.none > 0 ? [span(` (${count(counts.none, 'object')} as they should be)`, 'dim')] : []),
    ...(problems === '' ? [] : [span(' · '), span(problems, sum.error > 0 ? 'bad' : 'warn')]),
    ...(plan.effects.length === 0 ? [] : [span(` · ${count(plan.effects.length, 'effect')}`)]),
    ...(drifted === 0 ? [] : [span(` · ${count(drifted, 'field')} drifted`, 'warn')]),
  ];
}

function worlds(plan: Plan): string {
  return `before: ${describeWorld(plan.before)} · after: ${describeWorld(plan.after)}`;
}

function describeWorld(source: WorldSource): string {
  return source.description;
}

function applyHead(report: ApplyReport): Span[] {
  const counts = new Map<string, number>();
  for (const step of report.steps) counts.set(step.outcome, (counts.get(step.outcome) ?? 0) + 1);
  const removal = isRemoval(report);
  const kept = report.plan.unchanged.length - listIll(report).length;
  const parts = (['applied', 'unchanged', 'failed', 'refused', 'skipped'] as const).flatMap((outcome) => {
    const n = (counts.get(outcome) ?? 0) + (outcome === 'unchanged' ? kept : 0);
    return n === 0 ? [] : [`${n} ${outcomeWord(outcome, removal)}`];
  });
  const bad = (counts.get('failed') ?? 0) + (counts.get('refused') ?? 0) > 0;
  return [span(removal ? 'Delete' : 'Apply', 'bold'), span(': '), span(parts.join(', ') || 'nothing to do', bad ? 'bad' : 'good')];
}

function validateHead(report: ValidateReport): Span[] {
  const problems = phraseSeverities(countFindings(report.findings));
  const { objects, files } = report.loaded;
  return [
    span('Validate', 'bold'),
    span(`: ${count(objects, 'object') || 'no objects'} in ${count(files, 'file') || 'no files'} · `),
    problems === '' ? span('no findings', 'good') : span(problems, countFindings(report.findings).error > 0 ? 'bad' : 'warn'),
  ];
}

function bodyOf(report: Report, layout: Layout): Line[] {
  switch (report.kind) {
    case 'PlanReport':
      return [
        ...problems(report, layout),
        ...section('Changes', changeLines(report.plan, layout)),
        ...section('Drift (others changed this in the cluster since it was last applied)', driftLines(report.plan, layout)),
        ...section('Admission (who in the cluster is asked about these changes)', admissionLines(report.plan, layout)),
      ];
    case 'ApplyReport':
      return [...section(undefined, outcomeLines(report.steps, layout, isRemoval(report))), ...problems(report, layout)];
    case 'ValidateReport':
      return problems(report, layout);
    case 'StatusReport':
      return statusLines(report, layout);
    case 'AdoptReport':
      return adoptLines(report, layout);
    case 'DrainReport':
      return [...drainLines(report, layout).flatMap(([title, lines]) => section(title, lines)), ...problems(report, layout)];
    case 'AccessListReport':
    case 'AccessReport':
    case 'WhoCanReport':
      return [
        ...accessLines(report, layout).flatMap(([title, lines]) => section(title === '' ? undefined : title, lines)),
        ...problems(report, layout),
      ];
    case 'RbacReport': {
      const [changes, ...held] = rbacLines(report, layout).map(([title, lines]) => section(title, lines));
      return [...(changes ?? []), ...problems(report, layout), ...held.flat()];
    }
    case 'ReachAnswerReport':
    case 'ReachDiffReport':
    case 'ReachReport':
      return [
        ...reachLines(report, layout).flatMap(([title, lines]) => section(title === '' ? undefined : title, lines)),
        ...problems(report, layout),
      ];
    case 'ReachSuggestReport':
      return [...suggestLines(report, layout).flatMap(([title, lines]) => section(title, lines)), ...problems(report, layout)];
    case 'ScheduleReport':
      return [...scheduleLines(report, layout).flatMap(([title, lines]) => section(title, lines)), ...problems(report, layout)];
    case 'CapacityReport':
      return [...capacityLines(report, layout).flatMap(([title, lines]) => section(title, lines)), ...problems(report, layout)];
  }
}

function problems(report: Report, layout: Layout): Line[] {
  const items = { findings: findingsOf(report), effects: effectsOf(report) };
  return problemSections(items, layout).flatMap(([title, lines]) => section(title, lines));
}

function section(title: string | undefined, lines: readonly Line[]): Line[] {
  if (lines.length === 0) return [];
  return [line([]), ...(title === undefined ? [] : [line([span(title, 'bold')])]), ...lines];
}

function adoptLines(report: AdoptReport, layout: Layout): Line[] {
  const { objects } = report;
  const shown = layout.all ? objects : objects.filter(({ outcome }) => outcome !== 'unchanged');
  const rows = shown.flatMap((entry) => {
    const { head, details } = describeAdopted(entry);
    const place = entry.source === undefined ? undefined : `${entry.source.file}:${entry.source.line}`;
    return [line([span(` ${head}`)], place), ...details.map((detail) => line([span(`     ${detail}`, 'dim')], undefined, 6))];
  });
  const dropped = describeDropped(report).map((text) => line([span(` ${text}`, 'dim')]));
  return [...section(undefined, rows), ...section(undefined, dropped)];
}

function statusLines(report: StatusReport, layout: Layout): Line[] {
  return report.units.flatMap((unit) => {
    const well = unit.objects.filter((entry) => entry.health === 'Current' && entry.wouldPrune !== true);
    const head = line([
      span(unit.unit, 'bold'),
      span(`  ${count(unit.objects.length, 'object') || 'owns nothing'}, ${well.length} healthy`),
    ]);
    const shown = layout.all ? unit.objects : unit.objects.filter((entry) => !well.includes(entry));
    const rows = shown.map((entry) => {
      const pruned = entry.wouldPrune === true ? ' · would be deleted' : '';
      return line([
        span(entry.health === 'Current' ? ' ✓ ' : ' ! ', entry.health === 'Current' ? 'good' : 'warn'),
        span(formatRef(entry.ref)),
        span(`  ${entry.health}: ${entry.message}${pruned}`, 'dim'),
      ]);
    });
    return [line([]), head, ...(unit.daemon === undefined ? [] : [line([span(`  ${unit.daemon}`, 'dim')])]), ...rows];
  });
}

function tailOf(report: Report): Line[] {
  const notes = [...(report.kind === 'ValidateReport' ? report.loaded.notes : []), ...report.notes].map((note) =>
    line([span(note, 'dim')], undefined, 2),
  );
  return [...section(undefined, notes), ...section(undefined, [line([span(report.next)], undefined, 0)])];
}
