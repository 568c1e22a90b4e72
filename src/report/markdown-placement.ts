import { formatRef, type NodeExplanation } from '../model/index.ts';
import { homelessOfLoss, type DrainReport } from './drain.ts';
import { code, escape, row, type Section } from './markdown-cells.ts';
import { verdictOf, type OrderSensitivity, type ScheduleReport } from './schedule.ts';

/** Each drained node, and the losses that leave pods without a place. */
export function drainSections({ drains, losses }: DrainReport): Section[] {
  const sections: Section[] = [];
  for (const drain of drains) {
    const rows = [
      ...drain.refusals.map(({ message, pods }) => row(pods.map(code).join('<br>'), `cannot delete ${escape(message)}`)),
      ...drain.blocked.map(({ pod, budgets, message, cause }) =>
        row(code(pod), escape(`held by ${budgets.join(' and ')}: ${message} ${cause}`)),
      ),
      ...drain.evicted.map(({ pod, to, message }) =>
        row(code(pod), to === null ? `no other place: ${escape(message ?? '')}` : to === undefined ? 'gone for good' : `to ${code(to)}`),
      ),
    ];
    sections.push({
      title: `${escape(drain.node)}: ${drain.outcome}`,
      head: ['Pod', 'What happens'],
      rows,
      open: drain.outcome !== 'drained',
    });
  }
  const unsafe = losses.flatMap((loss) =>
    homelessOfLoss(loss).map(({ pod, message }) => row(`${loss.kind} ${code(loss.name)}`, code(pod), escape(message))),
  );
  if (unsafe.length > 0)
    sections.push({ title: `No place left (${unsafe.length})`, head: ['Lost', 'Pod', 'Why'], rows: unsafe, open: true });
  return sections;
}

/** Where pods go, and which find no place; first the one that is explained. */
export function scheduleSections({ placements, held, preempted, orders }: ScheduleReport): Section[] {
  const sections: Section[] = [];
  const add = (title: string, head: readonly string[], rows: readonly string[], open: boolean): void => {
    if (rows.length > 0) sections.push({ title: `${title} (${rows.length})`, head, rows, open });
  };
  for (const { pod, node: chosen, nodes = [] } of placements)
    add(
      escape(pod),
      ['Node', 'Verdict', 'Score'],
      nodes.map((node) => nodeRow(node, chosen)),
      true,
    );
  if (orders !== undefined)
    add(
      `In ${orders.orders} orders of seed ${orders.seed}`,
      ['Workload', 'Fits', 'Pods placed'],
      orders.workloads.map((item) => orderRow(item, orders)),
      true,
    );
  const outside = new Set(held.map(({ pod }) => pod));
  const unplaced = placements.filter(({ pod, node }) => node === null && !outside.has(pod));
  const placed = placements.filter(({ node }) => node !== null);
  add(
    'Without a node',
    ['Pod', 'Why'],
    unplaced.map(({ pod, message }) => row(code(pod), escape(message))),
    true,
  );
  add(
    'Not looked at by the scheduler',
    ['Pod', 'Why'],
    held.map(({ pod, message }) => row(code(pod), escape(message))),
    true,
  );
  add(
    'Evicted to make room',
    ['Pod', 'From', 'For'],
    preempted.map(({ pod, node, by }) => row(code(pod), code(node), code(by))),
    true,
  );
  const rows = placed.map(({ pod, node, feasible, score }) =>
    row(code(pod), code(node ?? ''), String(feasible), score === null ? '' : String(score)),
  );
  add('Placed', ['Pod', 'Node', 'Feasible nodes', 'Score'], rows, rows.length <= 20);
  return sections;
}

function orderRow(item: OrderSensitivity['workloads'][number], orders: OrderSensitivity): string {
  const { workload, fits, least, most, pods } = item;
  const verdict = verdictOf(item, orders);
  const often = verdict === 'sometimes' ? `sometimes (${fits} of ${orders.orders})` : verdict;
  return row(code(formatRef(workload)), often, `${least === most ? least : `${least} to ${most}`} of ${pods}`);
}

function nodeRow({ node, plugin, reasons, scores, also = [] }: NodeExplanation, chosen: string | null): string {
  const refusals = [{ plugin, reasons }, ...also].map((refusal) => escape(`${refusal.plugin}: ${refusal.reasons.join(', ')}`)).join('<br>');
  const total = Object.values(scores).reduce((sum, score) => sum + score, 0);
  const parts = Object.entries(scores).map(([name, score]) => `${name} ${score}`);
  return row(
    code(node),
    plugin === '' ? (node === chosen ? '**chosen**' : 'takes it') : refusals,
    parts.length === 0 ? '' : `${total}<br>${parts.join(', ')}`,
  );
}
