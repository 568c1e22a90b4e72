import { formatRef } from '../../model/index.ts';
import {
  countChanges,
  type AnyReachReport,
  type ConnectionEntry,
  type ReachAnswerReport,
  type ReachDiffReport,
  type SideEntry,
} from '../reach.ts';
import type { Layout } from '../report.ts';
import { count } from '../summary.ts';
import { line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';

type Sections = readonly (readonly [title: string, lines: readonly Line[]])[];

const MOST = 40;
const MOST_NAMES = 6;

/** `Reach: 12 connections between 5 workloads`, `yes`, `Reach diff: 2 opened, 1 closed`. */
export function reachHead(report: AnyReachReport): Span[] {
  switch (report.kind) {
    case 'ReachReport': {
      const { connections, workloads, policies } = report;
      const among = `${count(workloads, 'workload') || 'no workloads'}, ${policies === 1 ? '1 policy' : `${policies} policies`}`;
      return [span('Reach', 'bold'), span(`: ${count(connections.length, 'pair') || 'no pairs'} of ends connected · ${among}`)];
    }
    case 'ReachAnswerReport':
      return report.allowed ? [span('yes', 'good')] : [span('no', 'bad')];
    case 'ReachDiffReport': {
      const counts = countChanges(report);
      const parts = (['opened', 'closed', 'changed'] as const).filter((change) => counts[change] > 0);
      return [span('Reach diff', 'bold'), span(`: ${parts.map((change) => `${counts[change]} ${change}`).join(', ') || 'no difference'}`)];
    }
  }
}

/** Who reaches whom, grouped by sender and ports; of a single question, why; of a difference, what was and what is. */
export function reachLines(report: AnyReachReport, layout: Layout): Sections {
  switch (report.kind) {
    case 'ReachReport':
      return [['', fold(connectionLines(report.connections, layout), layout)]];
    case 'ReachAnswerReport':
      return answerLines(report);
    case 'ReachDiffReport':
      return diffSections(report, layout);
  }
}

function fold(lines: readonly Line[], { all }: Layout): readonly Line[] {
  if (all || lines.length <= MOST) return lines;
  return [...lines.slice(0, MOST), line([span(` … ${lines.length - MOST} more (--all shows them)`, 'dim')])];
}

function connectionLines(connections: readonly ConnectionEntry[], layout: Layout): readonly Line[] {
  const groups = new Map<string, { readonly first: ConnectionEntry; readonly to: string[] }>();
  for (const connection of connections) {
    const key = `${connection.from}\0${connection.ports.text}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { first: connection, to: [connection.to] });
    else known.to.push(connection.to);
  }
  return [...groups.values()].map(({ first, to }) =>
    line([span(`   ${first.from}`, 'bold'), span(' -> '), span(listNames(to, layout)), span(`  ${first.ports.text}`, 'dim')], undefined, 7),
  );
}

function listNames(names: readonly string[], { all }: Layout): string {
  if (all || names.length <= MOST_NAMES) return names.join(', ');
  return `${names.slice(0, MOST_NAMES - 1).join(', ')} and ${names.length - MOST_NAMES + 1} more`;
}

function answerLines({ from, to, protocol, port, reasons, sides }: ReachAnswerReport): Sections {
  const why = sides.length === 0 ? reasons.map((reason) => line([span(`   ${reason}`)], undefined, 5)) : sides.flatMap(sideLines);
  return [
    ['Asked', [line([span(`   ${from} -> ${to}, ${protocol} ${port}`)])]],
    ['Because', why],
  ];
}

function sideLines({ reason, rules, passes, allowed }: SideEntry): Line[] {
  const places = [...passes, ...rules].flatMap(({ policy, path, source }) =>
    source === undefined ? [] : [line([span(`     ${formatRef(policy)} ${path}`, 'dim')], `${source.file}:${source.line}`, 7)],
  );
  return [line([span(allowed ? ' ✓ ' : ' ✗ ', allowed ? 'good' : 'bad'), span(reason)], undefined, 3), ...places];
}

function diffSections(report: ReachDiffReport, layout: Layout): Sections {
  return (['opened', 'closed', 'changed'] as const).map((wanted) => {
    const lines = report.changes
      .filter(({ change }) => change === wanted)
      .map(({ from, to, before, after, only }) => {
        const ports = wanted === 'opened' ? after.text : wanted === 'closed' ? before.text : `${before.text} => ${after.text}`;
        const whose = only.length === 0 ? '' : ` (${wanted === 'closed' ? 'gone' : 'new'}: ${only.join(', ')})`;
        const [sign, tone] = SIGNS[wanted];
        return line([span(sign, tone), span(`${from} -> ${to}`), span(`  ${ports}${whose}`, 'dim')], undefined, 7);
      });
    return [TITLES[wanted], fold(lines, layout)];
  });
}

const SIGNS = { opened: [' + ', 'good'], closed: [' - ', 'bad'], changed: [' ~ ', 'warn'] } as const;
const TITLES = { opened: 'Opened', closed: 'Closed', changed: 'Changed' };
