import type { Bitset } from '../../std/index.ts';
import { Matcher } from './matcher.ts';
import type { Action, Direction, Policy, Rule, Tier } from './policy.ts';
import { PortTable } from './port-set.ts';
import { RowTable, type Part, type Row, type Step } from './row.ts';
import type { Side } from './side.ts';
import type { Universe } from './universe.ts';

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

/**
 * One side of a universe, judged: for each end what may leave it and what may enter it, as rows over all ends. Ends that no
 * policy can select (addresses, host-network pods, what does not exist) have the open row. Slots selected by the same
 * policies share their row.
 */
export class Evaluation {
  readonly side: Side;
  readonly #frame: Frame;
  readonly #matcher: Matcher;
  readonly #selecting: Readonly<Record<Direction, readonly (readonly Policy[])[]>>;
  readonly #rows: Readonly<Record<Direction, Map<string, Row>>> = { ingress: new Map(), egress: new Map() };
  readonly #rowOf: Readonly<Record<Direction, Map<number, Row>>> = { ingress: new Map(), egress: new Map() };
  readonly #parts = new Map<Rule, readonly Part[]>();

  constructor(side: Side, index: number, frame: Frame) {
    this.side = side;
    this.#frame = frame;
    this.#matcher = new Matcher(side, index, frame.universe);
    this.#selecting = { ingress: this.#listSelecting('ingress'), egress: this.#listSelecting('egress') };
  }

  #listSelecting(direction: Direction): readonly (readonly Policy[])[] {
    const selecting: Policy[][] = this.#frame.universe.slots.map(() => []);
    for (const policy of this.side.policies) {
      if (policy[direction] === undefined) continue;
      for (const slot of this.#matcher.subjects(policy).members()) selecting[slot]?.push(policy);
    }
    return selecting;
  }

  /** The policies that select an end and say something of a direction, in the order in which they are asked. */
  selecting(direction: Direction, end: number): readonly Policy[] {
    return this.#selecting[direction][end] ?? [];
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
    const key = `${policies.map(({ ref }) => `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`).join(' ')}${this.#namedPortKey(direction, end, policies)}`;
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

  #compute(
    policies: readonly Policy[],
    direction: Direction,
    end: number,
    actionOf: (rule: Rule) => Action | undefined = ({ action }) => action,
  ): Row {
    const { rows } = this.#frame;
    const isolating = policies.filter(({ tier }) => tier === 'namespace');
    const allowed = isolating.flatMap((policy) =>
      (policy[direction] ?? []).flatMap((rule) => (actionOf(rule) === undefined ? [] : this.parts(policy, rule, direction, end))),
    );
    if (isolating.length === policies.length) return rows.unite(allowed);
    const isolation: readonly Step[] = isolating.length === 0 ? [] : [{ kind: 'isolation', parts: allowed }];
    const steps = (tier: Tier): readonly Step[] =>
      policies
        .filter((policy) => policy.tier === tier)
        .flatMap((policy) =>
          (policy[direction] ?? []).flatMap((rule): readonly Step[] => {
            const action = actionOf(rule);
            return action === undefined ? [] : [{ kind: 'rule', action, parts: this.parts(policy, rule, direction, end) }];
          }),
        );
    return rows.decide([...steps('admin'), { kind: 'tier-end' }, ...isolation, ...steps('baseline')]);
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
