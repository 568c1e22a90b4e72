import {
  compareBy,
  fromPointer,
  getAt,
  intersect,
  isEqualJson,
  listIntervals,
  subtract,
  unite,
  uniteAll,
  type Path,
} from '../../../std/index.ts';
import { toRefKey, type Fact, type World } from '../../../model/index.ts';
import { ALL_ADDRESSES, ALL_V4, formatAddress, type AddressSet } from '../address.ts';
import { toAddresses } from '../connections.ts';
import { readModel, type NetworkModel } from '../model.ts';
import type { Direction } from '../policy.ts';
import { listPortRanges, NO_PORTS, type PortSet, type Protocol } from '../port-set.ts';
import { portsWith } from '../row.ts';
import { isAllowed, type SideVerdict } from '../reach.ts';
import type { Workload } from '../workload.ts';
import { PRIVATE_ADDRESSES } from './rule.ts';

type Objects = Fact['objects'];

/** The ports on which one workload reaches another. */
export function portsBetween(world: World, from: Workload, to: Workload): PortSet {
  const { evaluation, frame, slotOf } = readModel(world);
  const [source, target] = [slotOf.get(from) ?? -1, slotOf.get(to) ?? -1];
  return frame.ports.get(
    frame.ports.and(portsWith(evaluation.row('egress', source), target), portsWith(evaluation.row('ingress', target), source)),
  );
}

/** The ports that policies leave open between a workload and some of the addresses outside. */
export function portsOutside(world: World, direction: Direction, workload: Workload, addresses: AddressSet): PortSet {
  return listOutsideParts(readModel(world), direction, workload)
    .filter((part) => intersect(part.addresses, addresses).cuts.length > 0)
    .reduce<PortSet>((all, { ports }) => unite(all, ports), NO_PORTS);
}

/** The addresses of those given with which a workload may connect on all of some ports. */
export function addressesOn(world: World, direction: Direction, workload: Workload, wanted: PortSet): AddressSet {
  const parts = listOutsideParts(readModel(world), direction, workload).filter(({ ports }) => subtract(wanted, ports).cuts.length === 0);
  return uniteAll(parts.map(({ addresses }) => addresses));
}

function listOutsideParts(
  { evaluation, frame, slotOf }: NetworkModel,
  direction: Direction,
  workload: Workload,
): readonly { readonly ports: PortSet; readonly addresses: AddressSet }[] {
  const { universe } = frame;
  return evaluation.row(direction, slotOf.get(workload) ?? -1).parts.map(({ ports, peers }) => ({
    ports: frame.ports.get(ports),
    addresses: toAddresses(universe, peers.and(universe.outside).members()),
  }));
}

/** Public addresses. */
export const PUBLIC: AddressSet = subtract(ALL_ADDRESSES, PRIVATE_ADDRESSES);
/** Public addresses of IPv4: what nearly everything outside has. */
export const PUBLIC_V4: AddressSet = intersect(PUBLIC, ALL_V4);

/** A point of some ports: the first one. */
export function firstPort(ports: PortSet): { readonly protocol: Protocol; readonly port: number } | undefined {
  const [range] = listPortRanges(ports);
  return range === undefined ? undefined : { protocol: range.protocol, port: range.first };
}

/** The lines that decide a connection: the rules that let it through, or the policies that do not. */
export function listDecidingLines(world: World, from: string, to: string, ports: PortSet): Objects {
  const point = firstPort(ports);
  const verdict = point === undefined ? undefined : isAllowed(world, { from, to, ...point });
  if (verdict?.kind !== 'verdict') return [];
  const sides = [verdict.egress, verdict.ingress];
  return (verdict.allowed ? sides : sides.filter(({ allowed }) => !allowed)).flatMap(toLines);
}

function toLines({ rules, isolating }: SideVerdict): Objects {
  if (rules.length > 0) return rules.map(({ ref, path }) => ({ ref, path }));
  return isolating.map((ref) => ({ ref, path: '/spec' }));
}

/** Some address of a set, for a question about all that are alike. */
export function someAddress(addresses: AddressSet): string {
  const [first] = listIntervals(addresses);
  return formatAddress(first?.start ?? 0n);
}

/** The lines of both worlds that decide a connection and are not the same, the narrowest first: why it differs. */
export function listDifferingLines(before: World, after: World, from: string, to: string, ports: PortSet): Objects {
  const [was, is] = [before, after].map((world) => listDecidingLines(world, from, to, ports));
  const isSame = ({ ref, path = '' }: Objects[number]): boolean =>
    isEqualJson(getAt(before.get(ref), ...toSteps(path)), getAt(after.get(ref), ...toSteps(path)));
  const byLine = new Map([...(is ?? []), ...(was ?? [])].map((line) => [`${toRefKey(line.ref)} ${line.path ?? ''}`, line]));
  const lines = [...byLine.values()];
  const differing = lines.filter((line) => !isSame(line));
  return (differing.length > 0 ? differing : lines).toSorted(compareBy(({ path = '' }) => -path.length));
}

/** The paths that rules have hold keys and indexes alone. */
function toSteps(path: string): Path {
  return fromPointer(path).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
