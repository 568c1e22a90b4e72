import { describeRule, describeSubject, type RuleEntry } from '../access.ts';
import { describeDenied, describeLog, type EnoughEntry, type PrincipalUsageEntry, type UsageEntry } from '../usage.ts';
import type { RightEntry } from '../rbac.ts';
import type { Layout } from '../report.ts';
import { count } from '../summary.ts';
import { getArray, type JsonValue } from '../../std/index.ts';
import { line, type Line } from './lines.ts';
import { span } from './paint.ts';

const SHOWN = 5;

/** What an audit log says of each subject: rights that nobody used, requests that were refused, and what would have been enough. */
export function usageLines(
  usage: UsageEntry,
  { all }: Pick<Layout, 'all'>,
  rightsLines: (rights: readonly RightEntry[], mark: string, all: boolean) => readonly Line[],
): readonly Line[] {
  const shown = usage.principals.filter((entry) => all || isWorthALook(entry));
  const hidden = usage.principals.length - shown.length;
  return [
    line([span(` ${describeLog(usage)}`, 'dim')]),
    ...shown.flatMap((entry) => [
      line([span(` ${describeSubject(entry.subject)}`, 'bold'), span(`  ${count(entry.requests, 'request') || 'no requests'}`, 'dim')]),
      ...(entry.unused.length === 0 ? [] : [line([span('   never used')])]),
      ...rightsLines(entry.unused, '-', all),
      ...deniedLines(entry, all),
      ...enoughLines(entry),
    ]),
    ...(hidden === 0 ? [] : [line([span(` … ${count(hidden, 'subject')} of Kubernetes itself (--all shows them)`, 'dim')])]),
  ];
}

/** Kubernetes' own users and groups hold what they hold in every cluster. */
function isWorthALook({ subject, requests, denied, unused }: PrincipalUsageEntry): boolean {
  const isOwn = subject.name.startsWith('system:') || subject.namespace === 'kube-system';
  return !isOwn && (requests > 0 || denied.length > 0 || unused.length > 0);
}

function deniedLines({ denied }: PrincipalUsageEntry, all: boolean): readonly Line[] {
  const shown = all ? denied : denied.slice(0, SHOWN);
  const more = denied.length - shown.length;
  if (denied.length === 0) return [];
  return [
    line([span('   refused')]),
    ...shown.map((entry) => line([span('   ! ', 'warn'), span(describeDenied(entry), 'warn')], undefined, 7)),
    ...(more === 0 ? [] : [line([span(`     … ${more} more (--all shows them)`, 'dim')])]),
  ];
}

function enoughLines({ enough, requests }: PrincipalUsageEntry): readonly Line[] {
  if (requests === 0) return [];
  if (enough.length === 0) return [line([span('   enough: '), span('nothing of its own', 'dim')])];
  return [
    line([span('   enough')]),
    ...enough.map((entry) => line([span('   = '), span(`${describeRules(entry)} ${describeWhere(entry)}`)], undefined, 7)),
  ];
}

function describeRules({ role }: EnoughEntry): string {
  return getArray(role, 'rules')
    .map((rule) => describeRule(toRule(rule)))
    .join('; ');
}

function toRule(rule: JsonValue): RuleEntry {
  const list = (field: string): readonly string[] => getArray(rule, field).flatMap((item) => (typeof item === 'string' ? [item] : []));
  return {
    verbs: list('verbs'),
    apiGroups: list('apiGroups'),
    resources: list('resources'),
    resourceNames: list('resourceNames'),
    nonResourceURLs: list('nonResourceURLs'),
  };
}

function describeWhere({ namespaces }: EnoughEntry): string {
  if (namespaces.includes('')) return 'everywhere';
  const shown = namespaces.slice(0, SHOWN).join(', ');
  return `in ${shown}${namespaces.length > SHOWN ? ` and ${namespaces.length - SHOWN} more` : ''}`;
}
