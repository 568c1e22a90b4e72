import {
  homelessOfDrain,
  homelessOfLoss,
  isDrainable,
  type DrainEntry,
  type DrainReport,
  type Homeless,
  type LossEntry,
} from '../drain.ts';
import type { Layout } from '../report.ts';
import { count } from '../summary.ts';
import { line, type Line } from './lines.ts';
import { span, type Span } from './paint.ts';

const MOST_PODS = 20;
const MOST_SAFE = 10;

/** `Drain: 2 of 3 nodes drained`, `Loss: 1 of 6 cases leaves pods without a place`. */
export function drainHead(report: DrainReport): Span[] {
  const { drains, losses } = report;
  const drained = drains.filter(({ outcome }) => outcome === 'drained').length;
  const unsafe = losses.filter((loss) => homelessOfLoss(loss).length > 0).length;
  const homeless = drains.flatMap(homelessOfDrain).length;
  const said = [
    ...(drains.length === 0 ? [] : [`${drained} of ${count(drains.length, 'node')} drained`]),
    ...(homeless === 0 ? [] : [`${count(homeless, 'pod')} without another place`]),
    ...(losses.length === 0
      ? []
      : [
          unsafe === 0
            ? `every loss (${losses.length}) is made good`
            : `${unsafe} of ${count(losses.length, 'loss')} leave pods without a place`.replace('losss', 'losses'),
        ]),
  ];
  return [span('Drain', 'bold'), span(': '), span(said.join(' · '), isDrainable(report) ? 'good' : 'bad')];
}

/** Each drain and each loss; those that go well in one line. */
export function drainLines(report: DrainReport, layout: Layout): readonly (readonly [title: string | undefined, lines: readonly Line[]])[] {
  const unsafe = report.losses.filter((loss) => homelessOfLoss(loss).length > 0);
  const safe = report.losses.filter((loss) => homelessOfLoss(loss).length === 0);
  const shown = layout.all ? safe : safe.slice(0, MOST_SAFE);
  const hidden = safe.length - shown.length;
  return [
    ...report.drains.map((drain): [undefined, Line[]] => [undefined, drainLinesOf(drain, layout)]),
    ['Lost with no place for some pods', unsafe.flatMap((loss) => lossLines(loss, layout))],
    [
      'Lost and made good',
      [
        ...shown.flatMap((loss) => lossLines(loss, layout)),
        ...(hidden > 0 ? [line([span(`   … ${hidden} more (--all shows them)`, 'dim')])] : []),
      ],
    ],
  ];
}

function drainLinesOf(drain: DrainEntry, layout: Layout): Line[] {
  const isGood = drain.outcome === 'drained';
  const rounds = drain.rounds === 0 ? '' : ` in ${count(drain.rounds, 'round')}`;
  const head = line([
    span(isGood ? ' ✓ ' : ' ✗ ', isGood ? 'good' : 'bad'),
    span(drain.node, 'bold'),
    span(`  ${drain.outcome}`, isGood ? 'good' : 'bad'),
    span(`  ${count(drain.evicted.length, 'pod') || 'no pods'} evicted${rounds}`, 'dim'),
  ]);
  return [
    head,
    ...drain.refusals.map(({ message, pods }) =>
      line([span('   ✗ ', 'bad'), span(`cannot delete ${message}: ${listPods(pods)}`)], undefined, 5),
    ),
    ...drain.warnings.map(({ message, pods }) => line([span('   ! ', 'warn'), span(`${message}: ${listPods(pods)}`)], undefined, 5)),
    ...drain.blocked.flatMap(({ pod, budgets, message, cause }) => [
      line([span('   ✗ ', 'bad'), span(pod), span(`  held by ${budgets.join(' and ')}`)], undefined, 5),
      line([span(`     ${message}${cause === '' ? '' : ` ${cause}.`}`, 'dim')], undefined, 5),
    ]),
    ...homelessLines(homelessOfDrain(drain)),
    ...drain.preempted.map(({ pod, node, by }) => line([span('   ! ', 'warn'), span(`${pod} is evicted from ${node}, for ${by}`)])),
    ...movedLines(drain, layout),
  ];
}

function listPods(pods: readonly string[]): string {
  return pods.length <= MOST_PODS ? pods.join(', ') : `${pods.slice(0, MOST_PODS).join(', ')} and ${pods.length - MOST_PODS} more`;
}

/** The pods without a place, once for those of whom the same is said. */
function homelessLines(homeless: readonly Homeless[]): Line[] {
  const groups = new Map<string, string[]>();
  for (const { pod, message } of homeless) groups.set(message, [...(groups.get(message) ?? []), pod]);
  return [...groups].flatMap(([message, pods]) => [
    line([span('   ✗ ', 'bad'), span(`${listPods(pods)}: no other place`)], undefined, 5),
    line([span(`     ${message}`, 'dim')], undefined, 5),
  ]);
}

function movedLines({ evicted }: DrainEntry, { all }: Layout): Line[] {
  const moved = evicted.filter(({ to }) => to !== null);
  const shown = all ? moved : moved.slice(0, MOST_PODS);
  const width = Math.max(0, ...shown.map(({ pod }) => pod.length));
  const lines = shown.map(({ pod, to, round }) =>
    line([
      span('     '),
      span(pod.padEnd(width)),
      span('  → '),
      span(to ?? 'gone for good', to === undefined ? 'warn' : 'path'),
      span(`  round ${round}`, 'dim'),
    ]),
  );
  const hidden = moved.length - shown.length;
  return hidden > 0 ? [...lines, line([span(`     … ${hidden} more (--all shows them)`, 'dim')])] : lines;
}

function lossLines(loss: LossEntry, { all }: Layout): Line[] {
  const homeless = homelessOfLoss(loss);
  const of = (recovery: string): readonly string[] => loss.lost.filter((item) => item.recovery === recovery).map(({ pod }) => pod);
  const waits = of('waits-for-node');
  const gone = of('gone');
  const stays = of('tolerates');
  const size = loss.kind === 'zone' ? ` (${count(loss.nodes.length, 'node')})` : '';
  const details = [
    ...(gone.length === 0 ? [] : [`gone for good, for nothing makes them again: ${listPods(gone)}`]),
    ...(waits.length === 0 ? [] : [`come back only once the node object is gone or has the out-of-service taint: ${listPods(waits)}`]),
    ...(stays.length === 0 ? [] : [`never given up, for they tolerate an unreachable node for ever: ${listPods(stays)}`]),
    ...loss.preempted.map(({ pod, node, by }) => `${pod} is evicted from ${node}, for ${by}`),
  ];
  const shown = all || homeless.length > 0 ? details : details.filter((_, index) => index === 0);
  return [
    line([
      span(homeless.length > 0 ? ' ✗ ' : ' ✓ ', homeless.length > 0 ? 'bad' : 'good'),
      span(`${loss.kind} ${loss.name}${size}`, 'bold'),
      span(
        `  ${count(loss.lost.length, 'pod') || 'no pods'} lost${homeless.length > 0 ? `, ${homeless.length} without another place` : ''}`,
      ),
    ]),
    ...homelessLines(homeless),
    ...shown.map((text) => line([span('   ! ', 'warn'), span(text, 'dim')], undefined, 5)),
  ];
}
