import type { Bitset } from '../../std/index.ts';
import { Matcher } from './matcher.ts';
import type { Direction, Policy, Rule } from './policy.ts';
import { PortTable, toPortSet } from './port-set.ts';
import { RowTable, type Part, type Row } from './row.ts';
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

  /** The policies that isolate an end in a direction, by name. */
  selecting(direction: Direction, end: number): readonly Policy[] {
    return this.#selecting[direction][end] ?? [];
  }

  /** What may leave an end, or enter it, by the other end. */
  row(direction: Direction, end: number): Row {
    const policies = this.selecting(direction, end);
    if (policies.length === 0) return this.#frame.rows.open;
    const key = `${policies.map(({ ref }) => `${ref.namespace ?? ''}/${ref.name}`).join(' ')}${this.#namedPortKey(direction, end, policies)}`;
    const known = this.#rows[direction].get(key);
    if (known !== undefined) return known;
    const row = this.#frame.rows.unite(
      policies.flatMap((policy) => (policy[direction] ?? []).flatMap((rule) => this.parts(policy, rule, direction, end))),
    );
    this.#rows[direction].set(key, row);
    return row;
  }

  /** What one rule of a policy allows its subject. */
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
    const named = rule.namedPorts.flatMap((port) =>
      [...this.#matcher.resolve(port)].map(([number, bits]) => ({
        ports: this.#frame.ports.intern(toPortSet(port.protocol, number, number)),
        peers: peers.and(bits),
      })),
    );
    return [{ ports: this.#frame.ports.intern(rule.ports), peers }, ...named];
  }

  #portsOn(rule: Rule, subject: number): number {
    const { ports } = this.#frame;
    let id = ports.intern(rule.ports);
    for (const named of rule.namedPorts) {
      for (const number of this.#matcher.numbersOn(subject, named))
        id = ports.or(id, ports.intern(toPortSet(named.protocol, number, number)));
    }
    return id;
  }

  #namedPortKey(direction: Direction, end: number, policies: readonly Policy[]): string {
    if (direction === 'egress') return '';
    const named = policies.flatMap((policy) => (policy.ingress ?? []).flatMap(({ namedPorts }) => namedPorts));
    return named.map((port) => ` ${this.#matcher.numbersOn(end, port).join()}`).join();
  }
}
