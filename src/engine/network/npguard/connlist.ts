import { compareBy, intersect, uniteAll } from '../../../std/index.ts';
import type { PortSet } from '../port-set.ts';
import { listEntrances } from './ingress.ts';
import { connectionOf, type GuardEnd, type GuardView } from './view.ts';

/** One line of a connectivity map: never without ports. */
export interface GuardConnection {
  readonly from: GuardEnd;
  readonly to: GuardEnd;
  readonly ports: PortSet;
}

/** Every connection of a view, by the names of its ends; made one at a time, for there may be millions. */
export function* listGuardConnections(view: GuardView): Generator<GuardConnection> {
  for (const [from, to] of listPairs(view)) {
    const ports = from === view.controller ? throughEntrances(view, to) : connectionOf(view, from, to);
    if (ports.cuts.length > 0) yield { from, to, ports };
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

function throughEntrances(view: GuardView, to: GuardEnd): PortSet {
  const entrances = to.peer === undefined ? [] : listEntrances(view.objects, to.peer);
  return intersect(uniteAll(entrances.map(({ ports }) => ports)), connectionOf(view, view.controller, to));
}
