import { KplanError, type RefKey } from '../../model/index.ts';

/** How units that a repository lists no more are removed, where they had `deletionPolicy: delete`. */
export interface UnitRemoval {
  /** The units of this fleet that their statuses say are to go once they are not listed; listed ones, too. Throws `KplanError`. */
  readonly list: () => Promise<readonly string[]>;
  /** Deletes what a unit owns, and its status, unless some of it is among `asked`. Answers why it is not gone. Throws `KplanError`. */
  readonly remove: (unit: string, asked: ReadonlySet<RefKey>, signal: AbortSignal) => Promise<string | undefined>;
}

/** The fleet as its removals see it. */
export interface RemovingFleet {
  readonly isListed: (unit: string) => boolean;
  readonly holds: (unit: string) => boolean;
  /** All that the listed units ask for. Throws `KplanError` where not all of it can be read. */
  readonly listAsked: () => Promise<ReadonlySet<RefKey>>;
  /** Told of each unit what becomes of it, once. */
  readonly say: (unit: string, message: string) => void;
}

/**
 * The units that are to go. They are looked for in the cluster, so that one is found also after a restart, and shared like
 * the listed ones, so that one instance alone removes each.
 */
export class Removals {
  readonly #removal: UnitRemoval;
  readonly #fleet: RemovingFleet;
  readonly #said = new Map<string, string>();
  #doomed: readonly string[] = [];

  constructor(removal: UnitRemoval, fleet: RemovingFleet) {
    this.#removal = removal;
    this.#fleet = fleet;
  }

  /** The units that are to go, as of the last look. */
  get doomed(): readonly string[] {
    return this.#doomed.filter((unit) => !this.#fleet.isListed(unit));
  }

  /** Looks for units that are to go. Throws `KplanError`. */
  async look(): Promise<void> {
    this.#doomed = await this.#removal.list();
    for (const unit of this.#said.keys()) if (!this.doomed.includes(unit)) this.#said.delete(unit);
  }

  /** Removes those that this instance holds, one after the other: a unit that is listed again meanwhile stays. */
  async removeHeld(signal: AbortSignal): Promise<void> {
    for (const unit of this.doomed) {
      if (signal.aborted || !this.#fleet.holds(unit) || this.#fleet.isListed(unit)) continue;
      const why = await this.#tryRemove(unit, signal);
      this.#say(
        unit,
        why === undefined ? 'no longer listed: removed, with what it owned' : `no longer listed, and not removed yet: ${why}`,
      );
    }
  }

  async #tryRemove(unit: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.#removal.remove(unit, await this.#fleet.listAsked(), signal);
    } catch (error) {
      if (error instanceof KplanError) return error.message;
      throw error;
    }
  }

  #say(unit: string, message: string): void {
    if (this.#said.get(unit) !== message) this.#fleet.say(unit, message);
    this.#said.set(unit, message);
  }
}
