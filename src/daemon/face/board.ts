import { describe, formatRef, stepsOf, type Plan } from '../../model/index.ts';
import { compareStrings } from '../../std/index.ts';
import type { DaemonStatus } from '../status/status-file.ts';
import { OUTCOMES, outcomeOf, type UnitOutcome } from '../status/unit-outcome.ts';

const LONGEST_HISTORY = 20;
const MOST_LINES = 200;

/** One end of a synchronisation that was not as the one before. */
export interface PastOutcome {
  readonly at: string;
  readonly outcome: UnitOutcome;
  readonly revision: string;
  readonly why: string;
}

/** What a plan would do or did, by name: no value of any field. */
export interface PlanLines {
  readonly steps: readonly string[];
  readonly effects: readonly string[];
  /** How many lines there are besides. */
  readonly more: number;
}

/** One unit as the page shows it. */
export interface BoardUnit {
  readonly status: DaemonStatus;
  readonly outcome: UnitOutcome;
  readonly plan: PlanLines | undefined;
  /** The newest first. */
  readonly history: readonly PastOutcome[];
}

/** The units that this instance works on, as its page shows them. It keeps names and words alone: no value of an object gets here. */
export class Board {
  readonly #units = new Map<string, BoardUnit>();
  readonly #plans = new Map<string, PlanLines>();
  readonly #listeners = new Set<() => void>();

  /** Takes note of how a unit is. */
  noteUnit(status: DaemonStatus): void {
    const before = this.#units.get(status.unit);
    const outcome = outcomeOf(status);
    const isPassing = status.phase !== 'idle' && status.phase !== 'stopped';
    const history = before?.history ?? [];
    const past = { at: status.updatedAt, outcome, revision: status.revision ?? '', why: status.reasons.join('; ') };
    const isNews = !isPassing && outcome !== 'pending' && !isSame(history[0], past);
    const isQuiet = before !== undefined && !isNews && isShownAlike(before.status, status) && before.plan === this.#plans.get(status.unit);
    this.#units.set(status.unit, {
      status,
      outcome,
      plan: this.#plans.get(status.unit),
      history: isNews ? [past, ...history].slice(0, LONGEST_HISTORY) : history,
    });
    if (!isQuiet) this.#tell();
  }

  /** Takes note of the plan that was made of a unit last; one that does nothing leaves the one before. */
  notePlan(unit: string, plan: Plan): void {
    const steps = stepsOf(plan).map(({ action, ref }) => `${action} ${formatRef(ref)}`);
    if (steps.length === 0) return;
    const effects = plan.effects.map((effect) => describe(effect));
    const more = Math.max(0, steps.length - MOST_LINES) + Math.max(0, effects.length - MOST_LINES);
    this.#plans.set(unit, { steps: steps.slice(0, MOST_LINES), effects: effects.slice(0, MOST_LINES), more });
  }

  /** The context of the cluster that a unit was last seen in; undefined for the daemon's own. */
  clusterOf(unit: string): string | undefined {
    return this.#units.get(unit)?.status.cluster;
  }

  /** Forgets a unit that this instance does not work on any more. */
  forgetUnit(unit: string): void {
    if (this.#units.delete(unit)) this.#tell();
    this.#plans.delete(unit);
  }

  /** All units: those that need a person first, then by name. */
  list(): readonly BoardUnit[] {
    const rank = ({ outcome }: BoardUnit): number => OUTCOMES.indexOf(outcome);
    return [...this.#units.values()].toSorted((a, b) => rank(b) - rank(a) || compareStrings(a.status.unit, b.status.unit));
  }

  /** Calls `listener` after each change, until what it answers is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Times apart. */
function isShownAlike(one: DaemonStatus, other: DaemonStatus): boolean {
  return toShown(one) === toShown(other);
}

function toShown({ lastSynced, ...status }: DaemonStatus): string {
  return JSON.stringify({ ...status, updatedAt: '', waitsFor: '', synced: lastSynced?.revision });
}

function isSame(one: PastOutcome | undefined, other: PastOutcome): boolean {
  return one !== undefined && one.outcome === other.outcome && one.revision === other.revision && one.why === other.why;
}
