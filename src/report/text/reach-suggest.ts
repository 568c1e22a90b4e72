import { formatRef } from '../../model/index.ts';
import { describePolicy, describeProof, nameOfPolicy, type ReachSuggestReport } from '../reach-suggest.ts';
import type { ConnectionEntry } from '../reach.ts';
import type { Layout } from '../report.ts';
import { count } from '../summary.ts';
import { line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';

const MOST = 40;

/** `Suggest: 5 NetworkPolicies for 4 workloads · 12 of 12 connections kept, nothing else passes (84 pairs judged on every port)`. */
export function suggestHead(report: ReachSuggestReport): Span[] {
  const { policies, isolated, pairs, lost, extra } = report;
  const number = policies.length === 1 ? '1 NetworkPolicy' : `${policies.length} NetworkPolicies`;
  return [
    span('Suggest', 'bold'),
    span(`: ${number} for ${count(isolated.length, 'workload') || 'no workloads'} · `),
    span(describeProof(report), lost.length > 0 ? 'bad' : extra.length > 0 ? 'warn' : 'good'),
    span(` (${pairs} pairs of ends judged on every port)`, 'dim'),
  ];
}

/** The policies, then what is not as it was wished, most important first. */
export function suggestLines(report: ReachSuggestReport, layout: Layout): readonly (readonly [title: string, lines: readonly Line[]])[] {
  const { policies, lost, extra, unresolved, alike, replaced } = report;
  const told = policies.map((policy) =>
    line([span(' + ', 'good'), span(nameOfPolicy(policy), 'bold'), span(`  ${describePolicy(policy)}`, 'dim')]),
  );
  const left = unresolved.map(({ flow, why, source }) => {
    const place = source === undefined ? undefined : `${source.file}:${source.line}`;
    return line([span(' ? ', 'warn'), span(flow), span(`  ${why}`, 'dim')], place, 7);
  });
  return [
    ['Not kept: policies of administrators, or of namespaces that are not asked for, stop it', connectionLines(lost, ' ✗ ', layout)],
    ['Passes besides', connectionLines(extra, ' ! ', layout)],
    [
      'No label tells apart: what one may, all may',
      alike.map((names) => line([span(' ! ', 'warn'), span(names.join(', '))], undefined, 3)),
    ],
    ['Left out: no policy can speak of it', fold(left, layout)],
    ['Policies', fold(told, layout)],
    ['In place of these, to be deleted', replaced.map((ref) => line([span(' - ', 'bad'), span(formatRef(ref))]))],
  ];
}

function connectionLines(connections: readonly ConnectionEntry[], sign: string, layout: Layout): readonly Line[] {
  const lines = connections.map(({ from, to, ports }) =>
    line([span(sign, 'warn'), span(`${from} -> ${to}`), span(`  ${ports.text}`, 'dim')], undefined, 7),
  );
  return fold(lines, layout);
}

function fold(lines: readonly Line[], { all }: Layout): readonly Line[] {
  if (all || lines.length <= MOST) return lines;
  return [...lines.slice(0, MOST), line([span(` … ${lines.length - MOST} more (--all shows them)`, 'dim')])];
}
