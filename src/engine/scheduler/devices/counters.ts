import { parseQuantity, type Quantity } from '../../../model/index.ts';
import { getArray, getObject, getString, type JsonValue } from '../../../std/index.ts';

/** Amounts by counter set and counter, as `set/counter`: neither name has a slash. */
export type CounterAmounts = ReadonlyMap<string, Quantity>;

/** What is shared in a pool, and what its devices take of it. */
export interface CountedPool {
  /** `driver/pool`. */
  readonly name: string;
  readonly shared: CounterAmounts;
  /** All devices of its newest generation, those that no node sees included: what they take is taken from all. */
  readonly consumers: readonly CountedDevice[];
}

/** A device with what it takes of its pool's counters. */
export interface CountedDevice {
  readonly id: string;
  readonly pool: string;
  readonly consumes: CounterAmounts;
}

/** The amounts of the counter sets that a slice shares, or that a device consumes of (`CounterSet`, `DeviceCounterConsumption`). */
export function readCounters(sets: readonly JsonValue[], nameField: 'counterSet' | 'name'): CounterAmounts {
  const amounts = new Map<string, Quantity>();
  for (const set of sets) {
    for (const [counter, value] of Object.entries(getObject(set, 'counters') ?? {})) {
      amounts.set(`${getString(set, nameField) ?? ''}/${counter}`, parseQuantity(getObject(value)?.['value']) ?? 0n);
    }
  }
  return amounts;
}

/** Whether two slices of a pool share a counter set of one name, or a device takes of a counter that is none. */
export function areCountersInvalid(slices: readonly JsonValue[], shared: CounterAmounts, devices: readonly CountedDevice[]): boolean {
  const sets = slices.flatMap((slice) => getArray(slice, 'spec', 'sharedCounters').map((set) => getString(set, 'name') ?? ''));
  return new Set(sets).size < sets.length || devices.some(({ consumes }) => [...consumes.keys()].some((key) => !shared.has(key)));
}

/** Keeps count of what the devices given in one allocation leave of the counters of their pools (KEP-4815, `checkAvailableCounters`). */
export class Counters {
  readonly #pools: ReadonlyMap<string, CountedPool>;
  readonly #isTaken: (device: string) => boolean;
  readonly #left = new Map<string, Map<string, Quantity>>();

  constructor(pools: readonly CountedPool[], isTaken: (device: string) => boolean) {
    this.#pools = new Map(pools.map((pool) => [pool.name, pool]));
    this.#isTaken = isTaken;
  }

  /** Takes what a device needs; false, and nothing taken, where a counter of its pool would fall below zero, be it one of others. */
  take(device: CountedDevice): boolean {
    if (device.consumes.size === 0) return true;
    const left = this.#leftOf(device.pool);
    for (const [counter, amount] of device.consumes) left.set(counter, (left.get(counter) ?? 0n) - amount);
    if ([...left.values()].every((amount) => amount >= 0n)) return true;
    this.putBack(device);
    return false;
  }

  putBack({ pool, consumes }: CountedDevice): void {
    if (consumes.size === 0) return;
    const left = this.#leftOf(pool);
    for (const [counter, amount] of consumes) left.set(counter, (left.get(counter) ?? 0n) + amount);
  }

  #leftOf(name: string): Map<string, Quantity> {
    let left = this.#left.get(name);
    if (left === undefined) {
      const pool = this.#pools.get(name);
      this.#left.set(name, (left = new Map(pool?.shared)));
      for (const { id, consumes } of pool?.consumers ?? []) {
        if (!this.#isTaken(id)) continue;
        for (const [counter, amount] of consumes) left.set(counter, (left.get(counter) ?? 0n) - amount);
      }
    }
    return left;
  }
}
