import { Bitset, compareStrings, stringifyJson } from '../../std/index.ts';
import { ALL_V4, ALL_V6 } from './address.ts';
import { hasSameEnds, readAsked, type Side } from './side.ts';
import { workloadKey, type Workload } from './workload.ts';

/** Workloads that no rule of any side can tell apart, as they are on each side; undefined where they do not exist. */
export interface Slot {
  /** One list a side, in the order of the sides; a workload has the same place in each list in which its slot exists. */
  readonly sides: readonly (readonly Workload[] | undefined)[];
  /** Whether rules see these workloads differently on the sides: other labels, ports or addresses. */
  readonly isChanged: boolean;
}

/** A range of addresses that no rule of any side can tell apart. */
export interface Atom {
  readonly start: bigint;
  /** The first address after it. */
  readonly end: bigint;
}

/**
 * All ends of connections, on one numbering that both sides of a comparison share: first the slots, then the atoms of the
 * addresses outside, so that a set of ends is a bitset.
 */
export interface Universe {
  readonly slots: readonly Slot[];
  readonly atoms: readonly Atom[];
  readonly size: number;
  /** Pod label keys that some selector of any side looks at. */
  readonly labelKeys: ReadonlySet<string>;
  /** The end of the atom that holds an address; the size of the universe for the point after the last address. */
  atomAt(address: bigint): number;
  /** The slots that exist on a side. */
  present(side: number): Bitset;
  /** The atoms. */
  readonly outside: Bitset;
}

/** The universe of one side, or of the two sides of a comparison. */
export function toUniverse(sides: readonly Side[]): Universe {
  const labelKeys = new Set(sides.flatMap((side) => [...side.labelKeys]));
  const portNames = new Set(sides.flatMap((side) => [...side.portNames]));
  const isAccountAsked = sides.some((side) => side.isAccountAsked);
  const asked: AskedOfPods = { labelKeys, portNames, isAccountAsked };
  const askedKey = stringifyJson([[...labelKeys].toSorted(compareStrings), [...portNames].toSorted(compareStrings), isAccountAsked]);
  const slots = groupWorkloads(sides, (side, workload) => findClassKey(side, workload, asked, askedKey));
  const atoms = listAtoms(sides);
  const size = slots.length + atoms.length;
  return {
    slots,
    atoms,
    size,
    labelKeys,
    atomAt: (address) => slots.length + countStarts(atoms, address),
    present: (side) =>
      Bitset.of(
        size,
        slots.flatMap((slot, index) => (slot.sides[side] === undefined ? [] : [index])),
      ),
    outside: Bitset.of(
      size,
      atoms.map((_, index) => slots.length + index),
    ),
  };
}

/** The universe of one side for a comparison with another of the same ends that asks no more. */
export function withSameSide(universe: Universe): Universe {
  const slots = universe.slots.map(({ sides: [own] }): Slot => ({ sides: [own, own], isChanged: false }));
  return { ...universe, slots, present: () => universe.present(0) };
}

/** Whether a side of the same ends tells none of them apart that the side of this universe does not. */
export function asksNoMore(side: Side, own: Side, { atoms }: Universe): boolean {
  const known = new Set(own.policies);
  const isNodeAsked = own.nodeAddresses.length === 0 || own.policies.some((policy) => readAsked(policy).isNodeAsked);
  const cuts = new Set(atoms.map(({ start }) => start)).add(atoms.at(-1)?.end ?? 0n);
  return side.policies.every((policy) => {
    if (known.has(policy)) return true;
    const asked = readAsked(policy);
    return (
      asked.labelKeys.every((key) => own.labelKeys.has(key)) &&
      asked.portNames.every((name) => own.portNames.has(name)) &&
      (own.isAccountAsked || !asked.isAccountAsked) &&
      (isNodeAsked || !asked.isNodeAsked) &&
      asked.cuts.every((cut) => cuts.has(cut))
    );
  });
}

function groupWorkloads(sides: readonly Side[], toKey: (side: Side, workload: Workload) => string): readonly Slot[] {
  const places = new Map<string, (Workload | undefined)[]>();
  for (const [index, side] of sides.entries()) {
    for (const workload of side.workloads) {
      const key = workloadKey(workload);
      const place = places.get(key) ?? sides.map(() => undefined);
      place[index] = workload;
      places.set(key, place);
    }
  }
  const isSame = sides.every((side) => sides[0] !== undefined && hasSameEnds(sides[0], side));
  const groups = new Map<string, { readonly places: (Workload | undefined)[][]; readonly isChanged: boolean }>();
  for (const key of [...places.keys()].toSorted(compareStrings)) {
    const place = places.get(key) ?? [];
    const first = place[0] === undefined || sides[0] === undefined ? '' : toKey(sides[0], place[0]);
    const parts = sides.map((side, index) => {
      const workload = place[index];
      if (index === 0 || (workload === place[0] && isSame)) return first;
      return workload === undefined ? '' : toKey(side, workload);
    });
    const classKey = isSame ? first : stringifyJson(parts);
    const group = groups.get(classKey);
    if (group === undefined) groups.set(classKey, { places: [place], isChanged: parts.some((part) => part !== parts[0]) });
    else group.places.push(place);
  }
  return [...groups.values()].map(({ places, isChanged }) => ({ sides: sides.map((_, index) => toList(places, index)), isChanged }));
}

function toList(group: readonly (Workload | undefined)[][], side: number): readonly Workload[] | undefined {
  const workloads = group.flatMap((place) => place[side] ?? []);
  return workloads.length === 0 ? undefined : workloads;
}

/** What policies of any side look at of pods. */
type AskedOfPods = Pick<Side, 'isAccountAsked' | 'labelKeys' | 'portNames'>;

interface KnownKey {
  readonly asked: string;
  readonly key: string;
}

const knownKeys = new WeakMap<Workload, KnownKey>();

/** The key of a class, remembered for the last that was asked; of pods in the network of their node it hangs on the nodes too. */
function findClassKey(side: Side, workload: Workload, asked: AskedOfPods, askedKey: string): string {
  if (workload.hostNetwork) return toClassKey(side, workload, asked);
  const known = knownKeys.get(workload);
  if (known?.asked === askedKey) return known.key;
  const key = toClassKey(side, workload, asked);
  knownKeys.set(workload, { asked: askedKey, key });
  return key;
}

function toClassKey(side: Side, workload: Workload, { labelKeys, portNames, isAccountAsked }: AskedOfPods): string {
  const { namespace, labels, ports, hostNetwork, addresses, serviceAccount } = workload;
  return stringifyJson([
    namespace,
    hostNetwork,
    [...labels].filter(([key]) => labelKeys.has(key)).flat(),
    ports.filter(({ name }) => portNames.has(name)).map(({ name, protocol, port }) => [name, protocol, port]),
    addresses.map(String),
    isAccountAsked ? serviceAccount : '',
    hostNetwork ? [workload.node ?? '', side.nodes.map(({ name, addresses: own }) => [name, ...own.map(String)])] : [],
  ]);
}

function listAtoms(sides: readonly Side[]): readonly Atom[] {
  const cuts = new Set<bigint>([...ALL_V4.cuts, ...ALL_V6.cuts]);
  for (const side of sides) {
    const asked = side.policies.map(readAsked);
    for (const policy of asked) for (const cut of policy.cuts) cuts.add(cut);
    if (asked.some(({ isNodeAsked }) => isNodeAsked)) for (const address of side.nodeAddresses) cuts.add(address).add(address + 1n);
  }
  const sorted = [...cuts].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return sorted.slice(0, -1).map((start, index) => ({ start, end: sorted[index + 1] ?? start }));
}

function countStarts(atoms: readonly Atom[], address: bigint): number {
  let low = 0;
  let high = atoms.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const atom = atoms[middle];
    if (atom !== undefined && atom.end <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
