import type { Layout } from '../report.ts';
import { countPlaced, type PodPlacement, type ScheduleReport } from '../schedule.ts';
import { count } from '../summary.ts';
import { line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';

const MOST_PLACED = 40;

/** `Schedule: 5 pods placed, 2 without a node`. */
export function scheduleHead(report: ScheduleReport): Span[] {
  const { placed, unplaced } = countPlaced(report);
  const parts = [count(placed, 'pod') === '' ? '' : `${count(placed, 'pod')} placed`, unplaced === 0 ? '' : `${unplaced} without a node`];
  const said = parts.filter((part) => part !== '').join(', ');
  return [
    span('Schedule', 'bold'),
    span(': '),
    span(said === '' ? 'no pods wait for a node' : said, unplaced > 0 ? 'bad' : 'good'),
    ...(report.preempted.length === 0 ? [] : [span(` · ${count(report.preempted.length, 'pod')} evicted`, 'warn')]),
    ...(report.held.length === 0 ? [] : [span(` · ${report.held.length} not looked at`, 'warn')]),
  ];
}

/** The pods without a node first, each with the scheduler's message; then where the others go. */
export function scheduleLines(report: ScheduleReport, layout: Layout): readonly (readonly [title: string, lines: readonly Line[]])[] {
  const held = new Set(report.held.map(({ pod }) => pod));
  const unplaced = report.placements.filter(({ node, pod }) => node === null && !held.has(pod));
  const placed = report.placements.filter(({ node }) => node !== null);
  return [
    ['Without a node', groupByMessage(unplaced).flatMap(unplacedLines)],
    ['Not looked at by the scheduler', report.held.map(({ pod, message }) => line([span(' ! ', 'warn'), span(`${pod}  ${message}`)]))],
    [
      'Evicted to make room',
      report.preempted.map(({ pod, node, by }) => line([span(' ! ', 'warn'), span(`${pod} from ${node}, for ${by}`)])),
    ],
    ['Placed', placedLines(placed, layout)],
  ];
}

/** Pods that were refused one after the other with the same words. */
function groupByMessage(placements: readonly PodPlacement[]): readonly (readonly PodPlacement[])[] {
  const groups = new Map<string, PodPlacement[]>();
  for (const placement of placements) {
    const group = groups.get(placement.message);
    if (group === undefined) groups.set(placement.message, [placement]);
    else group.push(placement);
  }
  return [...groups.values()];
}

function unplacedLines(group: readonly PodPlacement[]): Line[] {
  const [first] = group;
  if (first === undefined) return [];
  const names = group.slice(0, 4).map(({ pod }) => pod);
  const more = group.length > names.length ? ` and ${group.length - names.length} more` : '';
  return [
    line([span(' ✗ ', 'bad'), span(`${names.join(', ')}${more}`)], undefined, 3),
    line([span(`   ${first.message}`, 'dim')], undefined, 3),
  ];
}

function placedLines(placements: readonly PodPlacement[], { all }: Layout): Line[] {
  const shown = all ? placements : placements.slice(0, MOST_PLACED);
  const width = Math.max(0, ...shown.map(({ pod }) => pod.length));
  const lines = shown.map(({ pod, node, best, feasible, score }) => {
    const ties =
      best.length > 1 ? `, as good as ${best.slice(1, 3).join(', ')}${best.length > 3 ? ` and ${best.length - 3} more` : ''}` : '';
    const why = score === null ? 'the only node that takes it' : `score ${score} of ${feasible} nodes${ties}`;
    return line([span('   '), span(pod.padEnd(width)), span(`  ${node ?? ''}  `, 'path'), span(why, 'dim')], undefined, 7);
  });
  const hidden = placements.length - shown.length;
  return hidden > 0 ? [...lines, line([span(`   … ${hidden} more (--all shows them)`, 'dim')])] : lines;
}
