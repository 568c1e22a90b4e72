import { Bitset, compareBy, getArray, getString } from '../../std/index.ts';
import { compareRefs, formatRef, type Engine, type Fact, type FactChange, type World } from '../../model/index.ts';
import { listArrivals } from './arrival.ts';
import { toBlocks, type Block } from './block.ts';
import { isInDoubt, listCauses, listDeciding } from './cause.ts';
import { compareWorlds } from './changes.ts';
import { listDeltas, type Comparison } from './delta.ts';
import type { Direction } from './policy.ts';
import { formatPorts, listPortRanges } from './port-set.ts';
import { listExposureChanges } from './traffic/exposure-facts.ts';
import { listUnprotected } from './protection.ts';
import { NETWORK_LENS } from './view.ts';
import type { Universe } from './universe.ts';
import { describeAddresses, describeParty, toParty, type Party } from './wording.ts';

/** Blocks of more pairs than these are told in one fact; of more than a few, where they reach outside as well. */
const MANY = 8;
const FEW = 3;

/**
 * Which connections a change opens and closes, between workloads that exist before and after and from and to addresses
 * outside. One fact for a pair and its ports, or for a whole fan of pairs that change alike. New workloads are summed up:
 * who reaches them, whom they reach. Of each workload the ways from outside that come and go. What opens between the pods of one workload is not told, what closes there is.
 */
export const networkEngine: Engine = { name: 'network', compare };

function compare(before: World, after: World): readonly FactChange[] {
  return compareShown(NETWORK_LENS.show(before), NETWORK_LENS.show(after));
}

interface Compared {
  readonly before: World;
  readonly changes: readonly FactChange[];
}

const compared = new WeakMap<World, Compared>();

/** Two worlds that look as two did before are not compared again. */
function compareShown(before: World, after: World): readonly FactChange[] {
  const known = compared.get(after);
  if (known?.before === before) return known.changes;
  const changes = compareSides(before, after);
  compared.set(after, { before, changes });
  return changes;
}

function compareSides(before: World, after: World): readonly FactChange[] {
  const comparison = compareWorlds(before, after);
  const { frame } = comparison;
  const { universe } = frame;
  const all = universe.present(0).and(universe.present(1)).or(universe.outside);
  const deltas = listDeltas(comparison, all);
  const everybody = toParty(universe, 1, all);
  const unprotected = listUnprotected(before, after);
  const changes = (['gained', 'lost'] as const).flatMap((change) =>
    toBlocks(deltas, frame.ports, change)
      .flatMap((block) => splitBlock(block, universe, change))
      .map((told): FactChange => ({ change, fact: toFact({ comparison, change, everybody, unprotected }, told) })),
  );
  const left = withoutTold(unprotected, changes);
  return [...changes, ...listArrivals(comparison), ...listExposureChanges(before, after), ...left].toSorted(
    compareBy(
      ({ fact }) => fact.key,
      ({ change }) => change,
    ),
  );
}

/** A block that is told in one fact. */
interface Told {
  readonly block: Block;
  readonly from: Party;
  readonly to: Party;
}

/** Without the one workload that stands at both ends: that pods which are alike may reach each other is no news. */
function withoutOwn(block: Block, universe: Universe): Block {
  const { sources, destinations } = block;
  const isOne = (ends: Bitset): boolean =>
    ends.members().length === 1 && countParties(ends, universe) === 1 && !ends.meets(universe.outside);
  if (isOne(destinations)) return { ...block, sources: sources.andNot(destinations) };
  return isOne(sources) ? { ...block, destinations: destinations.andNot(sources) } : block;
}

function splitBlock(block: Block, universe: Universe, change: FactChange['change']): readonly Told[] {
  const isOutside = block.sources.or(block.destinations).meets(universe.outside);
  if (countParties(block.sources, universe) * countParties(block.destinations, universe) > (isOutside ? FEW : MANY)) {
    const told = change === 'gained' ? withoutOwn(block, universe) : block;
    return [{ block: told, from: toParty(universe, 1, told.sources), to: toParty(universe, 1, told.destinations) }];
  }
  const [senders, receivers] = [listParties(block.sources, universe), listParties(block.destinations, universe)];
  const pods = new Set(
    universe.slots.flatMap(({ sides }) => (sides[1] ?? []).filter(({ ref }) => ref.kind === 'Pod').map(({ name }) => name)),
  );
  const isToldOfItself = (name: string): boolean => change === 'lost' && !pods.has(name);
  return senders.flatMap((from) =>
    receivers
      .filter((to) => from.workloads[0] === undefined || from.workloads[0] !== to.workloads[0] || isToldOfItself(from.workloads[0]))
      .map((to) => ({ block: { ports: block.ports, sources: from.ends, destinations: to.ends }, from, to })),
  );
}

function countParties(ends: Bitset, universe: Universe): number {
  const slots = ends.andNot(universe.outside).members();
  return slots.reduce((count, end) => count + (universe.slots[end]?.sides[1] ?? []).length, ends.meets(universe.outside) ? 1 : 0);
}

function listParties(ends: Bitset, universe: Universe): readonly Party[] {
  const outside = ends.and(universe.outside);
  const parties = ends
    .andNot(outside)
    .members()
    .flatMap((end) =>
      (universe.slots[end]?.sides[1] ?? []).map(({ name }) => ({ ends: Bitset.of(universe.size, [end]), workloads: [name] })),
    );
  return outside.isEmpty() ? parties : [...parties, { ends: outside, workloads: [] }];
}

interface Telling {
  readonly comparison: Comparison;
  readonly change: FactChange['change'];
  readonly everybody: Party;
  readonly unprotected: readonly FactChange[];
}

/** The direction in which nothing limits an end any more, where a connection opens; undefined where something does. */
function findUnlimited({ change, unprotected }: Telling, from: Party, to: Party): Direction | undefined {
  if (change === 'lost') return undefined;
  const isOpen = (direction: Direction, { workloads }: Party): boolean =>
    workloads.length > 0 &&
    workloads.every((name) => unprotected.some(({ fact: { data } }) => data['workload'] === name && data['direction'] === direction));
  return isOpen('ingress', to) ? 'ingress' : isOpen('egress', from) ? 'egress' : undefined;
}

/** Lost protection that no opened connection tells of already. */
function withoutTold(unprotected: readonly FactChange[], changes: readonly FactChange[]): readonly FactChange[] {
  const told = new Set(
    changes.flatMap(({ fact: { data } }) => {
      const direction = getString(data, 'unlimited');
      const names = getArray(data, direction === 'ingress' ? 'destinations' : 'sources');
      return direction === undefined ? [] : names.map((name) => `${direction} ${typeof name === 'string' ? name : ''}`);
    }),
  );
  return unprotected.filter(
    ({ fact: { data } }) => !told.has(`${getString(data, 'direction') ?? ''} ${getString(data, 'workload') ?? ''}`),
  );
}

function toFact(telling: Telling, { block, from, to }: Told): Fact {
  const { comparison, change, everybody } = telling;
  const { universe, ports } = comparison.frame;
  const question = { comparison, block, change };
  const deciding = listDeciding(question);
  const causes = listCauses(question);
  const text = formatPorts(ports.get(block.ports));
  const unlimited = findUnlimited(telling, from, to);
  const data = {
    from: describeParty(universe, from, everybody),
    to: describeParty(universe, to, everybody),
    ports: text,
    verb: isInDoubt(question) ? `may ${toWord(change)}` : toVerb(change, text),
    because: unlimited === undefined ? '' : `: no policy limits that ${unlimited} any more`,
    ...(unlimited === undefined ? {} : { unlimited }),
    portRanges: listPortRanges(ports.get(block.ports)).map((range) => ({ ...range })),
    sources: from.workloads,
    sourceAddresses: describeAddresses(universe, from) ?? '',
    destinations: to.workloads,
    destinationAddresses: describeAddresses(universe, to) ?? '',
    policies: deciding.map(formatRef),
  };
  const only =
    to.workloads.length === 1 ? findWorkload(universe, to) : from.workloads.length === 1 ? findWorkload(universe, from) : undefined;
  return {
    engine: 'network',
    code: change === 'gained' ? 'KN0101' : 'KN0102',
    severity: 'warning',
    key: `connection ${[from.workloads.join(), data.sourceAddresses, to.workloads.join(), data.destinationAddresses, data.ports].join(' ')}`,
    ...(only === undefined ? {} : { subject: only.ref }),
    data,
    objects: (causes.length > 0 ? causes : deciding.map((ref) => ({ ref }))).toSorted((a, b) => compareRefs(a.ref, b.ref)),
  };
}

function toWord(change: FactChange['change']): string {
  return change === 'gained' ? 'open' : 'close';
}

function toVerb(change: FactChange['change'], ports: string): string {
  const verb = toWord(change);
  return ports.startsWith('all connections') ? verb : `${verb}s`;
}

function findWorkload(universe: Universe, { ends, workloads }: Party): { readonly ref: Fact['objects'][number]['ref'] } | undefined {
  return ends
    .members()
    .flatMap((end) => universe.slots[end]?.sides[1] ?? [])
    .find(({ name }) => name === workloads[0]);
}
