import { judgeUsage, type EnoughRules, type PrincipalUsage, type Use } from '../../engine/rbac/index.ts';
import type { World } from '../../model/index.ts';
import type { DeniedEntry, EnoughEntry, PrincipalUsageEntry, UsageEntry } from '../../report/index.ts';
import type { JsonObject } from '../../std/index.ts';
import { toEntry } from './access-request.ts';
import type { AuditLog } from './audit-log.ts';
import { toRightEntries } from './right-entries.ts';

/** What an audit log says of the rights in a world; `locate` finds them in the manifests. */
export function toUsageEntry(file: string, log: AuditLog, world: World, locate: Parameters<typeof toRightEntries>[1]): UsageEntry {
  const { requests, from, to } = log.usage;
  return {
    file,
    requests,
    from,
    to,
    lines: log.lines,
    broken: log.broken,
    brokenLines: log.brokenLines,
    principals: judgeUsage(world, log.usage).map((entry) => toPrincipalEntry(entry, locate)),
  };
}

/** What of a log is not in the figures, a sentence each. */
export function describeGaps({ usage, broken, brokenLines, isCutOff }: AuditLog): readonly string[] {
  const more = broken > brokenLines.length ? ' and others' : '';
  return [
    ...(broken === 0
      ? []
      : [`${broken} of the log's lines are no audit events and were passed over: line ${brokenLines.join(', ')}${more}.`]),
    ...(isCutOff ? ['The log ends in the middle of what is compressed: the rest of it is not known.'] : []),
    ...(usage.unfinished === 0 ? [] : [`How ${usage.unfinished} requests ended is not in the log: they are not counted.`]),
    ...(usage.unknown === 0 ? [] : [`${usage.unknown} requests came from nobody who was known.`]),
  ];
}

function toPrincipalEntry(
  { principal, requests, unused, denied, enough }: PrincipalUsage,
  locate: Parameters<typeof toRightEntries>[1],
): PrincipalUsageEntry {
  return {
    subject: principal.subject,
    requests,
    unused: toRightEntries(unused, locate),
    denied: denied.map(toDenied),
    enough: enough.map((rules, index) => toEnough(rules, principal, enough.length === 1 ? '' : `-${index + 1}`)),
  };
}

function toDenied({ action, names, count }: Use): DeniedEntry {
  return { request: toEntry(action), names: [...(names ?? [])].toSorted(), count };
}

/** A Role where one namespace is enough; a ClusterRole where several need the same, for a RoleBinding in each of them. */
function toEnough({ namespaces, rules }: EnoughRules, { subject }: PrincipalUsage['principal'], suffix: string): EnoughEntry {
  const [namespace = '', second] = namespaces;
  const isRole = second === undefined && namespace !== '';
  const who = [subject.namespace, subject.name].filter((part) => part !== '').join('-');
  const name = `${who.replaceAll(/[/%]/g, '-')}-used${suffix}`;
  const role: JsonObject = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: isRole ? 'Role' : 'ClusterRole',
    metadata: { name, ...(isRole ? { namespace } : {}) },
    rules: rules.map((rule) => Object.fromEntries(Object.entries(rule).filter(([, list]) => list.length > 0))),
  };
  return { role, namespaces };
}
