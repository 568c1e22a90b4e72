import {
  describeAccess,
  describeGrant,
  describeRule,
  describeSubject,
  type AbilityEntry,
  type AccessListReport,
  type AccessReport,
  type GrantEntry,
  type ImpersonationEntry,
  type WhoCanReport,
} from '../access.ts';
import type { Layout } from '../report.ts';
import { count } from '../summary.ts';
import { line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';

type Sections = readonly (readonly [title: string, lines: readonly Line[]])[];

/** `yes`, `no` or `no - REASON`, as `kubectl auth can-i` says it; for lists, how long they are. */
export function accessHead(report: AccessReport | AccessListReport | WhoCanReport): Span[] {
  switch (report.kind) {
    case 'AccessReport':
      return report.allowed ? [span('yes', 'good')] : [span(report.reason === '' ? 'no' : `no - ${report.reason}`, 'bad')];
    case 'AccessListReport': {
      const { user, namespace, abilities } = report;
      const where = namespace === '' ? 'cluster-wide' : `in ${namespace}`;
      return [span(user.name, 'bold'), span(` ${where}: ${count(abilities.length, 'permission') || 'nothing'}`)];
    }
    case 'WhoCanReport': {
      const who = count(countSubjects(report.grants.filter((grant) => !isOwn(grant))), 'subject') || "nobody but Kubernetes' own";
      return [span(`Who can ${describeAccess(report.request, report.anywhere)}`, 'bold'), span(`: ${who}`)];
    }
  }
}

/** What allows it, by whom. */
export function accessLines(report: AccessReport | AccessListReport | WhoCanReport, layout: Layout): Sections {
  switch (report.kind) {
    case 'AccessReport':
      return [
        ['Asked', [line([span(`   ${describeAccess(report.request)}, by ${report.user.name}${describeGroups(report.user.groups)}`)])]],
        ['Impersonation', report.impersonation === undefined ? [] : impersonationLines(report.impersonation)],
        [
          'Refused by admission all the same',
          report.admission === undefined ? [] : [line([span(`   ${report.admission}`, 'warn')], undefined, 5)],
        ],
        ['Allowed by', report.grants.flatMap((grant) => grantLines(grant, ` to ${describeSubject(grant.subject)}`))],
      ];
    case 'AccessListReport':
      return toTables(report.abilities);
    case 'WhoCanReport':
      return [['', whoLines(report.grants, layout)]];
  }
}

/** Mode by mode, which header needs which right. */
function impersonationLines({ wanted, attempts, user }: ImpersonationEntry): Line[] {
  const tried = attempts.flatMap(({ mode, checks, refusal }) => [
    line(
      [span(`   ${mode}`, 'bold'), span(refusal === undefined ? ': lets it' : `: ${refusal}`, refusal === undefined ? 'good' : 'plain')],
      undefined,
      5,
    ),
    ...checks.map(({ header, request, allowed }) =>
      line(
        [span(`     ${allowed ? 'yes' : 'no '} `, allowed ? 'good' : 'bad'), span(describeAccess(request)), span(` (${header})`, 'dim')],
        undefined,
        9,
      ),
    ),
  ]);
  const then =
    user === undefined ? `nothing lets it act as ${wanted.name}` : `it is then a request of ${user.name}${describeGroups(user.groups)}`;
  return [...tried, line([span(`   ${then}`)], undefined, 5)];
}

function describeGroups(groups: readonly string[]): string {
  return groups.length === 0 ? '' : ` (${groups.join(', ')})`;
}

function grantLines(grant: GrantEntry, to: string): Line[] {
  const place = grant.source === undefined ? undefined : `${grant.source.file}:${grant.source.line}`;
  return [line([span(`   ${describeGrant(grant)}${to}`)]), line([span(`     ${describeRule(grant.rule)}`, 'dim')], place, 7)];
}

/** Those of Kubernetes itself are folded: they are there in every cluster. */
function whoLines(grants: readonly GrantEntry[], { all }: Layout): Line[] {
  const lines = groupBySubject(grants.filter((grant) => all || !isOwn(grant)));
  const hidden = all ? 0 : countSubjects(grants.filter(isOwn));
  return hidden === 0 ? lines : [...lines, line([span(` … ${count(hidden, 'subject')} of Kubernetes itself (--all shows them)`, 'dim')])];
}

function isOwn({ binding, role }: GrantEntry): boolean {
  return binding.name.startsWith('system:') || (binding.name === 'cluster-admin' && role.name === 'cluster-admin');
}

function countSubjects(grants: readonly GrantEntry[]): number {
  return new Set(grants.map(({ subject }) => describeSubject(subject))).size;
}

function groupBySubject(grants: readonly GrantEntry[]): Line[] {
  const bySubject = new Map<string, GrantEntry[]>();
  for (const grant of grants) {
    const subject = describeSubject(grant.subject);
    const known = bySubject.get(subject);
    if (known === undefined) bySubject.set(subject, [grant]);
    else known.push(grant);
  }
  return [...bySubject].flatMap(([subject, own]) => [line([span(` ${subject}`)]), ...own.flatMap((grant) => grantLines(grant, ''))]);
}

/** The columns of `kubectl auth can-i --list`, resources and paths apart. */
function toTables(abilities: readonly AbilityEntry[]): Sections {
  const resources = abilities
    .filter(({ path }) => path === '')
    .map(({ resource, names, verbs }) => [resource, names.join(' '), verbs.join(' ')]);
  const paths = abilities.filter(({ path }) => path !== '').map(({ path, verbs }) => [path, verbs.join(' ')]);
  return [
    ['', toTable(['Resources', 'Resource Names', 'Verbs'], resources)],
    ['', toTable(['Non-Resource URLs', 'Verbs'], paths)],
  ];
}

function toTable(heads: readonly string[], rows: readonly (readonly string[])[]): Line[] {
  if (rows.length === 0) return [];
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const toLine = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line([span(toLine(heads), 'bold')]), ...rows.map((row) => line([span(toLine(row))]))];
}
