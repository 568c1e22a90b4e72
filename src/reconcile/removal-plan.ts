import type { Cluster } from '../cluster/index.ts';
import { refOf, type KubernetesObject, type ObjectRef, type Plan, type Step, type Wave } from '../model/index.ts';
import type { Occasion } from '../planner/index.ts';
import { getString } from '../std/index.ts';
import type { Inventory } from './inventory/read-inventory.ts';
import { toHookWaves } from './occasion-hooks.ts';

/** Custom resources go while their operators run, webhooks before what answers them, namespaces last. */
type RemovalPhase = 'custom resources' | 'webhooks' | 'workloads' | 'config' | 'rbac' | 'classes' | 'definitions' | 'namespaces';

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

/** What of a unit is deleted, and what is run on the way. */
export interface Doomed {
  readonly objects: readonly KubernetesObject[];
  readonly hooks: readonly KubernetesObject[];
}

/** A part of a removal: hooks, and what is deleted once they have ended. */
export interface RemovalPart {
  readonly occasion: Occasion;
  readonly phases: readonly RemovalPhase[];
}

/** What a hook may stand on, its Namespace and the definition of its kind, stays until the last of them has ended. */
export const REMOVAL_PARTS: readonly RemovalPart[] = [
  { occasion: 'before-removal', phases: ['custom resources', 'webhooks', 'workloads', 'config', 'rbac', 'classes'] },
  { occasion: 'after-removal', phases: ['definitions', 'namespaces'] },
];

/** The plan of a part, from what the cluster holds when it is that part's turn: a hook of both parts is made anew in each. */
export async function toRemovalPlan(
  cluster: Cluster,
  { unit, id, hooks: known }: Inventory,
  { objects, hooks }: Doomed,
  { occasion, phases }: RemovalPart,
): Promise<Plan> {
  const deletions = phases.map((label): Wave => {
    const members = objects.filter((object) => phaseOf(refOf(object)) === label);
    return { index: 0, label, steps: members.map(toRemoval) };
  });
  const waves = [...(await toHookWaves(cluster, hooks, occasion, { id, salt: '' })), ...deletions]
    .filter(({ steps }) => steps.length > 0)
    .map(({ label, steps }, index): Wave => ({ index, label, steps: steps.map((step) => ({ ...step, wave: index })) }));
  const source = { kind: 'none', description: 'removal', kubernetesVersions: [] } as const;
  const nothing = { unchanged: [], findings: [], effects: [] };
  return { unit, fieldManager: 'kapply', before: source, after: source, waves, ...nothing, hooks: known, salt: '' };
}

function toRemoval(object: KubernetesObject): Step {
  const uid = getString(object.metadata, 'uid') ?? '';
  const resourceVersion = getString(object.metadata, 'resourceVersion') ?? '';
  return {
    action: 'delete',
    ref: refOf(object),
    fields: [],
    wave: 0,
    precondition: { kind: 'present', uid, resourceVersion, fieldsHash: '' },
  };
}

function phaseOf({ group, kind }: ObjectRef): RemovalPhase {
  const known = PHASE_OF_KIND[`${group}/${kind}`] ?? PHASE_OF_GROUP[group];
  if (known !== undefined) return known;
  return group.includes('.') && !group.endsWith('.k8s.io') ? 'custom resources' : 'workloads';
}
