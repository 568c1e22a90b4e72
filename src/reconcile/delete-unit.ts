import type { Cluster } from '../cluster/index.ts';
import { formatRef, refOf, type KubernetesObject, type ObjectRef, type Plan, type Step, type Wave } from '../model/index.ts';
import { getString } from '../std/index.ts';
import type { ApplyPlanOptions } from './apply-options.ts';
import { applyPlan } from './apply-plan.ts';
import type { ApplyResult, StepResult } from './apply-result.ts';
import { readInventory } from './inventory/read-inventory.ts';
import { parentRef } from './inventory/membership.ts';

/** How a unit is removed. */
export interface DeleteUnitOptions extends ApplyPlanOptions {
  /** The explicit yes for a Namespace, CustomResourceDefinition, PersistentVolume or PersistentVolumeClaim; without it they are refused. */
  readonly allow?: (ref: ObjectRef) => boolean;
}

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
 * parent last. What needs an explicit yes and has none is refused and stays, and then so do the parent and the namespaces.
 */
export async function deleteUnit(cluster: Cluster, unit: string, options: DeleteUnitOptions): Promise<ApplyResult> {
  const inventory = await readInventory(cluster, unit, options);
  const kept = inventory.objects.filter((object) => isPrecious(object) && options.allow?.(refOf(object)) !== true);
  const doomed = inventory.objects.filter((object) => !kept.includes(object));
  const refused = kept.map((object): StepResult => {
    const message = `${formatRef(refOf(object))} is deleted only with an explicit yes`;
    return { ref: refOf(object), action: 'delete', wave: 0, outcome: 'refused', message };
  });
  const result = await applyPlan(cluster, toRemovalPlan(unit, doomed), options);
  const steps = [...refused, ...result.steps];
  if (refused.length > 0) return { ...result, steps, conclusion: result.conclusion === 'applied' ? 'incomplete' : result.conclusion };
  if (result.conclusion !== 'applied' || inventory.object === undefined) return { ...result, steps };
  const uid = getString(inventory.object.metadata, 'uid');
  const removed = await cluster.delete(parentRef(unit, options), uid === undefined ? {} : { uid });
  if (removed.kind === 'ok' || removed.reason === 'NotFound') return { ...result, steps };
  return { ...result, steps, conclusion: 'incomplete', message: `the inventory: ${removed.message}` };
}

function isPrecious(object: KubernetesObject): boolean {
  const { group, kind } = refOf(object);
  return PRECIOUS.has(`${group}/${kind}`);
}

function toRemovalPlan(unit: string, objects: readonly KubernetesObject[]): Plan {
  const phases = PHASES.map((label) => ({ label, members: objects.filter((object) => phaseOf(refOf(object)) === label) }));
  const waves = phases
    .filter(({ members }) => members.length > 0)
    .map(({ label, members }, index): Wave => ({ index, label, steps: members.map((object) => toRemoval(object, index)) }));
  const source = { kind: 'none', description: 'removal', kubernetesVersions: [] } as const;
  return { unit, fieldManager: 'kapply', before: source, after: source, waves, unchanged: [], findings: [], effects: [], salt: '' };
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
