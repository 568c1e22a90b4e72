import { toInterval, uniteAll } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import type { AddressSet } from './address.ts';
import { readModel, type NetworkModel } from './model.ts';
import { PortTable, type PortSet } from './port-set.ts';
import { portsWith, type Row } from './row.ts';
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

/**
 * Every allowed connection, by name of the sender, then of the receiver: between workloads, then to the addresses outside; after
 * all workloads, from the addresses outside. A Pod with itself is left out, a workload's pods among each other are not.
 * Made one at a time: there may be millions.
 */
export function* listConnections(world: World): Generator<Connection> {
  const model = readModel(world);
  for (const workload of model.workloads) yield* listFrom(model, workload);
  for (const workload of model.workloads) {
    const to: ConnectionEnd = { kind: 'workload', workload };
    for (const { end, ports } of listOutside(model, model.evaluation.row('ingress', slotOf(model, workload))))
      yield { from: end, to, ports };
  }
}

function* listFrom(model: NetworkModel, workload: Workload): Generator<Connection> {
  const { evaluation, frame } = model;
  const slot = slotOf(model, workload);
  const egress = evaluation.row('egress', slot);
  const from: ConnectionEnd = { kind: 'workload', workload };
  for (const peer of model.workloads) {
    if (peer === workload && workload.ref.kind === 'Pod') continue;
    const other = slotOf(model, peer);
    const ports = frame.ports.and(portsWith(egress, other), portsWith(evaluation.row('ingress', other), slot));
    if (ports !== PortTable.NONE) yield { from, to: { kind: 'workload', workload: peer }, ports: frame.ports.get(ports) };
  }
  for (const { end, ports } of listOutside(model, egress)) yield { from, to: end, ports };
}

function listOutside({ frame }: NetworkModel, row: Row): readonly { readonly end: ConnectionEnd; readonly ports: PortSet }[] {
  const { universe, ports } = frame;
  return row.parts.flatMap((part) => {
    const atoms = part.peers.and(universe.outside).members();
    if (atoms.length === 0) return [];
    return [{ end: { kind: 'addresses', addresses: toAddresses(universe, atoms) }, ports: ports.get(part.ports) }];
  });
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

function slotOf(model: NetworkModel, workload: Workload): number {
  return model.slotOf.get(workload) ?? -1;
}
