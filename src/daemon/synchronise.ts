import type { Cluster } from '../cluster/index.ts';
import {
  KplanError,
  describe,
  describeCauses,
  formatPlace,
  formatRef,
  listBlockers,
  stepsOf,
  type Effect,
  type Finding,
  type Plan,
  type Step,
} from '../model/index.ts';
import { readInventory, type ApplyResult, type InventoryOptions } from '../reconcile/index.ts';
import type { SyncOutcome } from './loop.ts';

/** The source as it stands. `S` is whatever the planner wants of it. */
export interface SourceState<S> {
  /** Equal for equal content: a commit, or a hash of the files. */
  readonly revision: string;
  /** How many objects it asks for. */
  readonly objectCount: number;
  readonly content: S;
}

/** The work of a synchronisation, composed by the process from the doors of the loader, the planner and `reconcile`. */
export interface DaemonParts<S> {
  /** Reads the source; throws `KplanError` where it cannot be read. What cannot be understood in it is an error finding of the plan. */
  readonly readSource: () => Promise<SourceState<S>>;
  /** Plans the source against the cluster as it is; throws `KplanError` where the cluster cannot be read. */
  readonly plan: (source: SourceState<S>) => Promise<Plan>;
  /** Applies a plan; when the signal aborts, it awaits what is under way and begins nothing new. */
  readonly apply: (plan: Plan, source: SourceState<S>, signal: AbortSignal) => Promise<ApplyResult>;
}

/** What may go without a person. */
export interface Policy {
  /** Codes and engines whose errors do not hold a plan. */
  readonly allow: ReadonlySet<string>;
}

/** The sentences of the error findings and effects that hold a plan: all that are neither waived nor allowed, by code or by engine. */
function tellBlockers(plan: Plan, policy: Policy): readonly string[] {
  return listBlockers(plan, policy.allow).map((item) => ('engine' in item ? tellEffect(item) : tellFinding(item)));
}

function tellFinding(finding: Finding): string {
  const place = finding.source === undefined ? '' : ` (${formatPlace(finding.source)})`;
  const subject = finding.ref === undefined ? '' : `${formatRef(finding.ref)}: `;
  return `${finding.code} ${subject}${describe(finding)}${place}`;
}

function tellEffect(effect: Effect): string {
  const source = effect.causes.find((cause) => cause.source !== undefined)?.source;
  const causes = describeCauses(effect);
  return `${effect.code} ${describe(effect)}${causes === undefined ? '' : `: ${causes}`}${source === undefined ? '' : ` (${formatPlace(source)})`}`;
}

/** What a synchronisation is made with. */
export interface SyncContext<S> {
  readonly cluster: Cluster;
  readonly unit: string;
  readonly inventory: InventoryOptions;
  readonly parts: DaemonParts<S>;
  readonly policy: Policy;
  readonly signal: AbortSignal;
  /** The revision that is not to be tried again. */
  readonly except?: string;
  /** Called as each stage begins. */
  readonly onStage: (stage: 'reading' | 'planning' | 'applying', revision?: string) => void;
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

async function readAndApply<S>({ parts, signal, ...context }: SyncContext<S>): Promise<SyncOutcome> {
  context.onStage('reading');
  const source = await parts.readSource();
  const { revision } = source;
  if (signal.aborted) return { kind: 'stopped' };
  if (revision === context.except) return { kind: 'same', revision };
  if (source.objectCount === 0) {
    const { objects } = await readInventory(context.cluster, context.unit, context.inventory);
    if (objects.length === 0) return { kind: 'synced', revision, changes: 0 };
    const reason = `the source holds no objects, and the unit owns ${objects.length}: an empty source never prunes; \`kapply delete --unit ${context.unit}\` removes them`;
    return { kind: 'held', revision, reasons: [reason] };
  }
  context.onStage('planning', revision);
  const plan = await parts.plan(source);
  if (signal.aborted) return { kind: 'stopped' };
  const reasons = tellBlockers(plan, context.policy);
  if (reasons.length > 0) return { kind: 'held', revision, reasons };
  const steps = stepsOf(plan);
  if (steps.some(isDestructive) && (await parts.readSource()).revision !== revision) return { kind: 'moved' };
  const changes = steps.length;
  if (changes > 0) context.onStage('applying', revision);
  const result = await parts.apply(plan, source, signal);
  return toOutcome(result, revision, changes);
}

function isDestructive({ action }: Step): boolean {
  return action === 'delete' || action === 'replace';
}

function toOutcome(result: ApplyResult, revision: string, changes: number): SyncOutcome {
  switch (result.conclusion) {
    case 'applied':
      return { kind: 'synced', revision, changes };
    case 'stopped':
      return { kind: 'stopped' };
    case 'unhealthy':
      return { kind: 'synced', revision, changes, unhealthy: tellFailure(result) };
    case 'refused':
    case 'incomplete':
      return { kind: 'failed', revision, message: tellFailure(result) };
  }
}

function tellFailure({ steps, message }: ApplyResult): string {
  const failed = steps.find(({ outcome }) => outcome === 'failed' || outcome === 'refused');
  if (failed === undefined) return message ?? 'not everything was applied';
  return `${formatRef(failed.ref)}: ${failed.message ?? failed.outcome}`;
}
