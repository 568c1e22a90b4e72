import { formatRef, type KubernetesObject, type Precondition, type Step } from '../model/index.ts';
import { appliedHashOf, fieldsHashOf, hashSecret } from '../planner/index.ts';
import { fromPointer, getAt, getString, isArray, isEqualJson, type JsonValue } from '../std/index.ts';
import { ownerOf } from './inventory/membership.ts';
import type { CheckResult } from './machine-state.ts';

/** What a step is checked with. */
export interface CheckContext {
  /** The ApplySet ID of the unit. */
  readonly id: string;
  /** The ApplySet ID of the unit that the step takes the object over from, as the plan says and whoever applies it allowed. */
  readonly takesFrom: string | undefined;
  /** The salt of the plan's hashes. */
  readonly salt: string;
  /** Who applies. */
  readonly fieldManager: string;
  /** Whether applying the step would change nothing (asked of the cluster as a dry run). */
  readonly isInEffect: (step: Step) => Promise<boolean>;
}

type Present = Extract<Precondition, { kind: 'present' }>;

/** Compares the live object, whose version will fence the write, with what a step relies on. */
export async function checkStep(step: Step, live: KubernetesObject | undefined, context: CheckContext): Promise<CheckResult> {
  return live === undefined ? checkAbsent(step) : checkPresent(step, live, context);
}

function checkAbsent(step: Step): CheckResult {
  if (step.action === 'none') return toStale(step, 'no longer exists');
  if (step.action === 'delete') return { kind: 'satisfied' };
  if (step.precondition.kind === 'absent') return { kind: 'ready' };
  if (step.action === 'replace') return { kind: 'removed' };
  return toStale(step, 'no longer exists');
}

async function checkPresent(step: Step, live: KubernetesObject, context: CheckContext): Promise<CheckResult> {
  const owner = ownerOf(live);
  const removes = step.action === 'delete' || step.action === 'replace';
  const isTaken = owner !== undefined && owner === context.takesFrom && !removes && step.action !== 'none';
  if (owner !== undefined && owner !== context.id && !isTaken) return toStale(step, `belongs to another ApplySet (${owner})`);
  if (step.action === 'none') {
    const kept = findKeptChange(step, live, context);
    return kept === undefined ? { kind: 'ready' } : toStale(step, kept);
  }
  if (removes && isGoingAlready(step, live) && owner === context.id) return { kind: 'ready' };
  const changed = findChange(step, live, context);
  if (changed !== undefined) {
    const settled = step.action !== 'delete' && (await context.isInEffect(step));
    return settled ? { kind: 'satisfied' } : toStale(step, changed);
  }
  if (removes && owner === undefined) {
    return toStale(step, 'is not deleted: it carries no label that proves it to be of this unit; `kapply adopt` takes it over');
  }
  if (!removes && getString(live.metadata, 'deletionTimestamp') !== undefined) {
    return { kind: 'rejected', passing: true, message: `${formatRef(step.ref)} is being deleted` };
  }
  return { kind: 'ready' };
}

// A deletion whose answer was lost is asked for again.
function isGoingAlready({ precondition }: Step, { metadata }: KubernetesObject): boolean {
  const isSame = precondition.kind === 'present' && precondition.uid === getString(metadata, 'uid');
  return isSame && getString(metadata, 'deletionTimestamp') !== undefined;
}

function findChange(step: Step, live: KubernetesObject, context: CheckContext): string | undefined {
  const { precondition } = step;
  if (precondition.kind === 'absent') return 'already exists, and did not when the plan was made';
  if (precondition.uid === '') return findOtherBefore(step, live, context.salt);
  return comparePresent(precondition, live, () => fieldsHashOf(live, context.salt));
}

/** Of a plan that compares revisions and so has seen no live object, what counts are the fields that it changes: they are as they were. */
function findOtherBefore({ fields }: Step, live: KubernetesObject, salt: string): string | undefined {
  const known = hashSecret(live, salt);
  const other = fields.find(({ path, before }) => !isEqualJson(valueAt(known, path) ?? null, before ?? null));
  return other === undefined ? undefined : `is not as in the revision that the plan was made from: ${other.path} differs`;
}

function valueAt(object: KubernetesObject, pointer: string): JsonValue | undefined {
  return fromPointer(pointer).reduce<JsonValue | undefined>((value, step) => getAt(value, isArray(value) ? Number(step) : step), object);
}

/** Of an object that is to stay as it is, what was applied counts: others may write the rest of it as they like. */
function findKeptChange({ precondition }: Step, live: KubernetesObject, { salt, fieldManager }: CheckContext): string | undefined {
  return precondition.kind === 'absent' ? undefined : comparePresent(precondition, live, () => appliedHashOf(live, fieldManager, salt));
}

function comparePresent(relied: Present, live: KubernetesObject, toHash: () => string): string | undefined {
  if (relied.uid !== getString(live.metadata, 'uid')) return 'was deleted and created again since the plan was made';
  const version = getString(live.metadata, 'resourceVersion') ?? '';
  if (relied.resourceVersion === version || relied.fieldsHash === '' || relied.fieldsHash === toHash()) return undefined;
  return `was changed since the plan was made (resourceVersion ${relied.resourceVersion}, now ${version})`;
}

function toStale(step: Step, what: string): CheckResult {
  return { kind: 'stale', reason: `${formatRef(step.ref)} ${what}` };
}
