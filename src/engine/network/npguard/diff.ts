import { compareStrings } from '../../../std/index.ts';
import type { KubernetesObject } from '../../../model/index.ts';
import { formatAddress } from '../address.ts';
import type { PortSet } from '../port-set.ts';
import { listGuardConnections, type GuardConnection } from './connlist.ts';
import { formatConnection } from './conn-text.ts';
import { CONTROLLER, readView, type GuardEnd, type GuardView } from './view.ts';

/** A pair whose connections differ between two directories. */
export interface GuardChange {
  readonly type: 'changed' | 'added' | 'removed' | 'unchanged';
  readonly source: string;
  readonly destination: string;
  /** The connections of each directory as text. */
  readonly conns: readonly [first: string, second: string];
  /** The workloads of the pair that one directory alone has. */
  readonly only: readonly string[];
}

/** Every pair that is connected on either side, unchanged ones included: by kind of change, ranges of addresses that change alike as one. */
export function listGuardChanges(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly GuardChange[] {
  const [left, right] = [readView(before), readView(after)];
  const cuts = { ingress: listStarts([left, right], 'senders'), egress: listStarts([left, right], 'receivers') };
  const views = [readView(before, cuts), readView(after, cuts)] as const;
  const pairs = new Map<string, [GuardConnection?, GuardConnection?]>();
  for (const [side, view] of views.entries()) {
    for (const connection of listGuardConnections(view)) {
      const key = `${connection.from.name}\0${connection.to.name}`;
      const pair = pairs.get(key) ?? [];
      pair[side] = connection;
      pairs.set(key, pair);
    }
  }
  return joinRanges([...pairs.values()].map((pair) => toCompared(pair, views))).map(toChange);
}

function listStarts(views: readonly GuardView[], ends: 'receivers' | 'senders'): readonly bigint[] {
  return views.flatMap((view) => view[ends].flatMap(({ range }) => (range === undefined ? [] : [range[0]])));
}

interface Compared {
  readonly from: GuardEnd;
  readonly to: GuardEnd;
  readonly conns: readonly [PortSet, PortSet];
  readonly only: readonly string[];
}

const NONE: PortSet = { cuts: [] };

function toCompared([first, second]: readonly [GuardConnection?, GuardConnection?], views: readonly [GuardView, GuardView]): Compared {
  const some = first ?? second;
  const [from, to] = [some?.from, some?.to];
  if (from === undefined || to === undefined) throw new Error('a pair of no directory');
  const lacking = first === undefined ? views[0] : second === undefined ? views[1] : undefined;
  const isOnly = ({ peer, name }: GuardEnd): boolean =>
    peer !== undefined && lacking !== undefined && !lacking.workloads.some((workload) => workload.name === name);
  return { from, to, conns: [first?.ports ?? NONE, second?.ports ?? NONE], only: [from, to].filter(isOnly).map(({ name }) => name) };
}

/** Pairs of which one end is a range of addresses, with those that touch it and are alike. */
function joinRanges(pairs: readonly Compared[]): readonly Compared[] {
  const byStart = (end: GuardEnd): bigint => end.range?.[0] ?? -1n;
  const sorted = pairs.toSorted((a, b) => {
    const names = compareStrings(keyOf(a), keyOf(b));
    const [left, right] = [byStart(a.from) + byStart(a.to), byStart(b.from) + byStart(b.to)];
    return names === 0 ? (left < right ? -1 : left > right ? 1 : 0) : names;
  });
  const joined: Compared[] = [];
  for (const pair of sorted) {
    const last = joined.at(-1);
    const merged = last === undefined || keyOf(last) !== keyOf(pair) ? undefined : joinTouching(last, pair);
    if (merged === undefined) joined.push(pair);
    else joined[joined.length - 1] = merged;
  }
  return joined;
}

function keyOf({ from, to, conns, only }: Compared): string {
  const nameOf = ({ range, name }: GuardEnd): string => (range === undefined ? name : '');
  return [nameOf(from), nameOf(to), ...conns.map(({ cuts }) => cuts.join()), ...only].join(' ');
}

function joinTouching(a: Compared, b: Compared): Compared | undefined {
  const [left, right] = a.from.range === undefined ? [a.to, b.to] : [a.from, b.from];
  if (left.range === undefined || right.range === undefined || left.range[1] + 1n !== right.range[0]) return undefined;
  const range = [left.range[0], right.range[1]] as const;
  const end: GuardEnd = { ...left, range, name: `${formatAddress(range[0])}-${formatAddress(range[1])}[External]` };
  return a.from.range === undefined ? { ...a, to: end } : { ...a, from: end };
}

function toChange({ from, to, conns, only }: Compared): GuardChange {
  const [first, second] = [formatConnection(conns[0]), formatConnection(conns[1])];
  const type = first === second ? 'unchanged' : conns[0].cuts.length === 0 ? 'added' : conns[1].cuts.length === 0 ? 'removed' : 'changed';
  return { type, source: from.name, destination: to.name, conns: [first, second], only };
}

const TYPES = ['changed', 'added', 'removed'] as const;

/** The changes in the order of print: those of the ingress controller last, each by type and then as text. */
export function sortChanges(changes: readonly GuardChange[], toText: (change: GuardChange) => string): readonly string[] {
  return [false, true].flatMap((isController) =>
    TYPES.flatMap((type) =>
      changes
        .filter((change) => change.type === type && (change.source === CONTROLLER) === isController)
        .map(toText)
        .toSorted(compareStrings),
    ),
  );
}

/** `workload A added`, `workload A and B removed`; nothing where both directories have both ends. */
export function describeOnly({ type, only }: GuardChange): string {
  return only.length === 0 ? '' : `workload ${only.join(' and ')} ${type}`;
}
