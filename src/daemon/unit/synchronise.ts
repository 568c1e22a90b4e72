import type { Cluster } from '../../cluster/index.ts';
import { KplanError, formatRef, stepsOf, type Plan, type Step } from '../../model/index.ts';
import { readInventory, type ApplyResult, type InventoryOptions } from '../../reconcile/index.ts';
import type { SyncOutcome } from './loop.ts';
import { sortedUnique } from '../../std/index.ts';
import { judgePlan, type Policy } from './policy.ts';

/** The source as it stands. `S` is whatever the planner wants of it. */
export interface SourceState<S> {
  /** Equal for equal content: a commit, or a hash of the files. */
  readonly revision: string;
  /** The commit that it was read from, if that is known. */
  readonly commit?: string;
  /** How many objects it asks for. */
  readonly objectCount: number;
  /** What could not be understood in it, if anything: the first place. */
  readonly fault?: string;
  readonly content: S;
}

/** The work of a synchronisation, composed by the process from the doors of the loader, the planner and `reconcile`. */
export interface DaemonParts<S> {
  /** Reads the source; throws `KplanError` where it cannot be read. What cannot be understood in it is an error finding of the plan. */
  readonly readSource: () => Promise<SourceState<S>>;
  /** Reads the source as it was at a commit; absent where there are no commits. Throws `KplanError` where it cannot be had. */
  readonly readCommit?: (commit: string) => Promise<SourceState<S>>;
  /**
   * Plans the source against the cluster as it is; `goes` tells whether a plan may go without a person, for those who plan several
   * units at once, and the signal aborts when the plan is not wanted any more. Throws `KplanError` where the cluster cannot be read.
   */
  readonly plan: (source: SourceState<S>, goes: (plan: Plan) => boolean, signal: AbortSignal) => Promise<Plan>;
  /** Applies a plan; when the signal aborts, it awaits what is under way and begins nothing new. */
  readonly apply: (plan: Plan, source: SourceState<S>, signal: AbortSignal) => Promise<ApplyResult>;
}

/** Whether a unit may be looked at now, and if not, why, and when to ask again. */
export type Gate = () => { readonly reason: string; readonly until?: number } | undefined;

/** What a synchronisation is made with. */
export interface SyncContext<S> {
  readonly cluster: Cluster;
  readonly unit: string;
  readonly inventory: InventoryOptions;
  readonly parts: DaemonParts<S>;
  readonly policy: Policy;
  readonly signal: AbortSignal;
  readonly gate?: Gate;
  /** Has the reading and planning done when its turn has come; at once, without. */
  readonly turn?: <T>(work: () => Promise<T>) => Promise<T>;
  /** The revision that is not to be tried again. */
  readonly except?: string;
  /** The source as it was when it was last good: it takes the place of what is not to be tried again. */
  readonly instead?: SourceState<S>;
  /** The revision that the cluster is equal to: nothing is looked at where it is still the one. */
  readonly known?: string;
  /** Called as each stage begins. */
  readonly onStage: (stage: 'reading' | 'planning' | 'applying', revision?: string) => void;
  /** Called with the source that is about to be applied. */
  readonly onSource?: (source: SourceState<S>) => void;
}

/**
 * Reads, plans, asks the policy, applies. A source that cannot be read or that is suddenly empty changes nothing: an empty
 * source never prunes what the unit owns. Before anything is deleted the source is read again: what a half-saved file does
 * not say yet is not gone.
 */
export async function synchronise<S>(context: SyncContext<S>): Promise<SyncOutcome> {
  try {
    return await readAndApply(context);
  } catch (error) {
    if (!(error instanceof KplanError)) throw error;
    return { kind: 'unreadable', message: error.message };
  }
}

async function readAndApply<S>(context: SyncContext<S>): Promise<SyncOutcome> {
  const { turn = (work) => work() } = context;
  const prepared = await turn(() => prepare(context));
  if (prepared.kind !== 'planned') return prepared;
  const { plan, source, back } = prepared;
  const steps = stepsOf(plan);
  if (!back) context.onSource?.(source);
  if (steps.length > 0) context.onStage('applying', source.commit ?? source.revision);
  const result = await context.parts.apply(plan, source, context.signal);
  const outcome = toOutcome(result, source.revision, plan);
  return back && (outcome.kind === 'synced' || outcome.kind === 'failed') ? { ...outcome, back: true } : outcome;
}

interface Planned<S> {
  readonly kind: 'planned';
  readonly plan: Plan;
  readonly source: SourceState<S>;
  readonly back: boolean;
}

async function prepare<S>({ parts, signal, ...context }: SyncContext<S>): Promise<SyncOutcome | Planned<S>> {
  if (signal.aborted) return { kind: 'stopped' };
  context.onStage('reading');
  const read = await parts.readSource();
  if (signal.aborted) return { kind: 'stopped' };
  const back = read.revision === context.except;
  const source = back ? context.instead : read;
  if (source === undefined) return { kind: 'same', revision: read.revision };
  const { revision } = source;
  if (revision === context.known) return { kind: 'current' };
  const closed = context.gate?.();
  if (closed !== undefined) return { kind: 'waiting', ...closed };
  if (source.objectCount === 0) return holdEmpty(source, context);
  context.onStage('planning', source.commit ?? revision);
  const plan = await parts.plan(source, (draft) => judgePlan(draft, revision, context.policy) === undefined, signal);
  if (signal.aborted) return { kind: 'stopped' };
  const held = judgePlan(plan, revision, context.policy);
  if (held !== undefined) return { kind: 'held', revision, ...held };
  if (stepsOf(plan).some(isDestructive) && (await parts.readSource()).revision !== read.revision) return { kind: 'moved' };
  return { kind: 'planned', plan, source, back };
}

async function holdEmpty<S>(
  { revision, fault }: SourceState<S>,
  context: Pick<SyncContext<S>, 'cluster' | 'unit' | 'inventory'>,
): Promise<SyncOutcome> {
  const { objects } = await readInventory(context.cluster, context.unit, context.inventory);
  if (objects.length === 0) return { kind: 'synced', revision, changes: 0 };
  const reason = `the source holds no objects, and the unit owns ${objects.length}: an empty source never prunes; \`kapply delete --unit ${context.unit}\` removes them`;
  return { kind: 'held', revision, reasons: [...(fault === undefined ? [] : [fault]), reason] };
}

function isDestructive({ action }: Step): boolean {
  return action === 'delete' || action === 'replace';
}

function toOutcome(result: ApplyResult, revision: string, plan: Plan): SyncOutcome {
  const changes = stepsOf(plan).length;
  const writers = listWriters(plan);
  const drift = writers.length === 0 ? {} : { writers };
  switch (result.conclusion) {
    case 'applied':
      return { kind: 'synced', revision, changes, ...drift };
    case 'stopped':
      return { kind: 'stopped' };
    case 'unhealthy':
      return { kind: 'synced', revision, changes, unhealthy: tellFailure(result), ...drift };
    case 'refused':
    case 'incomplete':
    case 'unreachable':
      return { kind: 'failed', revision, message: tellFailure(result) };
  }
}

/** Who has changed what was applied, as the plan that changes it back says. */
function listWriters(plan: Plan): readonly string[] {
  const writers = stepsOf(plan).flatMap(({ ref, fields }) =>
    fields.flatMap(({ drift }) => (drift?.manager === undefined ? [] : [`${drift.manager} (${formatRef(ref)})`])),
  );
  return sortedUnique(writers);
}

function tellFailure({ steps, message }: ApplyResult): string {
  const failed = steps.find(({ outcome }) => outcome === 'failed' || outcome === 'refused');
  if (failed === undefined) return message ?? 'not everything was applied';
  return `${formatRef(failed.ref)}: ${failed.message ?? failed.outcome}`;
}
