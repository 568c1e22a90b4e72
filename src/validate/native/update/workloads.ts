import { getArray, getBoolean, getNumber, getObject, getString, isObject, type JsonObject, type JsonValue } from '../../../std/index.ts';
import { forbidden, invalid } from '../field-error.ts';
import type { Pair } from './pair.ts';

const STATEFUL_SET_FIELDS = new Set([
  'minReadySeconds',
  'ordinals',
  'persistentVolumeClaimRetentionPolicy',
  'replicas',
  'revisionHistoryLimit',
  'template',
  'updateStrategy',
]);
const STATEFUL_SET_TEXT =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', " +
  "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** `ValidateStatefulSetUpdate`. */
export function checkStatefulSetUpdate(set: Pair): void {
  const spec = set.at('spec');
  const changed = spec.listChanged().find((name) => !STATEFUL_SET_FIELDS.has(name));
  if (changed !== undefined) spec.is.failBelow([changed], forbidden(STATEFUL_SET_TEXT), '');
}

/** `ValidateDeploymentUpdate`, and those of the other kinds whose selector stays. */
export function checkSelectorUpdate(workload: Pair): void {
  workload.at('spec', 'selector').fixed();
}

const FIXED_STRUCTS = ['podFailurePolicy', 'successPolicy'];
const FIXED_VALUES = ['backoffLimitPerIndex', 'completionMode', 'managedBy'];

/** `ValidateJobSpecUpdate`. */
export function checkJobUpdate(job: Pair, version: string): void {
  const spec = job.at('spec');
  checkCompletions(spec);
  spec.at('selector').fixed();
  checkTemplate(job, version);
  for (const name of FIXED_VALUES) spec.at(name).fixed();
  for (const name of FIXED_STRUCTS) spec.at(name).fixedStruct();
}

function checkCompletions(spec: Pair): void {
  const completions = spec.at('completions');
  if (spec.at('completionMode').is.text !== 'Indexed') return completions.fixed();
  if (completions.isSame || !completions.is.isSet || completions.is.number === (spec.at('parallelism').is.number ?? 1)) return undefined;
  return completions.is.fail(invalid(completions.is.value ?? null, 'can only be modified in tandem with spec.parallelism'));
}

/** Of a suspended Job, where its pods may run is open, and from 1.36 on what they ask for. */
function checkTemplate(job: Pair, version: string): void {
  const template = job.at('spec', 'template');
  const isNew = version === '1.36';
  const isOpen = isNew ? isIdle(job.before) : isSuspended(job.before) && !hasStarted(job.before);
  const before = isOpen ? withDirectives(template.before, template.is.object) : template.before;
  if (!isNew || !isOpen) return template.holding(before, template.is.object).fixedStruct();
  const spec = template.at('spec');
  const was = withResources(getObject(before, 'spec') ?? {}, spec.is.object);
  return spec.holding(was, spec.is.object).fixedStruct();
}

function isSuspended(job: JsonObject): boolean {
  return getBoolean(job, 'spec', 'suspend') === true;
}

function hasStarted(job: JsonObject): boolean {
  return getString(job, 'status', 'startTime') !== undefined;
}

function isIdle(job: JsonObject): boolean {
  const conditions = getArray(job, 'status', 'conditions');
  const hasStopped = conditions.some((item) => getString(item, 'type') === 'Suspended' && getString(item, 'status') === 'True');
  return isSuspended(job) && (!hasStarted(job) || hasStopped) && (getNumber(job, 'status', 'active') ?? 0) === 0;
}

const DIRECTIVES = ['nodeSelector', 'schedulingGates', 'tolerations'];

/** The template before with all that says where its pods may run as it is after. */
function withDirectives(before: JsonObject, after: JsonObject): JsonObject {
  const metadata = { ...getObject(before, 'metadata'), ...take(getObject(after, 'metadata') ?? {}, ['annotations', 'labels']) };
  const [was, is] = [getObject(before, 'spec') ?? {}, getObject(after, 'spec') ?? {}];
  return { ...before, metadata, spec: { ...was, ...take(is, DIRECTIVES), ...affinityOf(was, is) } };
}

/** Fields as they are, and null where they are not. */
function take(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, object[name] ?? null]));
}

function affinityOf(was: JsonObject, is: JsonObject): JsonObject {
  const [before, after] = [getObject(was, 'affinity'), getObject(is, 'affinity')];
  if (before === undefined && after === undefined) return {};
  const { nodeAffinity: _, ...others } = before ?? {};
  const kept = after?.['nodeAffinity'];
  if (kept !== undefined) return { affinity: { ...others, nodeAffinity: kept } };
  return { affinity: after === undefined && Object.keys(others).length === 0 ? null : others };
}

/** The pod before with the resources of its containers as they are after, if these are the same containers. */
function withResources(before: JsonObject, after: JsonObject): JsonObject {
  const lists = ['containers', 'initContainers'].map((name): [string, JsonValue] => {
    const [was, is] = [getArray(before, name), getArray(after, name)];
    const items = was.map((item, index) => {
      const other = is[index];
      if (was.length !== is.length || !isObject(item) || !isObject(other) || item['name'] !== other['name']) return item;
      return { ...item, resources: other['resources'] ?? null };
    });
    return [name, items];
  });
  return { ...before, ...Object.fromEntries(lists) };
}
