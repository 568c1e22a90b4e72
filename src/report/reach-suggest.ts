import { formatRef, type KubernetesObject, type ObjectRef, type SourceRange } from '../model/index.ts';
import { getArray, getString, type JsonObject } from '../std/index.ts';
import { code, escape, row, type Section } from './markdown-cells.ts';
import { rangeFields, type ConnectionEntry } from './reach.ts';
import type { QuestionReport } from './schedule.ts';

/** A connection that no policy can keep: nobody knows one of its ends. */
export interface UnresolvedEntry {
  readonly flow: string;
  readonly why: string;
  readonly source?: SourceRange;
}

/** The answer of `kplan reach suggest`. */
export interface ReachSuggestReport extends QuestionReport {
  readonly kind: 'ReachSuggestReport';
  readonly policies: readonly KubernetesObject[];
  /** Policies of today in whose place they stand. */
  readonly replaced: readonly ObjectRef[];
  readonly isolated: readonly string[];
  /** What is to be kept. */
  readonly connections: readonly ConnectionEntry[];
  /** Pairs of ends that were judged on every port. */
  readonly pairs: number;
  /** How many of the connections pass. */
  readonly kept: number;
  readonly lost: readonly ConnectionEntry[];
  readonly extra: readonly ConnectionEntry[];
  /** Workloads that no label tells apart. */
  readonly alike: readonly (readonly string[])[];
  readonly unresolved: readonly UnresolvedEntry[];
}

/** `12 of 12 connections kept, nothing else passes`. */
export function describeProof({ connections, kept, extra }: ReachSuggestReport): string {
  const besides = extra.length === 0 ? 'nothing else passes' : `${extra.length} more pass`;
  return `${kept} of ${connections.length} connections kept, ${besides}`;
}

/** What a policy does, in a line: `isolates 3 workloads`, `ingress 1 rule, egress 2 rules`. */
export function describePolicy(policy: KubernetesObject): string {
  const rules = (['ingress', 'egress'] as const).flatMap((direction) => {
    const count = getArray(policy, 'spec', direction).length;
    return count === 0 ? [] : [`${direction} ${count} ${count === 1 ? 'rule' : 'rules'}`];
  });
  const isBase = getArray(policy, 'spec', 'policyTypes').length === 2 && /^default(-\d+)?$/.test(getString(policy.metadata, 'name') ?? '');
  return [...(isBase ? ['isolates every pod that it selects'] : []), ...rules].join(', ');
}

/** `shop/default`. */
export function nameOfPolicy({ metadata }: KubernetesObject): string {
  return `${getString(metadata, 'namespace') ?? ''}/${getString(metadata, 'name') ?? ''}`;
}

/** The fields of this document besides those of every question. */
export function suggestFields(report: ReachSuggestReport, refFields: (ref: ObjectRef) => JsonObject): JsonObject {
  const toFields = (entries: readonly ConnectionEntry[]): readonly JsonObject[] =>
    entries.map(({ from, to, ports }) => ({ from, to, ports: rangeFields(ports) }));
  const { policies, replaced, isolated, connections, pairs, kept, lost, extra, alike, unresolved } = report;
  return {
    summary: { policies: policies.length, isolated: isolated.length, connections: connections.length, kept, pairs, extra: extra.length },
    policies,
    replaced: replaced.map(refFields),
    isolated,
    connections: toFields(connections),
    lost: toFields(lost),
    extra: toFields(extra),
    alike,
    unresolved: unresolved.map(({ source, ...entry }) => ({ ...entry, ...(source === undefined ? {} : { source: { ...source } }) })),
  };
}

/** The tables of policies and of what they do not do as wished. */
export function suggestSections(report: ReachSuggestReport): Section[] {
  const toRows = (entries: readonly ConnectionEntry[]): readonly string[] =>
    entries.map(({ from, to, ports }) => row(code(from), code(to), escape(ports.text)));
  const tables: readonly (readonly [title: string, head: readonly string[], rows: readonly string[]])[] = [
    [
      'Policies',
      ['NetworkPolicy', 'What it does'],
      report.policies.map((policy) => row(code(nameOfPolicy(policy)), escape(describePolicy(policy)))),
    ],
    ['Not kept', ['From', 'To', 'Ports'], toRows(report.lost)],
    ['Passes besides', ['From', 'To', 'Ports'], toRows(report.extra)],
    ['Left out', ['Connection', 'Why'], report.unresolved.map(({ flow, why }) => row(code(flow), escape(why)))],
    ['In place of', ['NetworkPolicy'], report.replaced.map((ref) => row(code(formatRef(ref))))],
  ];
  return tables.flatMap(([title, head, rows]) =>
    rows.length === 0 ? [] : [{ title: `${title} (${rows.length})`, head: [...head], rows: [...rows], open: rows.length <= 20 }],
  );
}
