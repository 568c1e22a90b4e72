import { intersect, listIntervals, subtract, toInterval, unite, uniteAll, type IntervalSet } from '../../std/index.ts';

/** The protocols that NetworkPolicy knows, in the order in which they are shown. */
export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Ports of all three protocols on one line: protocol i holds its ports from i * 65536. */
export type PortSet = IntervalSet<number>;

const SPAN = 65536;

/** No connection at all. */
export const NO_PORTS: PortSet = { cuts: [] };

/** Every port of every protocol. */
export const ALL_PORTS: PortSet = uniteAll(PROTOCOLS.map((protocol) => toPortSet(protocol)));

/** The ports `first` to `last` of a protocol; all of them by default. What is no port is left out. */
export function toPortSet(protocol: Protocol, first: number = 1, last: number = 65535): PortSet {
  const base = PROTOCOLS.indexOf(protocol) * SPAN;
  if (last < first) return NO_PORTS;
  return toInterval(base + Math.max(1, first), base + Math.min(SPAN - 1, last) + 1);
}

/** The point of a port on the line of `PortSet`. */
export function toPortPoint(protocol: Protocol, port: number): number {
  return PROTOCOLS.indexOf(protocol) * SPAN + port;
}

/** Decodes a protocol. */
export function isProtocol(value: unknown): value is Protocol {
  return PROTOCOLS.some((protocol) => protocol === value);
}

/** Ports for people: `all connections`, `TCP 80,443`, `TCP 1024-65535, UDP (all ports)`, `all connections but TCP 22`, `no connection`. */
export function formatPorts(set: PortSet): string {
  if (set.cuts.length === 0) return 'no connection';
  const rest = subtract(ALL_PORTS, set);
  if (rest.cuts.length === 0) return 'all connections';
  const [text, exceptions] = [formatList(set), formatList(rest)];
  return exceptions.length < text.length / 2 ? `all connections but ${exceptions}` : text;
}

/** The ports from `first` to `last` of a protocol. */
export interface PortRange {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/** Ports for machines, by protocol and number. */
export function listPortRanges(set: PortSet): readonly PortRange[] {
  return PROTOCOLS.flatMap((protocol, index) =>
    listIntervals(intersect(set, toPortSet(protocol))).map(({ start, end }) => ({
      protocol,
      first: start - index * SPAN,
      last: end - 1 - index * SPAN,
    })),
  );
}

function formatList(set: PortSet): string {
  const ranges = listPortRanges(set);
  return PROTOCOLS.flatMap((protocol) => {
    const mine = ranges.filter((range) => range.protocol === protocol).map(formatRange);
    return mine.length === 0 ? [] : [`${protocol} ${mine.join(',')}`];
  }).join(', ');
}

function formatRange({ first, last }: PortRange): string {
  if (first === 1 && last === SPAN - 1) return '(all ports)';
  return first === last ? `${first}` : `${first}-${last}`;
}

/** Port sets by small numbers, equal numbers for equal sets, with remembered operations. 0 is the empty set, 1 is all. */
export class PortTable {
  static readonly NONE = 0;
  static readonly ALL = 1;

  readonly #sets: PortSet[] = [];
  readonly #ids = new Map<string, number>();
  readonly #memos = { and: new Map<number, number>(), or: new Map<number, number>(), minus: new Map<number, number>() };

  constructor() {
    this.intern(NO_PORTS);
    this.intern(ALL_PORTS);
  }

  intern(set: PortSet): number {
    const key = set.cuts.join();
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#sets.length);
    return this.#sets.push(set) - 1;
  }

  get(id: number): PortSet {
    return this.#sets[id] ?? NO_PORTS;
  }

  and(a: number, b: number): number {
    if (a === b || b === PortTable.ALL) return a;
    return a === PortTable.ALL ? b : this.#apply('and', a, b);
  }

  or(a: number, b: number): number {
    if (a === b || b === PortTable.NONE) return a;
    return a === PortTable.NONE ? b : this.#apply('or', a, b);
  }

  minus(a: number, b: number): number {
    if (a === b) return PortTable.NONE;
    return b === PortTable.NONE ? a : this.#apply('minus', a, b);
  }

  #apply(operation: 'and' | 'or' | 'minus', a: number, b: number): number {
    const memo = this.#memos[operation];
    const key = a * 2 ** 26 + b;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const result = this.intern(OPERATIONS[operation](this.get(a), this.get(b)));
    memo.set(key, result);
    return result;
  }
}

const OPERATIONS = { and: intersect<number>, or: unite<number>, minus: subtract<number> };
