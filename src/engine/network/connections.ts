import { toInterval, uniteAll } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import type { AddressSet } from './address.ts';
import { readModel, type NetworkModel } from './model.ts';
import { PortTable, type PortSet } from './port-set.ts';
import { portsWith, toPortIds, type Row } from './row.ts';
import type { Workload } from './workload.ts';

/** One end of a connection: a workload for all its pods, or addresses outside that all rules treat alike. */
export type ConnectionEnd =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'addresses'; readonly addresses: AddressSet };

/** The ports on which one end reaches another; never none. */
export interface Connection {
  readonly from: ConnectionEnd;
  readonly to: ConnectionEnd;
  readonly ports: PortSet;
}

/** Takes the ports on which one end reaches another; never none. */
export type VisitConnection = (from: ConnectionEnd, to: ConnectionEnd, ports: PortSet) => void;

/**
 * Tells every allowed connection, by name of the sender, then of the receiver: between workloads, then to the addresses outside; after
 * all workloads, from the addresses outside. A Pod with itself is left out, a workload's pods among each other are not. An end is
 * one and the same object each time. Told one at a time: there may be millions.
 */
export function visitConnections(world: World, visit: VisitConnection): void {
  const model = readModel(world);
  const ends = model.workloads.map((workload): WorkloadEnd => {
    const slot = model.slotOf.get(workload) ?? -1;
    return {
      end: { kind: 'workload', workload },
      slot,
      ingress: model.evaluation.row('ingress', slot),
      isPod: workload.ref.kind === 'Pod',
    };
  });
  const outside = new Map<Row, readonly OutsideEnd[]>();
  for (const from of ends) visitFrom(model, from, ends, outside, visit);
  for (const to of ends) for (const { end, ports } of listOutside(model, to.ingress, outside)) visit(end, to.end, ports);
}

interface WorkloadEnd {
  readonly end: ConnectionEnd;
  readonly slot: number;
  readonly ingress: Row;
  readonly isPod: boolean;
}

interface OutsideEnd {
  readonly end: ConnectionEnd;
  readonly ports: PortSet;
}

function visitFrom(
  model: NetworkModel,
  from: WorkloadEnd,
  ends: readonly WorkloadEnd[],
  outside: Map<Row, readonly OutsideEnd[]>,
  visit: VisitConnection,
): void {
  const { evaluation, frame } = model;
  const egress = evaluation.row('egress', from.slot);
  const leaving = toPortIds(egress, frame.universe.slots.length);
  for (const to of ends) {
    const out = leaving[to.slot] ?? PortTable.NONE;
    if (out === PortTable.NONE || (to === from && from.isPod)) continue;
    const ports = frame.ports.and(out, portsWith(to.ingress, from.slot));
    if (ports !== PortTable.NONE) visit(from.end, to.end, frame.ports.get(ports));
  }
  for (const { end, ports } of listOutside(model, egress, outside)) visit(from.end, end, ports);
}

function listOutside({ frame }: NetworkModel, row: Row, known: Map<Row, readonly OutsideEnd[]>): readonly OutsideEnd[] {
  const remembered = known.get(row);
  if (remembered !== undefined) return remembered;
  const { universe, ports } = frame;
  const found = row.parts.flatMap((part): readonly OutsideEnd[] => {
    const atoms = part.peers.and(universe.outside).members();
    if (atoms.length === 0) return [];
    return [{ end: { kind: 'addresses', addresses: toAddresses(universe, atoms) }, ports: ports.get(part.ports) }];
  });
  known.set(row, found);
  return found;
}

/** The addresses of some atoms of a universe. */
export function toAddresses(universe: NetworkModel['frame']['universe'], ends: readonly number[]): AddressSet {
  return uniteAll(
    ends.flatMap((end) => {
      const atom = universe.atoms[end - universe.slots.length];
      return atom === undefined ? [] : [toInterval(atom.start, atom.end)];
    }),
  );
}
