import { formatRef, type Placement } from '../../model/index.ts';
import type { Layout } from '../report.ts';
import { countPlaced, verdictOf, type ScheduleReport } from '../schedule.ts';
import { count } from '../summary.ts';
import { explainedLines } from './explain-pod.ts';
import { line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';

const MOST_PLACED = 40;

/** `Schedule: 5 pods placed, 2 without a node`. */
export function scheduleHead(report: ScheduleReport): Span[] {
  const { placed, unplaced } = countPlaced(report);
  if (report.needed !== undefined)
    return [span('Schedule', 'bold'), span(': '), span(`${count(report.needed.pods, 'pod') || 'no pods'} and no nodes known`, 'warn')];
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
  const explained = report.placements.flatMap((placement): [string, Line[]][] =>
    placement.nodes === undefined ? [] : [[placement.pod, explainedLines(placement, layout)]],
  );
  return [
    ...explained,
    ['At least needed, whatever the nodes are', neededLines(report)],
    [
      'Without a node',
      report.needed !== undefined ? [] : [...groupByMessage(unplaced).flatMap(unplacedLines), ...report.omitted.map(omittedLine)],
    ],
    ['In other orders', orderLines(report)],
    ['Not looked at by the scheduler', report.held.map(({ pod, message }) => line([span(' ! ', 'warn'), span(`${pod}  ${message}`)]))],
    [
      'Evicted to make room',
      report.preempted.map(({ pod, node, by }) => line([span(' ! ', 'warn'), span(`${pod} from ${node}, for ${by}`)])),
    ],
    ['Placed', placedLines(placed, layout)],
  ];
}

function neededLines({ needed }: ScheduleReport): Line[] {
  if (needed === undefined || needed.pods === 0) return [];
  const list = (amounts: Readonly<Record<string, string>>): string =>
    Object.entries(amounts)
      .map(([resource, amount]) => `${amount} ${resource}`)
      .join(', ') || 'nothing';
  return [
    line([span(`   ${count(needed.nodes, 'node')}, with ${list(needed.requests)} for pods in all`)], undefined, 5),
    line([span(`   and for the largest pod a node with ${list(needed.largest)}`)], undefined, 5),
  ];
}

function omittedLine({ workload, pods }: ScheduleReport['omitted'][number]): Line {
  return line(
    [span(' ✗ ', 'bad'), span(`${pods} more of ${formatRef(workload)}: all nodes together may not hold so many pods`)],
    undefined,
    3,
  );
}

const MOST_ORDERED = 10;

/** Which workloads depend on the order in which pods arrive, and the order that is worst. */
function orderLines({ orders }: ScheduleReport): Line[] {
  if (orders === undefined) return [];
  const told = orders.workloads.filter((item) => verdictOf(item, orders) !== 'always');
  const sure = orders.workloads.length - told.length;
  const { order, unplaced } = orders.worst;
  const head = `${count(orders.orders, 'order')} of seed ${orders.seed}`;
  if (told.length === 0) return [line([span(' ✓ ', 'good'), span(`every pod fits in each of ${head}`)])];
  return [
    ...told.map((item) => {
      const verdict = verdictOf(item, orders);
      const often = verdict === 'never' ? `never fits, in ${head}` : `sometimes fits: in ${item.fits} of ${head}`;
      const range = `${item.least}${item.least === item.most ? '' : ` to ${item.most}`} of its ${count(item.pods, 'pod')}`;
      return line(
        [
          span(verdict === 'never' ? ' ✗ ' : ' ! ', verdict === 'never' ? 'bad' : 'warn'),
          span(`${formatRef(item.workload)} ${often} (${range} placed)`),
        ],
        undefined,
        3,
      );
    }),
    ...(sure === 0 ? [] : [line([span(' ✓ ', 'good'), span(`${count(sure, 'other workload')} always ${sure === 1 ? 'fits' : 'fit'}`)])]),
    line([span(`   worst, with ${unplaced.length} unplaced: ${listSome(order)}`, 'dim')], undefined, 5),
  ];
}

function listSome(pods: readonly string[]): string {
  return pods.length <= MOST_ORDERED ? pods.join(', ') : `${pods.slice(0, MOST_ORDERED).join(', ')} and ${pods.length - MOST_ORDERED} more`;
}

/** Pods that were refused one after the other with the same words. */
function groupByMessage(placements: readonly Placement[]): readonly (readonly Placement[])[] {
  const groups = new Map<string, Placement[]>();
  for (const placement of placements) {
    const group = groups.get(placement.message);
    if (group === undefined) groups.set(placement.message, [placement]);
    else group.push(placement);
  }
  return [...groups.values()];
}

function unplacedLines(group: readonly Placement[]): Line[] {
  const [first] = group;
  if (first === undefined) return [];
  const names = group.slice(0, 4).map(({ pod }) => pod);
  const more = group.length > names.length ? ` and ${group.length - names.length} more` : '';
  return [
    line([span(' ✗ ', 'bad'), span(`${names.join(', ')}${more}`)], undefined, 3),
    line([span(`   ${first.message}`, 'dim')], undefined, 3),
  ];
}

function placedLines(placements: readonly Placement[], { all }: Layout): Line[] {
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
