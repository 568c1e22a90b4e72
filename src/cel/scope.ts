import type { Meter } from './cost.ts';
import type { Result } from './value.ts';

/** What the names of an expression stand for while it is evaluated. */
export interface Scope {
  readonly meter: Meter;
  find(name: string): Result | undefined;
}

/** The outermost names: the variables that the caller gives. */
export class Variables implements Scope {
  readonly meter: Meter;
  readonly #values: ReadonlyMap<string, Result>;

  constructor(meter: Meter, values: ReadonlyMap<string, Result>) {
    this.meter = meter;
    this.#values = values;
  }

  find(name: string): Result | undefined {
    return this.#values.get(name);
  }
}
