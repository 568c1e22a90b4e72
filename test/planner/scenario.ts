import {
  type Engine,
  World,
  isKubernetesObject,
  nameOf,
  refKeyOf,
  stepsOf,
  withMetadata,
  type Change,
  type KubernetesObject,
  type Manifest,
  type Plan,
  type RefKey,
  type SchemaCatalog,
  type WorldSource,
} from '../../src/model/index.ts';
import { defaultObject, loadCatalog, toGoForm } from '../../src/model/schema/index.ts';
import { applyMerge, createPlan, type PlanInput } from '../../src/planner/index.ts';
import { toPointer, type JsonObject } from '../../src/std/index.ts';
import { judgeTransition } from '../../src/validate/index.ts';

export const CATALOG: SchemaCatalog = loadCatalog('1.36');
export const NOW = '2026-11-21T00:00:00Z';
const SOURCE: WorldSource = { kind: 'none', description: 'test', kubernetesVersions: ['1.36'] };

/** Decodes an object of a test. */
export function object(value: JsonObject): KubernetesObject {
  const named = { metadata: {}, ...value };
  if (!isKubernetesObject(named)) throw new Error('not an object');
  return named;
}

/** A manifest whose positions say which path was asked for: `a.yaml /spec/replicas`. */
export function manifest(value: JsonObject, file = 'a.yaml', line = 1): Manifest {
  const locate = (path: readonly (string | number)[]): ReturnType<Manifest['origin']['locate']> => ({
    file: `${file} ${toPointer(path)}`.trimEnd(),
    line,
    column: 1,
    endLine: line,
    endColumn: 1,
  });
  return { object: object(value), origin: { file, document: 0, line, locate } };
}

/** What is not as usual in a plan. */
export interface PlanOptions extends Partial<PlanInput> {
  readonly engines?: readonly Engine[];
}

/** The plan from one set of objects to another, in a cluster unless told otherwise. */
export function plan(
  before: readonly KubernetesObject[],
  desired: readonly Manifest[],
  { engines = [], ...options }: PlanOptions = {},
): Plan {
  return createPlan({ ...toInput(before, desired), ...options }, engines);
}

/** The input of that plan. Everything that is there before is ours. */
export function toInput(before: readonly KubernetesObject[], desired: readonly Manifest[]): PlanInput {
  return {
    unit: 'test',
    fieldManager: 'kapply',
    desired,
    before: World.of(before),
    beforeSource: SOURCE,
    afterSource: SOURCE,
    mode: 'live',
    owned: new Set(before.map(refKeyOf)),
    ownedByOthers: new Map(),
    context: World.EMPTY,
    catalog: CATALOG,
    defaultNamespace: 'default',
    findings: [],
    salt: 'salt',
    now: NOW,
    forceConflicts: false,
    judgeUpdate: (was, is) => judgeTransition(was, is, CATALOG),
  };
}

/** The object as a cluster holds it after this manager applied it: merged, written by Go, defaulted, with a uid and a version. */
export function stored(value: JsonObject, manager = 'kapply', live?: KubernetesObject): KubernetesObject {
  const applied = object(value);
  const namespaced = CATALOG.find({ group: groupOf(applied), version: versionOf(applied), kind: applied.kind })?.namespaced === true;
  const full = namespaced && applied.metadata['namespace'] === undefined ? withMetadata(applied, { namespace: 'default' }) : applied;
  const kind = CATALOG.find({ group: groupOf(full), version: versionOf(full), kind: full.kind });
  const outcome = applyMerge({ live, applied: full, manager, force: true, schema: kind?.schema, now: NOW });
  if (outcome.kind !== 'ok') throw new Error(outcome.message);
  const version = Number(live?.metadata['resourceVersion'] ?? 0) + 1;
  const written = kind === undefined ? outcome.object : toGoForm(kind, outcome.object);
  return withMetadata(defaultObject(written, CATALOG), {
    uid: live?.metadata['uid'] ?? `uid-${nameOf(full)}`,
    resourceVersion: `${version}`,
  });
}

/** The cluster after a plan was applied to it, as the API server would leave it. */
export function applied(before: readonly KubernetesObject[], what: Plan): readonly KubernetesObject[] {
  const objects = new Map<RefKey, KubernetesObject>(before.map((item) => [refKeyOf(item), item]));
  for (const step of stepsOf(what)) {
    const live = before.find((item) => refKeyOf(item) === refKeyOf(step.desired ?? item) && step.desired !== undefined);
    if (step.desired === undefined) for (const [key, item] of objects) if (matches(item, step)) objects.delete(key);
    if (step.desired !== undefined)
      objects.set(refKeyOf(step.desired), stored(step.desired, 'kapply', step.action === 'replace' ? undefined : live));
  }
  return [...objects.values()];
}

/** The change of an object, by kind and name. */
export function changeOf(what: Plan, kind: string, name: string): Change | undefined {
  return stepsOf(what).find(({ ref }) => ref.kind === kind && ref.name === name);
}

/** What a plan does, in short: `update Deployment web /spec/replicas`. */
export function summary(what: Plan): readonly string[] {
  return stepsOf(what).map(({ action, ref, fields }) => [action, ref.kind, ref.name, ...fields.map(({ path }) => path)].join(' '));
}

function matches(item: KubernetesObject, step: Change): boolean {
  return item.kind === step.ref.kind && item.metadata['name'] === step.ref.name && item.metadata['namespace'] === step.ref.namespace;
}

function groupOf({ apiVersion }: KubernetesObject): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function versionOf({ apiVersion }: KubernetesObject): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}
