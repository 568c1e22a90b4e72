import type { Cluster } from '../cluster/index.ts';
import {
  formatRef,
  refKeyOf,
  refOf,
  type KubernetesObject,
  type ObjectRef,
  type Plan,
  type RefKey,
  type Step,
  type Wave,
} from '../model/index.ts';
import { findKeepMark, listHolders } from '../planner/index.ts';
import { getString } from '../std/index.ts';
import type { ApplyPlanOptions } from './apply-options.ts';
import { applyPlan } from './apply-plan.ts';
import type { ApplyResult, StepResult } from './apply-result.ts';
import { removeOwn } from './ended-hooks.ts';
import { parentRef } from './inventory/membership.ts';
import { readInventory, type Inventory } from './inventory/read-inventory.ts';
import { toHookWaves } from './occasion-hooks.ts';

/** How a unit is removed. */
export interface DeleteUnitOptions extends ApplyPlanOptions {
  /** The explicit yes for a Namespace, CustomResourceDefinition, PersistentVolume or PersistentVolumeClaim; without it they are refused. */
  readonly allow?: (ref: ObjectRef) => boolean;
  /** Default true: the hooks of removal are run. */
  readonly runHooks?: boolean;
}

const MOST_NAMES = 5;

const PRECIOUS: ReadonlySet<string> = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/** The order of removal: custom resources while their operators run, webhooks before what answers them, namespaces last. */
const PHASES = ['custom resources', 'webhooks', 'workloads', 'config', 'rbac', 'classes', 'definitions', 'namespaces'] as const;
type RemovalPhase = (typeof PHASES)[number];

const PHASE_OF_KIND: Readonly<Record<string, RemovalPhase>> = {
  '/ConfigMap': 'config',
  '/LimitRange': 'config',
  '/Namespace': 'namespaces',
  '/PersistentVolume': 'classes',
  '/PersistentVolumeClaim': 'config',
  '/ResourceQuota': 'config',
  '/Secret': 'config',
  '/ServiceAccount': 'config',
  'apiextensions.k8s.io/CustomResourceDefinition': 'definitions',
  'networking.k8s.io/IngressClass': 'classes',
  'networking.k8s.io/NetworkPolicy': 'config',
  'policy/PodDisruptionBudget': 'config',
};

const PHASE_OF_GROUP: Readonly<Record<string, RemovalPhase>> = {
  'admissionregistration.k8s.io': 'webhooks',
  'apiregistration.k8s.io': 'webhooks',
  'node.k8s.io': 'classes',
  'rbac.authorization.k8s.io': 'rbac',
  'scheduling.k8s.io': 'classes',
  'storage.k8s.io': 'classes',
};

/**
 * Removes what a unit owns, in the reverse of the order of creation, each wave gone before the next, and its ApplySet
 * parent last. What needs an explicit yes and has none is refused and stays. What is marked to outlive its manifest is kept,
 * and stays a member: the parent then stays too, so that the unit can still be asked for it, take it up again, or remove it
 * once the mark is gone. Whatever would take along what stays (its namespace, its owner, its definition) stays as well.
 */
export async function deleteUnit(cluster: Cluster, unit: string, options: DeleteUnitOptions): Promise<ApplyResult> {
  const inventory = await readInventory(cluster, unit, options);
  const stays = listStays(inventory.objects, options);
  const hooks = options.runHooks === false ? [] : inventory.hooks;
  const ran = new Set(hooks.map(refKeyOf));
  const doomed = inventory.objects.filter((object) => !stays.has(object) && !ran.has(refKeyOf(object)));
  const removal = await toRemovalPlan(cluster, inventory, doomed, hooks);
  const result = await removeHooks(cluster, inventory, hooks, await applyPlan(cluster, removal, options));
  const steps = [...[...stays].map(([object, stay]) => toStayResult(object, stay)), ...result.steps];
  if ([...stays.values()].some(({ outcome }) => outcome === 'refused')) {
    return { ...result, steps, conclusion: result.conclusion === 'applied' ? 'incomplete' : result.conclusion };
  }
  if (result.conclusion !== 'applied' || inventory.object === undefined) return { ...result, steps };
  if (stays.size > 0) return { ...result, steps, message: describeStays(stays) };
  const uid = getString(inventory.object.metadata, 'uid');
  const removed = await cluster.delete(parentRef(unit, options), uid === undefined ? {} : { uid });
  if (removed.kind === 'ok' || removed.reason === 'NotFound') return { ...result, steps };
  return { ...result, steps, conclusion: 'incomplete', message: `the inventory: ${removed.message}` };
}

/** What of a unit would stay if all of it were deleted, whatever needs a yes included: why, by identity. */
export function listKept(members: readonly KubernetesObject[]): ReadonlyMap<RefKey, string> {
  return new Map([...listStays(members, { allow: () => true })].map(([object, { reason }]) => [refKeyOf(object), reason]));
}

/** Why a member is not removed. */
interface Stay {
  readonly outcome: 'refused' | 'unchanged';
  readonly reason: string;
}

function listStays(members: readonly KubernetesObject[], options: Pick<DeleteUnitOptions, 'allow'>): ReadonlyMap<KubernetesObject, Stay> {
  const stays = new Map<KubernetesObject, Stay>();
  for (const object of members) {
    const mark = findKeepMark(object);
    if (mark !== undefined) stays.set(object, { outcome: 'unchanged', reason: `kept: ${mark}` });
    else if (isPrecious(object) && options.allow?.(refOf(object)) !== true) {
      stays.set(object, { outcome: 'refused', reason: `${formatRef(refOf(object))} is deleted only with an explicit yes` });
    }
  }
  const going = members.filter((object) => !stays.has(object));
  for (const [holder, held] of listHolders(going, [...stays.keys()])) {
    const outcome = stays.get(held)?.outcome ?? 'unchanged';
    stays.set(holder, { outcome, reason: `kept: ${formatRef(refOf(held))}, which stays, would go with it` });
  }
  return stays;
}

function toStayResult(object: KubernetesObject, { outcome, reason }: Stay): StepResult {
  return { ref: refOf(object), action: 'delete', wave: 0, outcome, message: reason };
}

function describeStays(stays: ReadonlyMap<KubernetesObject, Stay>): string {
  const names = [...stays].map(([object, { reason }]) => `${formatRef(refOf(object))} (${reason})`);
  const rest = names.length - MOST_NAMES;
  const list = [...names.slice(0, MOST_NAMES), ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
  return `Not deleted, and still of the unit: ${list}.`;
}

function isPrecious(object: KubernetesObject): boolean {
  const { group, kind } = refOf(object);
  return PRECIOUS.has(`${group}/${kind}`);
}

/** What a hook may stand on stays until the last of them has ended. */
const GROUND: ReadonlySet<RemovalPhase> = new Set<RemovalPhase>(['definitions', 'namespaces']);

async function toRemovalPlan(
  cluster: Cluster,
  { unit, id, hooks: known }: Inventory,
  objects: readonly KubernetesObject[],
  hooks: readonly KubernetesObject[],
): Promise<Plan> {
  const phases = PHASES.map((label): Wave => {
    const members = objects.filter((object) => phaseOf(refOf(object)) === label);
    return { index: 0, label, steps: members.map((object) => toRemoval(object, 0)) };
  });
  const isGround = ({ label }: Wave): boolean => PHASES.some((phase) => phase === label && GROUND.has(phase));
  const all = [
    ...(await toHookWaves(cluster, hooks, 'before-removal', { id, salt: '' })),
    ...phases.filter((wave) => !isGround(wave)),
    ...(await toHookWaves(cluster, hooks, 'after-removal', { id, salt: '' })),
    ...phases.filter(isGround),
  ];
  const waves = all
    .filter(({ steps }) => steps.length > 0)
    .map(({ label, steps }, index): Wave => ({ index, label, steps: steps.map((step) => ({ ...step, wave: index })) }));
  const source = { kind: 'none', description: 'removal', kubernetesVersions: [] } as const;
  const nothing = { unchanged: [], findings: [], effects: [] };
  return { unit, fieldManager: 'kapply', before: source, after: source, waves, ...nothing, hooks: known, salt: '' };
}

/** Once everything has gone well the hooks go, too; after a failure they stay, to be looked into. */
async function removeHooks(
  cluster: Cluster,
  { id }: Inventory,
  hooks: readonly KubernetesObject[],
  result: ApplyResult,
): Promise<ApplyResult> {
  if (result.conclusion !== 'applied') return result;
  const left: string[] = [];
  for (const ref of hooks.map(refOf)) {
    const isGone = (await removeOwn(cluster, ref, id)) || (await cluster.get(ref)) === undefined;
    if (!isGone) left.push(formatRef(ref));
  }
  return left.length === 0
    ? result
    : { ...result, conclusion: 'incomplete', message: `hooks that could not be deleted: ${left.join(', ')}` };
}

function toRemoval(object: KubernetesObject, wave: number): Step {
  const uid = getString(object.metadata, 'uid') ?? '';
  const resourceVersion = getString(object.metadata, 'resourceVersion') ?? '';
  return {
    action: 'delete',
    ref: refOf(object),
    fields: [],
    wave,
    precondition: { kind: 'present', uid, resourceVersion, fieldsHash: '' },
  };
}

function phaseOf({ group, kind }: ObjectRef): RemovalPhase {
  const known = PHASE_OF_KIND[`${group}/${kind}`] ?? PHASE_OF_GROUP[group];
  if (known !== undefined) return known;
  return group.includes('.') && !group.endsWith('.k8s.io') ? 'custom resources' : 'workloads';
}
