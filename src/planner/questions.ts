import { readGatekeepers } from '../engine/admission/index.ts';
import {
  stepsOf,
  toRefKey,
  type Admission,
  type KubernetesObject,
  type ObjectRef,
  type Plan,
  type RefKey,
  type Schema,
  type Step,
  type World,
} from '../model/index.ts';
import { getArray, getNumber, getObject, getString } from '../std/index.ts';
import type { PlanInput } from './input.ts';
import { isSecret } from './secret.ts';
import { findStandIn, type StandIn } from './stand-in.ts';

/** A change that the API server is to be asked about, in a dry run. */
export interface Question {
  readonly step: Step;
  /** Whether a webhook or policy that may change it is asked. */
  readonly mutated: boolean;
  /** Why the API server cannot be asked, a sentence; absent where it can. */
  readonly obstacle?: string;
  /** The namespace to ask in, where its own is made in the same change. */
  readonly standIn?: StandIn;
  /** Whether a webhook or policy is, or may be, asked. */
  readonly isSeen: boolean;
}

/** What of a plan is asked about: everything, or what the cluster may answer otherwise than we do. */
export interface QuestionOptions {
  readonly mode: 'auto' | 'always';
  /** True where the cluster is of another version than the schemas at hand, or hides who has a say. */
  readonly isForeign: boolean;
}

/**
 * The changes to ask the API server about, in the order of the plan: those that a webhook or policy may change or refuse,
 * that have rules in CEL or checks that are not ours, that the built-in admission or a quota decides, that are of a kind or
 * version that we do not know, and replacements, which delete something.
 */
export function listQuestions(plan: Plan, input: PlanInput, options: QuestionOptions): readonly Question[] {
  const asked = indexAdmission(plan.admission ?? []);
  const made = listMade(plan);
  const deaf = new Set(readGatekeepers(input.before).flatMap((item) => (item.takesDryRun ? [] : [`${item.kind}\0${item.name}`])));
  const steps = stepsOf(plan);
  return steps.flatMap((step) => {
    const seenBy = asked.get(toRefKey(step.ref)) ?? [];
    if (options.mode === 'auto' && seenBy.length === 0 && !isDoubtful(step, input, options)) return [];
    const silent = seenBy.find(({ admission, isSure }) => isSure && deaf.has(`${admission.kind}\0${admission.name}`));
    const barrier = findObstacle(step, made, input, options) ?? (silent === undefined ? undefined : describeSilent(silent.admission));
    const isHomeless = barrier === undefined && isIn(step.ref, made.namespaces);
    const obstacle = isHomeless ? `the Namespace ${step.ref.namespace ?? ''} is made in the same change` : barrier;
    const standIn = isHomeless ? findStandIn(step.ref, steps, input.before) : undefined;
    const isSeen = seenBy.length > 0;
    const mutated = seenBy.some(({ admission }) => admission.kind === 'MutatingWebhook' || admission.kind === 'MutatingAdmissionPolicy');
    return [{ step, mutated, isSeen, ...(obstacle === undefined ? {} : { obstacle }), ...(standIn === undefined ? {} : { standIn }) }];
  });
}

interface SeenBy {
  readonly admission: Admission;
  readonly isSure: boolean;
}

function indexAdmission(all: readonly Admission[]): ReadonlyMap<RefKey, readonly SeenBy[]> {
  const index = new Map<RefKey, SeenBy[]>();
  const add = (ref: ObjectRef, seen: SeenBy): void => {
    const key = toRefKey(ref);
    const known = index.get(key);
    if (known === undefined) index.set(key, [seen]);
    else known.push(seen);
  };
  for (const admission of all) {
    for (const ref of admission.sees) add(ref, { admission, isSure: true });
    for (const ref of admission.maySee) add(ref, { admission, isSure: false });
  }
  return index;
}

function describeSilent({ kind, name }: Admission): string {
  return `the ${kind === 'MutatingWebhook' ? 'mutating' : 'validating'} webhook ${name} is not called in a dry run`;
}

/** What the plan itself makes that later changes stand on. */
interface Made {
  readonly namespaces: ReadonlySet<string>;
  /** Kinds whose definitions the plan makes, or changes in what they define, as `group/Kind`. */
  readonly kinds: ReadonlySet<string>;
}

function listMade(plan: Plan): Made {
  const steps = stepsOf(plan).filter(({ action }) => action !== 'delete');
  const definitions = steps.filter(({ ref }) => ref.group === 'apiextensions.k8s.io' && ref.kind === 'CustomResourceDefinition');
  const changed = definitions.filter(({ action, fields }) => action !== 'update' || fields.some(({ path }) => path.startsWith('/spec')));
  return {
    namespaces: new Set(
      steps.flatMap(({ ref, action }) => (ref.group === '' && ref.kind === 'Namespace' && action !== 'update' ? [ref.name] : [])),
    ),
    kinds: new Set(
      changed.map(({ desired }) => `${getString(desired, 'spec', 'group') ?? ''}/${getString(desired, 'spec', 'names', 'kind') ?? ''}`),
    ),
  };
}

function findObstacle({ ref, action, desired }: Step, made: Made, { catalog }: PlanInput, { mode }: QuestionOptions): string | undefined {
  if (action === 'delete') return undefined;
  if (made.kinds.has(`${ref.group}/${ref.kind}`)) {
    const schema = catalog.find(ref)?.schema;
    const rules = schema !== undefined && hasRules(schema) ? ', and its rules in CEL are not looked at' : '';
    return `the definition of ${ref.kind} is made or changed in the same change${rules}`;
  }
  const isHidden = desired !== undefined && isSecret(desired) && mode === 'auto';
  return isHidden ? 'values of Secrets are sent in a dry run only with --server-dry-run always' : undefined;
}

function isIn({ namespace }: ObjectRef, namespaces: ReadonlySet<string>): boolean {
  return namespace !== undefined && namespaces.has(namespace);
}

/** Kinds whose writes the server checks in ways that are not ours: it compiles their CEL, or its plugins decide. */
const CHECKED: ReadonlySet<string> = new Set([
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/Pod',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/ResourceClaim',
  'resource.k8s.io/ResourceClaimTemplate',
]);

function isDoubtful({ ref, action, desired }: Step, { catalog, before }: PlanInput, { isForeign }: QuestionOptions): boolean {
  if (action === 'delete') return false;
  if (isForeign || action === 'replace' || ref.group === 'admissionregistration.k8s.io' || CHECKED.has(`${ref.group}/${ref.kind}`))
    return true;
  const kind = catalog.find(ref);
  if (kind === undefined || (kind.custom && hasRules(kind.schema))) return true;
  return asksForPlace(desired) || (action === 'create' && isBounded(ref, before));
}

/** Whether an object asks for something that only one may have: an address or port, or to be the default of all. */
function asksForPlace(desired: KubernetesObject | undefined): boolean {
  if (desired?.kind === 'PriorityClass') return desired['globalDefault'] === true;
  if (desired?.kind !== 'Service') return false;
  const { clusterIP = 'None' } = getObject(desired, 'spec') ?? {};
  return clusterIP !== 'None' || getArray(desired, 'spec', 'ports').some((port) => getNumber(port, 'nodePort') !== undefined);
}

/** Whether a namespace may refuse another object: it has a quota, or is going away. */
function isBounded({ namespace }: ObjectRef, before: World): boolean {
  if (namespace === undefined) return false;
  const home = before.get({ group: '', kind: 'Namespace', name: namespace });
  return before.kind('', 'ResourceQuota').inNamespace(namespace).length > 0 || home?.metadata['deletionTimestamp'] !== undefined;
}

const known = new WeakMap<Schema, boolean>();

/** Whether there are CEL rules anywhere in a schema. */
function hasRules(schema: Schema): boolean {
  const answer = known.get(schema);
  if (answer !== undefined) return answer;
  // Until it is known: schemas may hold themselves.
  known.set(schema, false);
  const { additionalProperties, items, properties = {}, validations = [] } = schema;
  const below = [
    ...Object.values(properties),
    ...(items === undefined ? [] : [items]),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ];
  const found = validations.length > 0 || below.some(hasRules);
  known.set(schema, found);
  return found;
}
