import { formatQuantity, parseQuantity, sumContainers, type Quantity } from '../../../model/index.ts';
import { getObject, type JsonObject, type JsonValue } from '../../../std/index.ts';

/** An exact amount, and whether it was written with a binary suffix: it is told as it was written (`Quantity.Format`). */
export interface Amount {
  readonly value: Quantity;
  readonly isBinary: boolean;
}

/** Amounts by the names of resources. */
export type Amounts = ReadonlyMap<string, Amount>;

/** No amount: what is added to it decides how the sum is told. */
export const NOTHING: Amount = { value: 0n, isBinary: false };

/** One of something. */
export const ONE: Amount = { value: parseQuantity(1) ?? 0n, isBinary: false };

/** An amount as a manifest has it; undefined if it is none. */
export function readAmount(value: JsonValue | undefined): Amount | undefined {
  const amount = parseQuantity(value);
  return amount === undefined ? undefined : { value: amount, isBinary: typeof value === 'string' && value.endsWith('i') };
}

/** A list of resources as a manifest has it; what is no amount is left out. */
export function readAmounts(list: JsonObject | undefined): Amounts {
  const amounts = new Map<string, Amount>();
  for (const [name, value] of Object.entries(list ?? {})) {
    const amount = readAmount(value);
    if (amount !== undefined) amounts.set(name, amount);
  }
  return amounts;
}

/** The sum of two amounts, told as the first is unless that is nothing (`Quantity.Add`). */
export function add(a: Amount, b: Amount): Amount {
  return { value: a.value + b.value, isBinary: a.value === 0n ? b.isBinary : a.isBinary };
}

/** An amount as `Quantity.String` writes it. */
export function formatAmount({ value, isBinary }: Amount): string {
  return formatQuantity(value, isBinary && value >= LEAST_BINARY ? 'binary' : 'decimal');
}

const LEAST_BINARY: Quantity = parseQuantity('1Ki') ?? 0n;

/** The whole of many lists. */
export function addAll(lists: Iterable<Amounts>): Amounts {
  const sum = new Map<string, Amount>();
  for (const list of lists) for (const [name, amount] of list) sum.set(name, add(sum.get(name) ?? NOTHING, amount));
  return sum;
}

function most(a: Amounts, b: Amounts): Amounts {
  const result = new Map(a);
  for (const [name, amount] of b) if (amount.value > (result.get(name)?.value ?? -1n)) result.set(name, amount);
  return result;
}

/**
 * What all containers of a pod ask for or are limited to, with sidecars and what init containers need at their time; an
 * amount that the pod itself names for cpu, memory or huge pages counts instead (`resource.PodRequests`, `PodLimits`
 * without overhead).
 */
export function podAmounts(spec: JsonObject, side: 'requests' | 'limits'): Amounts {
  const sum = sumContainers<Amounts>(spec, {
    of: (container) => readAmounts(getObject(container, 'resources', side)),
    none: new Map(),
    add: (a, b) => addAll([a, b]),
    most,
  });
  const own = [...readAmounts(getObject(spec, 'resources', side))].filter(([name]) => isPodLevel(name));
  return new Map([...sum, ...own]);
}

function isPodLevel(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

/** The same with the pod's overhead, which adds to limits only where there are some. */
export function podAmountsWithOverhead(spec: JsonObject, side: 'requests' | 'limits'): Amounts {
  const amounts = podAmounts(spec, side);
  const overhead = [...readAmounts(getObject(spec, 'overhead'))];
  const added = side === 'requests' ? overhead : overhead.filter(([name]) => (amounts.get(name)?.value ?? 0n) > 0n);
  return addAll([amounts, new Map(added)]);
}
