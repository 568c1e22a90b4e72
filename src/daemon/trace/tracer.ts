import { sha256 } from '../../std/index.ts';
import type { DaemonPhase, DaemonStatus } from '../status/status-file.ts';
import { outcomeOf, type UnitOutcome } from '../status/unit-outcome.ts';

/** The trace of a revision: the same in every process, for every unit, and in the log. 32 hexadecimal digits (W3C Trace Context). */
export function toTraceId(revision: string): string {
  return sha256(`kapply revision\n${revision}`).slice(0, 32);
}

/** A piece of work on a unit. Times in milliseconds since 1970. */
export interface Span {
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly parentId?: string;
  /** `sync`, or one of its stages: `read`, `plan`, `apply`. */
  readonly name: string;
  readonly begun: number;
  readonly ended: number;
  readonly unit: string;
  readonly cluster?: string;
  readonly revision: string;
  readonly outcome: UnitOutcome;
  /** Why it did not come off well, if so. */
  readonly fault?: string;
}

const STAGES: Readonly<Partial<Record<DaemonPhase, string>>> = { reading: 'read', planning: 'plan', applying: 'apply' };

interface Work {
  readonly stages: { readonly name: string; readonly at: number }[];
}

/**
 * Makes the spans of synchronisations from what is told of units: one for each, with one for each of its stages. A look that
 * changed nothing and came off as the one before has none.
 */
export class Tracer {
  readonly #put: (span: Span) => void;
  readonly #works = new Map<string, Work>();
  readonly #outcomes = new Map<string, string>();

  constructor(put: (span: Span) => void) {
    this.#put = put;
  }

  /** Takes note of how a unit is. */
  note(status: DaemonStatus, now: number): void {
    const { unit, phase } = status;
    const stage = STAGES[phase];
    if (stage === undefined) return this.#end(status, now);
    const work = this.#works.get(unit) ?? { stages: [] };
    this.#works.set(unit, work);
    if (work.stages.at(-1)?.name !== stage) work.stages.push({ name: stage, at: now });
  }

  /** Forgets a unit that this instance works on no more. */
  forget(unit: string): void {
    this.#works.delete(unit);
    this.#outcomes.delete(unit);
  }

  #end(status: DaemonStatus, now: number): void {
    const { unit, revision, cluster, reasons, identity } = status;
    const work = this.#works.get(unit);
    this.#works.delete(unit);
    const [first] = work?.stages ?? [];
    if (work === undefined || first === undefined || revision === undefined) return;
    const outcome = outcomeOf(status);
    const told = `${outcome} ${revision}`;
    const isNews = this.#outcomes.get(unit) !== told || work.stages.some(({ name }) => name === 'apply');
    this.#outcomes.set(unit, told);
    if (!isNews || outcome === 'pending') return;
    const traceId = toTraceId(revision);
    const toId = (name: string, at: number): string => sha256([identity, unit, name, String(at), traceId].join('\n')).slice(0, 16);
    const shared = { traceId, unit, ...(cluster === undefined ? {} : { cluster }), revision, outcome };
    const fault = outcome === 'synced' || outcome === 'waiting' ? {} : { fault: reasons.join('; ') };
    const parentId = toId('sync', first.at);
    this.#put({ ...shared, ...fault, spanId: parentId, name: 'sync', begun: first.at, ended: now });
    for (const [index, { name, at }] of work.stages.entries()) {
      const ended = work.stages[index + 1]?.at ?? now;
      this.#put({ ...shared, spanId: toId(`${index} ${name}`, at), parentId, name, begun: at, ended });
    }
  }
}
