import type { ObjectRef, Step } from '../model/index.ts';
import type { Health } from './health/health.ts';
import type { MachineState } from './machine-state.ts';
import type { Outcome } from './phase.ts';

/** How one step of a plan ended. */
export interface StepResult {
  readonly ref: ObjectRef;
  readonly action: Step['action'];
  readonly wave: number;
  readonly outcome: Outcome;
  /** Absent where health was not waited for. */
  readonly health?: Health;
  /** Why, where it is not simply done. */
  readonly message?: string;
}

/**
 * How a plan ended.
 * - `applied`: every step is applied or needed nothing, and is healthy if that was waited for.
 * - `refused`: nothing was touched, since the plan is stale or its inventory another's.
 * - `stopped`: cancelled, or out of time, with work left.
 * - `unreachable`: stopped, since the cluster could no longer be reached.
 * - `incomplete`: a step failed or was refused on the way.
 * - `unhealthy`: every step is applied and well, but objects that needed no change are not healthy.
 */
export type Conclusion = 'applied' | 'refused' | 'stopped' | 'unreachable' | 'incomplete' | 'unhealthy';

/** What became of a plan. */
export interface ApplyResult {
  readonly unit: string;
  readonly conclusion: Conclusion;
  /** In the order of the plan; of action `none` those objects that were to stay as they are and are not well. */
  readonly steps: readonly StepResult[];
  /** Whether anything may have been written. */
  readonly touched: boolean;
  /** Why it stopped, or why the inventory could not be brought up to date. */
  readonly message?: string;
}

/** The result of a machine that has finished. */
export function toApplyResult(unit: string, state: MachineState): ApplyResult {
  const all = state.steps.map((step, index): StepResult => {
    const phase = state.states.at(index)?.phase;
    const at = { ref: step.ref, action: step.action, wave: step.wave };
    if (phase?.kind !== 'done') return { ...at, outcome: 'skipped', message: 'not begun' };
    const { outcome, health, message } = phase;
    return { ...at, outcome, ...(health === undefined ? {} : { health }), ...(message === undefined ? {} : { message }) };
  });
  const steps = all.filter(({ action, outcome }) => action !== 'none' || outcome === 'failed' || outcome === 'refused');
  const { touched, stopped, unreachable } = state;
  const conclusion = unreachable === true ? 'unreachable' : conclude(steps, touched, stopped);
  return { unit, conclusion, steps, touched, ...(stopped === undefined ? {} : { message: stopped }) };
}

/** A result with what was seen of the objects that the plan left as they are. */
export function withKept(result: ApplyResult, kept: ApplyResult): ApplyResult {
  const steps = [...result.steps, ...kept.steps];
  const message = result.message ?? kept.message;
  const conclusion = result.conclusion === 'unreachable' ? result.conclusion : conclude(steps, result.touched, message);
  return { ...result, steps, conclusion, ...(message === undefined ? {} : { message }) };
}

function conclude(steps: readonly StepResult[], touched: boolean, stopped: string | undefined): Conclusion {
  if (stopped !== undefined) return 'stopped';
  const bad = steps.filter(({ outcome }) => outcome !== 'applied' && outcome !== 'unchanged');
  if (bad.length === 0) return 'applied';
  if (!touched && bad.some(({ outcome }) => outcome === 'refused')) return 'refused';
  return bad.every(({ action, outcome }) => action === 'none' && outcome === 'failed') ? 'unhealthy' : 'incomplete';
}
