import type { JsonObject } from '../std/index.ts';
import type { ObjectRef, SourceRange } from '../model/index.ts';
import type { QuestionReport } from './schedule.ts';

/** Ports from `first` to `last` of a protocol. */
export interface PortRangeEntry {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly first: number;
  readonly last: number;
}

/** Ports as people and as machines read them. */
export interface PortsEntry {
  readonly text: string;
  readonly ranges: readonly PortRangeEntry[];
}

/** The ports on which one end reaches another. Ends are workloads (`shop/web`) or addresses outside. */
export interface ConnectionEntry {
  readonly from: string;
  readonly to: string;
  readonly ports: PortsEntry;
}

/** The answer of `kplan reach`. */
export interface ReachReport extends QuestionReport {
  readonly kind: 'ReachReport';
  readonly workloads: number;
  readonly policies: number;
  readonly connections: readonly ConnectionEntry[];
}

/** A rule, and what it does with the connection. */
export interface RuleVerdict {
  readonly policy: ObjectRef;
  readonly path: string;
  /** Empty where the rule has none. */
  readonly name: string;
  readonly action: 'allow' | 'deny' | 'pass';
  /** Where the rule stands, if that is in the manifests. */
  readonly source?: SourceRange;
}

/** What the policies of one end say. */
export interface SideEntry {
  readonly direction: 'egress' | 'ingress';
  readonly allowed: boolean;
  readonly by: 'admin' | 'namespace' | 'baseline' | 'isolation' | 'default';
  readonly policies: readonly ObjectRef[];
  readonly rules: readonly RuleVerdict[];
  readonly passes: readonly RuleVerdict[];
  readonly reason: string;
}

/** The answer of `kplan reach --from A --to B --port P`. */
export interface ReachAnswerReport extends QuestionReport {
  readonly kind: 'ReachAnswerReport';
  readonly from: string;
  readonly to: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  readonly allowed: boolean;
  readonly reasons: readonly string[];
  readonly sides: readonly SideEntry[];
}

/** A pair of ends whose connections differ. */
export interface ConnectionChangeEntry {
  readonly change: 'opened' | 'closed' | 'changed';
  readonly from: string;
  readonly to: string;
  readonly before: PortsEntry;
  readonly after: PortsEntry;
  /** The workloads among the two that only one of the worlds has. */
  readonly only: readonly string[];
}

/** The answer of `kplan reach diff`. */
export interface ReachDiffReport extends QuestionReport {
  readonly kind: 'ReachDiffReport';
  readonly changes: readonly ConnectionChangeEntry[];
}

export type AnyReachReport = ReachReport | ReachAnswerReport | ReachDiffReport;

/** How many pairs changed how. */
export function countChanges({ changes }: ReachDiffReport): Readonly<Record<ConnectionChangeEntry['change'], number>> {
  const counts = { opened: 0, closed: 0, changed: 0 };
  for (const { change } of changes) counts[change]++;
  return counts;
}

/** The fields of these documents besides those of every question. */
export function reachFields(report: AnyReachReport, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  switch (report.kind) {
    case 'ReachReport': {
      const { workloads, policies, connections } = report;
      return {
        summary: { workloads, policies, connections: connections.length },
        connections: connections.map(({ from, to, ports }) => ({ from, to, ports: rangeFields(ports) })),
      };
    }
    case 'ReachAnswerReport': {
      const { from, to, protocol, port, allowed, reasons, sides } = report;
      return { from, to, protocol, port, allowed, reasons, sides: sides.map((side) => sideFields(side, refFields)) };
    }
    case 'ReachDiffReport':
      return {
        summary: { ...countChanges(report) },
        changes: report.changes.map(({ before, after, ...change }) => ({
          ...change,
          before: rangeFields(before),
          after: rangeFields(after),
        })),
      };
  }
}

function rangeFields({ ranges }: PortsEntry): readonly JsonObject[] {
  return ranges.map((range) => ({ ...range }));
}

function sideFields({ policies, rules, passes, ...side }: SideEntry, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  const ruleFields = ({ policy, source, ...rule }: RuleVerdict): JsonObject => ({
    policy: refFields(policy),
    ...rule,
    ...(source === undefined ? {} : { source: { ...source } }),
  });
  return { ...side, policies: policies.map(refFields), rules: rules.map(ruleFields), passes: passes.map(ruleFields) };
}
