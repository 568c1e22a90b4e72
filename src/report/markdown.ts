import { compareBy, stringifyJson, type JsonValue } from '../std/index.ts';
import {
  describe,
  describeCauses,
  describeRemedy,
  findUnnamed,
  formatRef,
  stepsOf,
  type Admission,
  type Effect,
  type FieldChange,
  type Finding,
  type Severity,
  type Step,
} from '../model/index.ts';
import {
  describeAccess,
  describeGrant,
  describeRule,
  describeSubject,
  type AccessListReport,
  type AccessReport,
  type WhoCanReport,
} from './access.ts';
import { describeAdmissionKind, describeSight } from './admission.ts';
import { countAdopted, describeAdopted, describeDropped } from './adopt.ts';
import { ageOf, describePlaceOf, describePlaceOfStep, effectsOf, findingsOf, isRemoval, outcomeWord, type Report } from './report.ts';
import { listCapacityTables } from './capacity-tables.ts';
import { homelessOfLoss } from './drain.ts';
import { code, escape, row, type Section } from './markdown-cells.ts';
import { drainSections, scheduleSections } from './markdown-placement.ts';
import { reachSections } from './markdown-reach.ts';
import { answerOf } from './reach.ts';
import { describeProof, suggestSections } from './reach-suggest.ts';
import { rbacSections } from './markdown-rbac.ts';
import { describeRightsSum } from './rbac.ts';
import { countPlaced } from './schedule.ts';
import { maskSecrets } from './secrets.ts';
import { count, countActions, countProblems, phraseSeverities } from './summary.ts';
import { readablePath } from './text/changes.ts';

/** The most bytes that GitHub takes for a comment, a check's summary or its text; it counts bytes although it says characters. */
export const MARKDOWN_LIMIT = 65_535;

const ICONS: Readonly<Record<Severity, string>> = { error: '❌', warning: '⚠️', info: 'ℹ️' };

/** The report as GitHub-flavoured Markdown of at most `limit` bytes: most important first; what does not fit is counted. */
export function renderMarkdown(report: Report, limit: number = MARKDOWN_LIMIT): string {
  const head = `## ${titleOf(report)}\n\n`;
  const tail = `\n${escape(report.next)}\n`;
  let room = limit - bytes(head) - bytes(tail) - OMISSION_LIMIT;
  let body = '';
  const omitted: string[] = [];
  for (const section of sectionsOf(report)) {
    const text = fit(section, room);
    room -= bytes(text);
    body += text;
    if (text === '') omitted.push(section.title);
  }
  return head + body + describeOmitted(omitted) + tail;
}

/** What a report comes to, in a line. */
export function titleOf(report: Report): string {
  const problems = phraseSeverities(countProblems({ findings: findingsOf(report), effects: effectsOf(report) })) || 'no findings';
  if (report.kind === 'ApplyReport' && isRemoval(report)) {
    const deleted = report.steps.filter(({ outcome }) => outcome === 'applied').length;
    return `kapply: ${count(deleted, 'object') || 'nothing'} deleted · ${problems}`;
  }
  switch (report.kind) {
    case 'PlanReport':
    case 'ApplyReport': {
      const counts = countActions(report.plan);
      const parts = (['create', 'update', 'replace', 'delete'] as const)
        .filter((action) => counts[action] > 0)
        .map((action) => `${counts[action]} to ${action}`);
      return `kplan: ${parts.join(', ') || 'nothing to change'} · ${problems}`;
    }
    case 'ValidateReport':
      return `kplan: ${count(report.loaded.objects, 'object') || 'no objects'} · ${problems}`;
    case 'StatusReport':
      return `kapply: ${count(report.units.length, 'unit') || 'no units'}`;
    case 'AdoptReport':
      return `kapply adopt: ${countAdopted(report)}`;
    case 'DrainReport': {
      const drained = report.drains.filter(({ outcome }) => outcome === 'drained').length;
      const unsafe = report.losses.filter((loss) => homelessOfLoss(loss).length > 0).length;
      const parts = [
        ...(report.drains.length === 0 ? [] : [`${drained} of ${count(report.drains.length, 'node')} drained`]),
        ...(report.losses.length === 0 ? [] : [`${report.losses.length - unsafe} of ${report.losses.length} losses made good`]),
      ];
      return `kplan drain: ${parts.join(', ')} · ${problems}`;
    }
    case 'AccessReport':
      return `kplan can-i ${describeAccess(report.request)}: ${report.allowed ? 'yes' : 'no'}`;
    case 'AccessListReport':
      return `kplan can-i --list: ${count(report.abilities.length, 'permission') || 'nothing'}`;
    case 'WhoCanReport':
      return `kplan who-can ${describeAccess(report.request, report.anywhere)}: ${count(report.grants.length, 'grant') || 'nobody'}`;
    case 'ReachReport':
      return `kplan reach: ${count(report.connections.length, 'connected pair') || 'no connection'} · ${problems}`;
    case 'ReachAnswerReport':
      return `kplan reach ${report.from} -> ${report.to}, ${report.protocol} ${report.port}: ${answerOf(report)}`;
    case 'ReachDiffReport':
      return `kplan reach diff: ${count(report.changes.length, 'pair') || 'no difference'} · ${problems}`;
    case 'ReachSuggestReport':
      return `kplan reach suggest: ${describeProof(report)} · ${problems}`;
    case 'RbacReport':
      return `kplan rbac: ${describeRightsSum(report)} · ${problems}`;
    case 'ScheduleReport': {
      const { placed, unplaced } = countPlaced(report);
      return `kplan schedule: ${placed} placed, ${unplaced} without a node · ${problems}`;
    }
    case 'CapacityReport':
      return `kplan capacity: ${count(report.pods, 'pod') || 'no pods'}, ${count(report.nodes, 'node') || 'no nodes'} · ${problems}`;
  }
}

function sectionsOf(report: Report): Section[] {
  const items = [...effectsOf(report), ...findingsOf(report).filter(({ waived }) => waived === undefined)];
  const sections = (['error', 'warning', 'info'] as const).flatMap((severity) => problemSections(items, severity));
  if (report.kind === 'ApplyReport')
    sections.push({
      title: `Steps (${report.steps.length})`,
      head: ['Outcome', 'Object', 'Message'],
      rows: report.steps.map((step) =>
        row(
          outcomeWord(step.outcome, isRemoval(report)),
          code(formatRef(step.ref)),
          escape([step.health, step.message].filter((part) => part !== undefined).join(': ')),
        ),
      ),
      open: false,
    });
  if (report.kind === 'PlanReport') {
    const steps = stepsOf(report.plan);
    if (steps.length > 0)
      sections.push({
        title: `Changes (${steps.length})`,
        head: ['Action', 'Object', 'Fields'],
        rows: steps.map(stepRow),
        open: steps.length <= 20,
      });
    const drifted = steps.flatMap((step) => step.fields.flatMap((field) => (field.drift === undefined ? [] : [{ step, field }])));
    if (drifted.length > 0)
      sections.push({
        title: `Drift: fields that others changed since they were last applied (${drifted.length})`,
        head: ['Object', 'Field', 'Changed by'],
        rows: drifted.map(({ step, field }) => driftRow(step, field)),
        open: drifted.length <= 20,
      });
  }
  if (report.kind === 'PlanReport') sections.push(...admissionSections(report.plan.admission ?? []));
  if (report.kind === 'StatusReport')
    for (const unit of report.units)
      sections.push({
        title: escape(unit.unit),
        head: ['Health', 'Object', 'Message'],
        rows: unit.objects.map((entry) => row(entry.health, code(formatRef(entry.ref)), escape(entry.message))),
        open: true,
      });
  if (report.kind === 'RbacReport') sections.push(...rbacSections(report));
  if (report.kind === 'ScheduleReport') sections.push(...scheduleSections(report));
  if (report.kind === 'ReachReport' || report.kind === 'ReachAnswerReport' || report.kind === 'ReachDiffReport')
    sections.push(...reachSections(report));
  if (report.kind === 'ReachSuggestReport') sections.push(...suggestSections(report));
  if (report.kind === 'CapacityReport')
    for (const { title, head, rows } of listCapacityTables(report, true))
      sections.push({
        title: `${title} (${rows.length})`,
        head,
        rows: rows.map((cells) => row(...cells.map(escape))),
        open: rows.length <= 20,
      });
  if (report.kind === 'DrainReport') sections.push(...drainSections(report));
  if (report.kind === 'AccessReport' || report.kind === 'AccessListReport' || report.kind === 'WhoCanReport')
    sections.push(...accessSections(report));
  if (report.kind === 'AdoptReport') {
    sections.push({
      title: escape(report.unit),
      head: ['Object', 'What happens'],
      rows: report.objects.map((entry) => {
        const { head, details } = describeAdopted(entry);
        return row(code(formatRef(entry.ref)), escape([head.slice(formatRef(entry.ref).length).trim(), ...details].join('; ')));
      }),
      open: true,
    });
    if (describeDropped(report).length > 0)
      sections.push({ title: 'Marks', head: ['What goes'], rows: describeDropped(report).map((text) => row(escape(text))), open: false });
  }
  return sections;
}

function accessSections(report: AccessListReport | AccessReport | WhoCanReport): Section[] {
  if (report.kind === 'AccessListReport') {
    const rows = report.abilities.map(({ resource, path, names, verbs, via }) =>
      row(code(resource === '' ? path : resource), escape(names.join(', ')), escape(verbs.join(', ')), escape(via.join('; '))),
    );
    return [{ title: escape(report.user.name), head: ['Resource or path', 'Names', 'Verbs', 'By'], rows, open: true }];
  }
  const rows = report.grants.map((grant) =>
    row(escape(describeSubject(grant.subject)), escape(describeGrant(grant)), escape(describeRule(grant.rule))),
  );
  return rows.length === 0 ? [] : [{ title: `Allowed by (${rows.length})`, head: ['Subject', 'Binding', 'Rule'], rows, open: true }];
}

function admissionSections(admission: readonly Admission[]): Section[] {
  if (admission.length === 0) return [];
  const rows = admission.map((item) =>
    row(
      describeAdmissionKind(item),
      `${code(item.name)}<br>${escape(item.configuration)}`,
      escape(describeSight(item, false)),
      item.failurePolicy,
    ),
  );
  return [{ title: `Admission (${admission.length})`, head: ['Kind', 'Name', 'Changes', 'Failure policy'], rows, open: false }];
}

const TITLES: Readonly<Record<Severity, string>> = { error: 'Errors', warning: 'Warnings', info: 'Notes' };

/** Effects and findings of one severity, effects first. */
function problemSections(items: readonly (Finding | Effect)[], severity: Severity): Section[] {
  const own = items.filter((item) => item.severity === severity).toSorted(BY_TOPIC);
  if (own.length === 0) return [];
  const rows = own.map((item) => ('engine' in item ? effectRow(item) : findingRow(item)));
  return [
    { title: `${TITLES[severity]} (${own.length})`, head: ['', 'What', 'Where'], rows, open: severity !== 'info' || own.length <= 20 },
  ];
}

const BY_TOPIC = compareBy<Finding | Effect>(
  (item) => !('engine' in item),
  (item) => item.code,
  describe,
);

function effectRow(effect: Effect): string {
  const causes = describeCauses(effect);
  const because = causes === undefined ? '' : `<br>${escape(causes)}`;
  return row(
    ICONS[effect.severity],
    `**${effect.engine}** ${escape(describe(effect))} \`${effect.code}\`${because}`,
    place(describePlaceOf(effect)),
  );
}

function findingRow(finding: Finding): string {
  const { source, ref } = finding;
  const unnamed = findUnnamed(ref, describe(finding));
  const subject = unnamed === undefined ? '' : `${code(unnamed)}<br>`;
  return row(
    ICONS[finding.severity],
    `${subject}${escape(describe(finding))} \`${finding.code}\`<br>${escape(describeRemedy(finding))}`,
    place(source === undefined ? undefined : `${source.file}:${source.line}${ageOf(finding)}`),
  );
}

function stepRow(step: Step): string {
  const own = step.fields.filter(({ drift }) => drift === undefined);
  const fields = own.slice(0, 6).map((field) => fieldText(field, step));
  const drifted = step.fields.length - own.length;
  const more = [...(own.length > 6 ? [`… ${own.length - 6} more`] : []), ...(drifted > 0 ? [`${drifted} drifted, below`] : [])];
  const gone = step.action === 'delete' ? [escape(describePlaceOfStep(step) ?? '')] : [];
  return row(
    step.action,
    `${code(formatRef(step.ref))}${step.reason === undefined ? '' : `<br>${escape(step.reason)}`}`,
    [...gone, ...fields, ...more].join('<br>'),
  );
}

function driftRow(step: Step, field: FieldChange): string {
  const { manager, time = '' } = field.drift ?? {};
  const who = manager === undefined ? 'not known by whom' : `${code(manager)}<br>${escape(time)}`;
  return row(code(formatRef(step.ref)), fieldText(field, step), who);
}

function fieldText(change: FieldChange, step: Step): string {
  const field = maskSecrets(change, step.ref);
  const who = field.by === undefined ? '' : field.by === 'admission' ? ' (set by admission)' : ' (set by the API server)';
  return `${code(readablePath(field.path, step))}: ${value(field.before)} → ${value(field.after)}${who}`;
}

function value(json: JsonValue | undefined): string {
  if (json === undefined) return '–';
  const text = typeof json === 'string' ? json : stringifyJson(json);
  return escape(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}

function place(text: string | undefined): string {
  return text === undefined ? '' : code(text);
}

const OMISSION_LIMIT = 200;

/** The sections that there is no room for at all. */
function describeOmitted(titles: readonly string[]): string {
  if (titles.length === 0) return '';
  const line = `… ${titles.join(', ')}: no room here.\n`;
  return bytes(line) <= OMISSION_LIMIT ? line : `… ${titles.length} more sections: no room here.\n`;
}

function fit(section: Section, room: number): string {
  const opening = `<details${section.open ? ' open' : ''}><summary>${section.title}</summary>\n\n${row(...section.head)}${row(...section.head.map(() => '---'))}`;
  const closing = '\n</details>\n\n';
  let left = room - bytes(opening) - bytes(closing) - 80;
  if (left < bytes(section.rows[0] ?? '')) return '';
  let text = opening;
  for (const [index, item] of section.rows.entries()) {
    left -= bytes(item);
    if (left < 0) return `${text}\n… ${section.rows.length - index} more do not fit here.\n${closing}`;
    text += item;
  }
  return text + closing;
}

const ENCODER = new TextEncoder();

function bytes(text: string): number {
  return ENCODER.encode(text).length;
}
