import type { Bitset } from '../../std/index.ts';
import { Matcher } from './matcher.ts';
import { ISOLATES_ALL, type Action, type Direction, type Policy, type Rule } from './policy.ts';
import { PortTable } from './port-set.ts';
import { RowTable, type Part, type Row, type Step } from './row.ts';
import { hasSameEnds, type Side } from './side.ts';
import type { Universe } from './universe.ts';

/**
 * What a rule does as far as it may let something through: one of which nobody can say what it matches allows and passes all that it
 * may mean, and denies nothing. What rows allow is thus all that is possible.
 */
function mayDo({ action, doubt }: Rule): Action | undefined {
  return doubt !== undefined && action === 'deny' ? undefined : action;
}

/** Whether a policy only adds to what others of its kind allow. */
function isAdditive({ place, isolates, ingress, egress }: Policy): boolean {
  return (
    place.tier === 'namespace' &&
    isolates === ISOLATES_ALL &&
    [...(ingress ?? []), ...(egress ?? [])].every(({ action }) => action === 'allow')
  );
}

/** Policies in their order, tier by tier. */
export function groupTiers(policies: readonly Policy[]): readonly (readonly Policy[])[] {
  const tiers: Policy[][] = [];
  for (const policy of policies) {
    const last = tiers.at(-1);
    if (last?.[0]?.place.order === policy.place.order && last[0].place.name === policy.place.name) last.push(policy);
    else tiers.push([policy]);
  }
  return tiers;
}

/** A universe with what the evaluations of its sides share, so that equal port sets and equal rows have equal numbers. */
export interface Frame {
  readonly universe: Universe;
  readonly ports: PortTable;
  readonly rows: RowTable;
}

/** The shared tables of a universe. */
export function toFrame(universe: Universe): Frame {
  const ports = new PortTable();
  return { universe, ports, rows: new RowTable(universe.size, ports) };
}

const NONE: readonly Policy[] = [];

/**
 * One side of a universe, judged: for each end what may leave it and what may enter it, as rows over all ends. Ends that no
 * policy selects (addresses but those of nodes, what does not exist) have the open row. Slots selected by the same
 * policies share their row.
 */
export class Evaluation {
  readonly side: Side;
  readonly #frame: Frame;
  readonly #matcher: Matcher;
  readonly #selecting: Readonly<Record<Direction, ReadonlyMap<number, readonly Policy[]>>>;
  readonly #rows: Readonly<Record<Direction, Map<string, Row>>> = { ingress: new Map(), egress: new Map() };
  readonly #rowOf: Readonly<Record<Direction, Map<number, Row>>> = { ingress: new Map(), egress: new Map() };
  readonly #parts: Map<Rule, readonly Part[]>;
  readonly #places: ReadonlyMap<Policy, number>;

  /** `alike` is an evaluation of the same frame whose side may have the same ends: what it found is not looked for again then. */
  constructor(side: Side, index: number, frame: Frame, alike?: Evaluation) {
    const known = alike !== undefined && hasSameEnds(alike.side, side) ? alike : undefined;
    this.side = side;
    this.#frame = frame;
    this.#matcher = known === undefined ? new Matcher(side, index, frame.universe) : known.#matcher;
    this.#parts = known === undefined ? new Map<Rule, readonly Part[]>() : known.#parts;
    this.#places = new Map(side.policies.map((policy, place) => [policy, place]));
    this.#selecting = { ingress: this.#listSelecting('ingress'), egress: this.#listSelecting('egress') };
  }

  #listSelecting(direction: Direction): ReadonlyMap<number, readonly Policy[]> {
    const selecting = new Map<number, Policy[]>();
    for (const policy of this.side.policies) {
      if (policy[direction] === undefined) continue;
      for (const end of this.#matcher.subjects(policy).members()) {
        const known = selecting.get(end);
        if (known === undefined) selecting.set(end, [policy]);
        else known.push(policy);
      }
    }
    return selecting;
  }

  /** The policies that select an end and say something of a direction, in the order in which they are asked. */
  selecting(direction: Direction, end: number): readonly Policy[] {
    return this.#selecting[direction].get(end) ?? NONE;
  }

  /** What may leave an end, or enter it, by the other end. */
  row(direction: Direction, end: number): Row {
    const known = this.#rowOf[direction].get(end);
    if (known !== undefined) return known;
    const row = this.#find(direction, end);
    this.#rowOf[direction].set(end, row);
    return row;
  }

  #find(direction: Direction, end: number): Row {
    const policies = this.selecting(direction, end);
    if (policies.length === 0) return this.#frame.rows.open;
    const key = `${policies.map((policy) => this.#places.get(policy)).join()}${this.#namedPortKey(direction, end, policies)}`;
    const known = this.#rows[direction].get(key);
    if (known !== undefined) return known;
    const row = this.#compute(policies, direction, end);
    this.#rows[direction].set(key, row);
    return row;
  }

  /** The row that an end would have if rules did something else, or (undefined) were not there. */
  rowInstead(direction: Direction, end: number, actionOf: (rule: Rule) => Action | undefined): Row {
    return this.#compute(this.selecting(direction, end), direction, end, actionOf);
  }

  #compute(policies: readonly Policy[], direction: Direction, end: number, actionOf: (rule: Rule) => Action | undefined = mayDo): Row {
    const { rows, ports } = this.#frame;
    const isPlain = policies.every(isAdditive);
    const steps = groupTiers(policies).flatMap((tier): readonly Step[] => {
      const refused = tier.reduce((id, { isolates }) => ports.or(id, ports.intern(isolates[direction])), PortTable.NONE);
      return [...this.#listSteps(tier, direction, end, actionOf), { kind: 'tier-end', refused }];
    });
    return isPlain ? rows.unite(steps.flatMap((step) => (step.kind === 'rules' ? step.parts : []))) : rows.decide(steps);
  }

  /** The rules of a tier in their order, those that follow each other and do the same as one step. */
  #listSteps(
    tier: readonly Policy[],
    direction: Direction,
    end: number,
    actionOf: (rule: Rule) => Action | undefined,
  ): readonly Extract<Step, { kind: 'rules' }>[] {
    const steps: { readonly kind: 'rules'; readonly action: Action; readonly parts: Part[] }[] = [];
    for (const policy of tier) {
      for (const rule of policy[direction] ?? []) {
        const action = actionOf(rule);
        if (action === undefined) continue;
        let last = steps.at(-1);
        if (last?.action !== action) steps.push((last = { kind: 'rules', action, parts: [] }));
        last.parts.push(...this.parts(policy, rule, direction, end));
      }
    }
    return steps;
  }

  /** What one rule of a policy speaks of for its subject: what it allows, or in tiers of administrators denies or passes. */
  parts(policy: Policy, rule: Rule, direction: Direction, subject: number): readonly Part[] {
    const isOwn = direction === 'ingress' && rule.namedPorts.length > 0;
    const known = isOwn ? undefined : this.#parts.get(rule);
    if (known !== undefined) return known;
    const peers = this.#matcher.peers(rule.peers, policy.namespace);
    const parts = direction === 'ingress' ? [{ ports: this.#portsOn(rule, subject), peers }] : this.#listEgress(rule, peers);
    if (!isOwn) this.#parts.set(rule, parts);
    return parts;
  }

  #listEgress(rule: Rule, peers: Bitset): readonly Part[] {
    const { ports } = this.#frame;
    const named = rule.namedPorts.flatMap((port) =>
      this.#matcher.resolve(port).map((found) => ({ ports: ports.intern(found.ports), peers: peers.and(found.slots) })),
    );
    return [{ ports: ports.intern(rule.ports), peers }, ...named];
  }

  #portsOn(rule: Rule, subject: number): number {
    const { ports } = this.#frame;
    return rule.namedPorts.reduce(
      (id, named) => ports.or(id, ports.intern(this.#matcher.portsOn(subject, named))),
      ports.intern(rule.ports),
    );
  }

  #namedPortKey(direction: Direction, end: number, policies: readonly Policy[]): string {
    if (direction === 'egress') return '';
    const named = policies.flatMap((policy) => (policy.ingress ?? []).flatMap(({ namedPorts }) => namedPorts));
    return named.map((port) => ` ${this.#matcher.portsOn(end, port).cuts.join()}`).join();
  }
}
