import { applyMerge, updateMerge } from '../../src/planner/index.ts';
import { withMetadata, type Kind, type KubernetesObject, type SchemaCatalog } from '../../src/model/index.ts';
import { defaultObject } from '../../src/model/schema/index.ts';
import { getArray, getString, isObject, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { compact, withoutFields } from './compact.ts';
import { MADE_KINDS, makeObject } from './objects.ts';
import type { Random } from './random.ts';

const MANAGERS = ['kapply', 'hpa', 'kubectl-edit'];
const STEPS = 6;

/** Every kind, with each outcome that a merge may have. */
export const MERGE_BRANCHES: readonly string[] = MADE_KINDS.flatMap((kind) =>
  ['applied', 'applied by force', 'conflict', 'created', 'updated'].map((what) => `${kind} ${what}`),
);

/** A few applies and updates of one object by three managers. */
export function makeMergeCase(random: Random): { readonly steps: readonly JsonObject[] } {
  const kind = random.pick(MADE_KINDS);
  return { steps: random.list(2 + random.below(STEPS), () => makeStep(makeObject(kind, 'x', random), random)) };
}

function makeStep(object: KubernetesObject, random: Random): JsonObject {
  return { op: random.once(4) ? 'update' : 'apply', manager: random.pick(MANAGERS), force: random.once(3), object };
}

/** One step, and what it is asked of. */
export interface MergeQuestion {
  readonly kind: Kind;
  readonly live: KubernetesObject | undefined;
  readonly asked: KubernetesObject;
  readonly manager: string;
  readonly force: boolean;
  readonly catalog: SchemaCatalog;
}

/** What we make of an apply, or the message of the conflict. */
export function applyOurs({ kind, live, asked, manager, force, catalog }: MergeQuestion, now: string): JsonValue {
  const outcome = applyMerge({ live, applied: asked, manager, force, schema: kind.schema, now, hasStatusSubresource: hasStatus(kind) });
  return outcome.kind === 'conflict' ? { conflict: outcome.message } : comparable(defaultObject(outcome.object, catalog), kind);
}

/** What we make of an update that is stored as `stored`, sent with these managed fields. */
export function updateOurs({ kind, live, manager }: MergeQuestion, stored: KubernetesObject, sent: JsonValue | undefined): JsonValue {
  const input = { live, manager, schema: kind.schema, now: timeOf(stored), hasStatusSubresource: hasStatus(kind) };
  const body = live === undefined && isObject(stored['spec']) ? { ...stored, spec: withoutFields(stored['spec'], ...GIVEN) } : stored;
  return comparable(updateMerge({ ...input, updated: withMetadata(body, { managedFields: sent }) }), kind);
}

function hasStatus(kind: Kind): boolean {
  return kind.subresources.includes('status');
}

/** When the server made its last entry: entries are ordered by time. */
export function timeOf(object: JsonObject): string {
  const times = getArray(object, 'metadata', 'managedFields').map((entry) => getString(entry, 'time') ?? '');
  return times.toSorted().at(-1) ?? '2026-01-01T00:00:00Z';
}

const SYSTEM = ['uid', 'resourceVersion', 'creationTimestamp', 'generation', 'namespace'];
/** What is given to a Service once its owners are known. */
export const GIVEN: readonly string[] = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];
/** The traffic policy is taken away from Services that nobody outside can reach (`dropTypeDependentFields` of the registry). */
const ALLOCATED = [...GIVEN, 'externalTrafficPolicy'];

/** What Go leaves out of built-in types, or keeps, as the field is declared. */
function isZero(value: JsonValue): boolean {
  return value === '' || value === 0;
}

export function comparable(object: KubernetesObject, kind: Kind): JsonValue {
  const { status: _, spec, ...rest } = object;
  const managedFields = getArray(object.metadata, 'managedFields').map((entry) => (isObject(entry) ? withoutFields(entry, 'time') : entry));
  const metadata = { ...withoutFields(object.metadata, ...SYSTEM), managedFields };
  const kept = kind.kind === 'Service' && isObject(spec) ? withoutFields(spec, ...ALLOCATED) : spec;
  const whole = { ...rest, metadata, ...(kept === undefined ? {} : { spec: kept }) };
  return kind.custom ? { ...whole, metadata: compact(metadata) ?? {} } : (compact(whole, isZero) ?? {});
}
