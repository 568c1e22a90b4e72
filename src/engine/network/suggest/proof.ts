import { compareBy, getOrAdd, hasPoint, intersect, subtract, toInterval, unite } from '../../../std/index.ts';
import type { World } from '../../../model/index.ts';
import { ALL_V4, ALL_V6, type AddressSet } from '../address.ts';
import { nameOfEnd } from '../changes.ts';
import { visitConnections, type Connection, type ConnectionEnd } from '../connections.ts';
import { readModel } from '../model.ts';
import { NO_PORTS, type PortSet } from '../port-set.ts';
import { workloadKey, type Workload } from '../workload.ts';

/** What policies come to, judged on every port of every pair of ends of which one is isolated. */
export interface Proof {
  /** Pairs that were judged: of workloads, and of a workload and a range of addresses outside that rules tell apart. */
  readonly pairs: number;
  /** Wished connections that pass on all their ports. */
  readonly kept: number;
  /** What was wished and does not pass: the ports that are missing. */
  readonly lost: readonly Connection[];
  /** What passes and was not wished. */
  readonly extra: readonly Connection[];
}

type Side = 'from' | 'to';

/**
 * Judges a world against the connections that were wished, with the evaluation that every other answer comes from. Pairs of which
 * neither end is isolated are left out, and so is a Pod with itself.
 */
export function prove(world: World, wished: readonly Connection[], isolated: ReadonlySet<string>): Proof {
  const { workloads } = readModel(world);
  const isJudged = ({ from, to }: Connection): boolean =>
    [from, to].some((end) => end.kind === 'workload' && isolated.has(workloadKey(end.workload)));
  const [wanted, got] = [new Tally(), new Tally()];
  for (const connection of wished) if (isJudged(connection)) wanted.add(connection);
  visitConnections(world, (from, to, ports) => {
    const connection = { from, to, ports };
    if (isJudged(connection)) got.add(connection);
  });
  const members = workloads.filter((workload) => isolated.has(workloadKey(workload)));
  const ranges = members.flatMap((workload) => (['from', 'to'] as const).flatMap((side) => compareOutside(workload, side, wanted, got)));
  const lost = [...listMissing(wanted, got), ...ranges.flatMap((range) => range.lost)].toSorted(BY_NAME);
  return {
    pairs: members.length * (2 * workloads.length - members.length) + ranges.length,
    kept: wished.filter((connection) => isJudged(connection) && !lost.some((missing) => isPartOf(missing, connection))).length,
    lost,
    extra: [...listMissing(got, wanted), ...ranges.flatMap((range) => range.extra)].toSorted(BY_NAME),
  };
}

const BY_NAME = compareBy<Connection>(
  ({ from }) => nameOfEnd(from),
  ({ to }) => nameOfEnd(to),
);

/** Connections by pair of workloads, and those of each workload with the outside by direction. */
class Tally {
  readonly pairs = new Map<string, Connection>();
  readonly #outside = new Map<string, Map<string, { readonly ports: PortSet; readonly addresses: AddressSet }>>();

  add(connection: Connection): void {
    const { from, to, ports } = connection;
    if (from.kind === 'workload' && to.kind === 'workload') {
      if (from.workload.ref.kind === 'Pod' && workloadKey(from.workload) === workloadKey(to.workload)) return;
      const key = `${workloadKey(from.workload)} ${workloadKey(to.workload)}`;
      this.pairs.set(key, { ...connection, ports: unite(this.pairs.get(key)?.ports ?? NO_PORTS, ports) });
    } else if (from.kind === 'workload' && to.kind === 'addresses')
      this.#addOutside(`${workloadKey(from.workload)} to`, to.addresses, ports);
    else if (to.kind === 'workload' && from.kind === 'addresses')
      this.#addOutside(`${workloadKey(to.workload)} from`, from.addresses, ports);
  }

  #addOutside(key: string, addresses: AddressSet, ports: PortSet): void {
    const byPorts = getOrAdd(this.#outside, key, () => new Map());
    const known = byPorts.get(ports.cuts.join());
    byPorts.set(ports.cuts.join(), { ports, addresses: known === undefined ? addresses : unite(known.addresses, addresses) });
  }

  /** What a workload has with the outside; `to` is what it may send. */
  outside(workload: Workload, side: Side): readonly { readonly ports: PortSet; readonly addresses: AddressSet }[] {
    return [...(this.#outside.get(`${workloadKey(workload)} ${side}`)?.values() ?? [])];
  }
}

function listMissing(wanted: Tally, got: Tally): readonly Connection[] {
  return [...wanted.pairs].flatMap(([key, connection]) => {
    const ports = subtract(connection.ports, got.pairs.get(key)?.ports ?? NO_PORTS);
    return ports.cuts.length === 0 ? [] : [{ ...connection, ports }];
  });
}

interface ComparedRange {
  readonly lost: readonly Connection[];
  readonly extra: readonly Connection[];
}

/** The ranges of addresses that one workload's connections tell apart, each compared. */
function compareOutside(workload: Workload, side: Side, wanted: Tally, got: Tally): readonly ComparedRange[] {
  const [wish, have] = [wanted.outside(workload, side), got.outside(workload, side)];
  const cuts = [...new Set([...ALL_V4.cuts, ...ALL_V6.cuts, ...[...wish, ...have].flatMap(({ addresses }) => addresses.cuts)])].toSorted(
    (a, b) => (a < b ? -1 : a > b ? 1 : 0),
  );
  const portsAt = (list: typeof wish, point: bigint): PortSet =>
    list.reduce<PortSet>((all, { ports, addresses }) => (hasPoint(addresses, point) ? unite(all, ports) : all), NO_PORTS);
  const own: ConnectionEnd = { kind: 'workload', workload };
  return cuts.slice(0, -1).map((start, index) => {
    const other: ConnectionEnd = { kind: 'addresses', addresses: toInterval(start, cuts[index + 1] ?? start) };
    const toConnection = (ports: PortSet): readonly Connection[] =>
      ports.cuts.length === 0 ? [] : [side === 'to' ? { from: own, to: other, ports } : { from: other, to: own, ports }];
    const [wishedPorts, gotPorts] = [portsAt(wish, start), portsAt(have, start)];
    return { lost: toConnection(subtract(wishedPorts, gotPorts)), extra: toConnection(subtract(gotPorts, wishedPorts)) };
  });
}

function isPartOf(missing: Connection, wished: Connection): boolean {
  return intersect(missing.ports, wished.ports).cuts.length > 0 && isWithin(missing.from, wished.from) && isWithin(missing.to, wished.to);
}

function isWithin(part: ConnectionEnd, whole: ConnectionEnd): boolean {
  if (part.kind === 'workload') return whole.kind === 'workload' && workloadKey(part.workload) === workloadKey(whole.workload);
  return whole.kind === 'addresses' && intersect(part.addresses, whole.addresses).cuts.length > 0;
}
