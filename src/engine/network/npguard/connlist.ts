import { compareBy, intersect, uniteAll } from '../../../std/index.ts';
import { PortTable, type PortSet } from '../port-set.ts';
import { portsWith, toPortIds } from '../row.ts';
import { listEntrances } from './ingress.ts';
import type { GuardEnd, GuardView } from './view.ts';

/** One line of a connectivity map: never without ports. */
export interface GuardConnection {
  readonly from: GuardEnd;
  readonly to: GuardEnd;
  readonly ports: PortSet;
}

/** Every connection of a view, by the names of its ends; made one at a time, for there may be millions. */
export function* listGuardConnections(view: GuardView): Generator<GuardConnection> {
  const { evaluation, frame, workloads, receivers, senders, controller } = view;
  const byName = compareBy(({ name }: GuardEnd) => name);
  const called = [...workloads, ...receivers].toSorted(byName).map((end) => ({ end, ingress: evaluation.row('ingress', end.index) }));
  for (const from of [...workloads, ...senders, controller].toSorted(byName)) {
    const leaving = toPortIds(evaluation.row('egress', from.index), frame.universe.size);
    for (const { end: to, ingress } of called) {
      const out = leaving[to.index] ?? PortTable.NONE;
      if (out === PortTable.NONE || to === from || (from.peer === undefined && to.peer === undefined)) continue;
      const open = frame.ports.and(out, portsWith(ingress, from.index));
      if (open === PortTable.NONE) continue;
      const ports = from === controller ? throughEntrances(view, to, frame.ports.get(open)) : frame.ports.get(open);
      if (ports.cuts.length > 0) yield { from, to, ports };
    }
  }
}

/**
 * The pairs that are asked of, by the names of their ends: workloads with each other and with addresses, and the ingress
 * controller to workloads.
 */
export function* listPairs({ workloads, senders, receivers, controller }: GuardView): Generator<readonly [GuardEnd, GuardEnd]> {
  const byName = compareBy(({ name }: GuardEnd) => name);
  const called = [...workloads, ...receivers].toSorted(byName);
  for (const from of [...workloads, ...senders, controller].toSorted(byName)) {
    for (const to of from.peer === undefined ? workloads : called) if (to !== from) yield [from, to];
  }
}

function throughEntrances({ objects }: GuardView, { peer }: GuardEnd, open: PortSet): PortSet {
  const entrances = peer === undefined ? [] : listEntrances(objects, peer);
  return intersect(uniteAll(entrances.map(({ ports }) => ports)), open);
}
