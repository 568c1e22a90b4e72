import { stepsOf, type KubernetesObject, type ObjectRef, type Plan, type SchemaCatalog, type Step } from '../model/index.ts';
import { fromPointer, getString, isArray, isObject, toFieldPath, type JsonValue } from '../std/index.ts';
import { canonicalOf } from './canonical.ts';
import { diffValues } from './diff.ts';
import { fieldsHashOf } from './fields-hash.ts';
import { ownerOfField } from './field-owner.ts';
import { hashSecret } from './secret.ts';

/** A step that no longer fits the live object. */
export interface StaleStep {
  readonly step: Step;
  readonly reason: string;
}

/**
 * The steps of a plan that have gone stale, each with the reason: what it relied on appeared, vanished, was made anew or
 * changed, and in which field, by whom. A status that moved on makes nothing stale.
 */
export function checkPreconditions(
  plan: Plan,
  find: (ref: ObjectRef) => KubernetesObject | undefined,
  catalog: SchemaCatalog,
): readonly StaleStep[] {
  return stepsOf(plan).flatMap((step) => {
    const reason = checkStep(step, find(step.ref), plan.salt, catalog);
    return reason === undefined ? [] : [{ step, reason }];
  });
}

function checkStep(step: Step, live: KubernetesObject | undefined, salt: string, catalog: SchemaCatalog): string | undefined {
  const { precondition } = step;
  if (precondition.kind === 'absent') return live === undefined ? undefined : 'it exists now, and did not when the plan was made';
  if (live === undefined) return step.action === 'delete' ? undefined : 'it does not exist any more';
  if (getString(live.metadata, 'uid') !== precondition.uid) return 'it was deleted and created again: its uid is another';
  if (getString(live.metadata, 'resourceVersion') === precondition.resourceVersion) return undefined;
  if (fieldsHashOf(live, salt) === precondition.fieldsHash) return undefined;
  return describeChange(step, hashSecret(live, salt), catalog);
}

function describeChange(step: Step, live: KubernetesObject, catalog: SchemaCatalog): string {
  const before = rebuildBefore(step);
  const [field] = before === undefined ? [] : diffValues(before, canonicalOf(live, catalog), catalog.find(step.ref)?.schema);
  if (field === undefined) return 'it was changed since the plan was made';
  const steps = fromPointer(field.path);
  const owner = ownerOfField(live, steps);
  return `.${toFieldPath(steps)} was changed since the plan was made${owner === undefined ? '' : ` by "${owner}"`}`;
}

/** The object that the plan was made on: what it would become, with each changed field put back. */
function rebuildBefore(step: Step): JsonValue | undefined {
  if (step.merged === undefined || step.action !== 'update') return undefined;
  return step.fields.reduce<JsonValue>((value, field) => putBack(value, fromPointer(field.path), field.before), step.merged);
}

function putBack(value: JsonValue, path: readonly string[], before: JsonValue | undefined): JsonValue {
  const [first, ...rest] = path;
  if (first === undefined) return before ?? null;
  if (isArray(value)) {
    const index = Number(first);
    if (rest.length > 0) return value.map((item, at) => (at === index ? putBack(item, rest, before) : item));
    return before === undefined ? value.filter((_, at) => at !== index) : value.map((item, at) => (at === index ? before : item));
  }
  const fields: Record<string, JsonValue> = isObject(value) ? { ...value } : {};
  if (rest.length > 0) fields[first] = putBack(fields[first] ?? {}, rest, before);
  else if (before === undefined) delete fields[first];
  else fields[first] = before;
  return fields;
}
