import type { Readiness } from '../unit/gate.ts';

/** A fleet as those of other clusters see it. */
export interface Neighbour {
  /** How one of its units is, as of a revision; undefined where it is none of its units. */
  readonly readinessOf: (unit: string, revision: string | undefined) => Readiness | undefined;
  /** Has those of its units look again that wait for one of these. */
  readonly wake: (isIt: (unit: string) => boolean) => void;
  /** Whether it has looked at every unit, and none has anything to do until something happens. */
  readonly isSettled: () => boolean;
  /** Called whenever all fleets are settled. */
  readonly onSettled: () => void;
}

/** The fleets of one daemon, one for each cluster: what they tell each other, since units of one may depend on those of another. */
export class Neighbours {
  readonly #fleets = new Set<Neighbour>();

  /** Has a fleet be heard of, until what is answered is called. */
  join(fleet: Neighbour): () => void {
    this.#fleets.add(fleet);
    return () => void this.#fleets.delete(fleet);
  }

  /** How a unit of whichever fleet is, as of a revision. */
  readinessOf(unit: string, revision: string | undefined): Readiness {
    for (const fleet of this.#fleets) {
      const readiness = fleet.readinessOf(unit, revision);
      if (readiness !== undefined) return readiness;
    }
    return { kind: 'not-ready', why: 'is not looked after yet: its cluster may be out of reach' };
  }

  /** Has the units of all fleets look again that wait for one of these. */
  wake(isIt: (unit: string) => boolean): void {
    for (const fleet of this.#fleets) fleet.wake(isIt);
  }

  /** Tells all fleets so if none of them has anything to do. */
  settle(): void {
    const fleets = [...this.#fleets];
    if (fleets.every((fleet) => fleet.isSettled())) for (const { onSettled } of fleets) onSettled();
  }
}
