import { Bitset, getOrAdd, toInterval, uniteAll } from '../../std/index.ts';
import type { World } from '../../model/index.ts';
import type { AddressSet } from './address.ts';
import { readModel, type NetworkModel } from './model.ts';
import type { Direction } from './policy.ts';
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

/** The connections of a world by numbers, since there may be millions. */
export interface Connections {
  /** The workloads in their order, then addresses outside: those are added when a connection of them is told. */
  readonly ends: readonly ConnectionEnd[];
  /** The set of ports of a number that `visit` tells. */
  portsOf(ports: number): PortSet;
  /**
   * Tells every allowed connection, by name of the sender, then of the receiver: between workloads, then to the addresses outside; after
   * all workloads, from the addresses outside. A Pod with itself is left out, a workload's pods among each other are not.
   */
  visit(tell: (from: number, to: number, ports: number) => void): void;
}

/** Tells the connections of a world as `Connections` does, by their ends: an end is one and the same object each time. */
export function visitConnections(world: World, visit: VisitConnection): void {
  const connections = openConnections(world);
  const { ends } = connections;
  connections.visit((sender, receiver, ports) => {
    const [from, to] = [ends[sender], ends[receiver]];
    if (from !== undefined && to !== undefined) visit(from, to, connections.portsOf(ports));
  });
}

/** The connections of a world. */
export function openConnections(world: World): Connections {
  const model = readModel(world);
  const { ports } = model.frame;
  const ends: ConnectionEnd[] = model.workloads.map((workload) => ({ kind: 'workload', workload }));
  return { ends, portsOf: (id) => ports.get(id), visit: (tell) => visitAll(model, ends, tell) };
}

/** What may enter the workloads, by their numbers: the rows of many are the same. */
interface Receivers {
  readonly slots: Int32Array;
  readonly rowOf: Int32Array;
  readonly rows: readonly Row[];
}

interface OutsideEnd {
  readonly end: number;
  readonly ports: number;
}

function visitAll(model: NetworkModel, ends: ConnectionEnd[], tell: Parameters<Connections['visit']>[0]): void {
  const { evaluation, frame, workloads } = model;
  const receivers = toReceivers(model);
  const { slots, rowOf, rows } = receivers;
  const outside = new Map<Row, readonly OutsideEnd[]>();
  const guarded = { egress: listGuarded(model, 'egress'), ingress: listGuarded(model, 'ingress') };
  const free = frame.universe.outside.andNot(guarded.egress).andNot(guarded.ingress);
  const listOnce = (row: Row): readonly OutsideEnd[] => getOrAdd(outside, row, () => listOutside(frame, row, free, ends));
  const guards = toGuards(model, guarded.egress.or(guarded.ingress), ends);
  for (const [from, { ref }] of workloads.entries()) {
    const slot = slots[from] ?? -1;
    const egress = evaluation.row('egress', slot);
    const out = toPortIds(egress, frame.universe.slots.length);
    const own = ref.kind === 'Pod' ? from : -1;
    visitFrom(frame, { slot, own, out }, receivers, (to, ports) => tell(from, to, ports));
    for (const { end, ports } of listOnce(egress)) tell(from, end, ports);
    for (const { end, ports } of guards(egress, 'ingress', slot)) tell(from, end, ports);
  }
  for (const [to, number] of rowOf.entries()) {
    const row = rows[number] ?? frame.rows.open;
    for (const { end, ports } of listOnce(row)) tell(end, to, ports);
    for (const { end, ports } of guards(row, 'egress', slots[to] ?? -1)) tell(end, to, ports);
  }
}

/** The addresses outside that policies of hosts select: those of nodes. */
function listGuarded({ evaluation, frame: { universe } }: NetworkModel, direction: Direction): Bitset {
  return Bitset.of(
    universe.size,
    universe.atoms.flatMap((_, index) => {
      const end = universe.slots.length + index;
      return evaluation.selecting(direction, end).length > 0 ? [end] : [];
    }),
  );
}

/** What a row comes to with addresses that have policies of their own. */
function toGuards(
  { evaluation, frame: { ports, universe } }: NetworkModel,
  guarded: Bitset,
  ends: ConnectionEnd[],
): (row: Row, theirs: Direction, slot: number) => readonly OutsideEnd[] {
  const atoms = guarded.members();
  const numbers = new Map<number, number>();
  return (row, theirs, slot) =>
    atoms.flatMap((atom): readonly OutsideEnd[] => {
      const both = ports.and(portsWith(row, atom), portsWith(evaluation.row(theirs, atom), slot));
      if (both === PortTable.NONE) return [];
      const end = getOrAdd(numbers, atom, () => ends.push({ kind: 'addresses', addresses: toAddresses(universe, [atom]) }) - 1);
      return [{ end, ports: both }];
    });
}

/** A sender: its slot, its number where it does not tell of itself, and the ports on which it may reach each slot. */
interface Sender {
  readonly slot: number;
  readonly own: number;
  readonly out: Uint32Array;
}

function visitFrom(
  { ports, rows: { open } }: NetworkModel['frame'],
  { slot, own, out }: Sender,
  { slots, rowOf, rows }: Receivers,
  tell: (to: number, ports: number) => void,
): void {
  const entering = new Int32Array(rows.length).fill(-1);
  for (let to = 0; to < slots.length; to++) {
    const leaves = out[slots[to] ?? 0] ?? PortTable.NONE;
    if (leaves === PortTable.NONE || to === own) continue;
    const row = rowOf[to] ?? 0;
    let enters = entering[row] ?? -1;
    if (enters < 0) entering[row] = enters = portsWith(rows[row] ?? open, slot);
    const both = ports.and(leaves, enters);
    if (both !== PortTable.NONE) tell(to, both);
  }
}

function toReceivers({ evaluation, slotOf, workloads }: NetworkModel): Receivers {
  const slots = Int32Array.from(workloads, (workload) => slotOf.get(workload) ?? -1);
  const numbers = new Map<Row, number>();
  const rowOf = Int32Array.from(slots, (slot) => getOrAdd(numbers, evaluation.row('ingress', slot), () => numbers.size));
  return { slots, rowOf, rows: [...numbers.keys()] };
}

/** The addresses outside that a row speaks of: new ends. */
function listOutside({ universe }: NetworkModel['frame'], row: Row, free: Bitset, ends: ConnectionEnd[]): readonly OutsideEnd[] {
  return row.parts.flatMap(({ peers, ports }): readonly OutsideEnd[] => {
    const atoms = peers.and(free).members();
    if (atoms.length === 0) return [];
    return [{ end: ends.push({ kind: 'addresses', addresses: toAddresses(universe, atoms) }) - 1, ports }];
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
