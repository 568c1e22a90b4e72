import type { Cluster } from '../../src/cluster/index.ts';
import { readInventory, withMembership } from '../../src/reconcile/index.ts';
import { refKeyOf, refOf, type KubernetesObject, type Plan, type Step, type UnchangedObject, type Wave } from '../../src/model/index.ts';
import { fieldsHashOf, hashSecret, intentOf } from '../../src/planner/index.ts';
import { getNumber, getString, type JsonObject } from '../../src/std/index.ts';
import { type FakeCluster } from './fake-cluster.ts';

export const UNIT = 'shop';
const MANAGER = 'kapply';
const SALT = 'salt';

export function toObject(kind: string, name: string, fields: JsonObject = {}, namespace: string | undefined = 'shop'): KubernetesObject {
  const apiVersion = kind === 'Deployment' ? 'apps/v1' : kind === 'Job' ? 'batch/v1' : 'v1';
  const scope = kind === 'Namespace' || namespace === undefined ? {} : { namespace };
  return { apiVersion, kind, metadata: { name, ...scope }, ...fields };
}

export function toPlan(waves: readonly { readonly label: string; readonly steps: readonly Omit<Step, 'wave' | 'fields'>[] }[]): Plan {
  const source = { kind: 'none', description: '', kubernetesVersions: [] } as const;
  return {
    unit: UNIT,
    fieldManager: MANAGER,
    before: source,
    after: source,
    waves: waves.map(({ label, steps }, index): Wave => ({
      index,
      label,
      steps: steps.map((step) => ({ ...step, fields: [], wave: index })),
    })),
    unchanged: [],
    findings: [],
    effects: [],
    salt: SALT,
  };
}

/** A planner that is good enough for tests: creates, updates and prunes; Namespaces, then configuration, then workloads, then pruning. */
export async function planFor(cluster: Cluster, manifests: readonly KubernetesObject[], unit: string = UNIT): Promise<Plan> {
  const desired = manifests.map((object) => hashSecret(withMembership(object, unit), SALT));
  const inventory = await readInventory(cluster, unit);
  const wanted = new Set(desired.map(refKeyOf));
  const unchanged: KubernetesObject[] = [];
  const steps: Omit<Step, 'wave' | 'fields'>[] = [];
  for (const object of desired) {
    const live = await cluster.get(refOf(object));
    if (live === undefined) {
      steps.push({ action: 'create', ref: refOf(object), desired: object, precondition: { kind: 'absent' } });
      continue;
    }
    const result = await cluster.apply(object, { fieldManager: MANAGER, dryRun: true, force: true });
    if (result.kind === 'ok' && result.operation === 'unchanged') unchanged.push(object);
    else steps.push({ action: 'update', ref: refOf(object), desired: object, precondition: toPrecondition(live) });
  }
  const pruned = inventory.objects.filter((object) => !wanted.has(refKeyOf(object)));
  const deletes = pruned.map((object) => ({ action: 'delete' as const, ref: refOf(object), precondition: toPrecondition(object) }));
  const waves = [
    { label: 'namespaces', steps: steps.filter(({ ref }) => ref.kind === 'Namespace') },
    { label: 'config', steps: steps.filter(({ ref }) => !['Namespace', 'Deployment', 'Job'].includes(ref.kind)) },
    { label: 'workloads', steps: steps.filter(({ ref }) => ['Deployment', 'Job'].includes(ref.kind)) },
    { label: 'prune', steps: deletes },
  ].filter((wave) => wave.steps.length > 0);
  return { ...toPlan(waves), unchanged: unchanged.map(toUnchanged) };
}

function toUnchanged(object: KubernetesObject): UnchangedObject {
  const intent = intentOf(object);
  return { ...refOf(object), ...(intent === undefined ? {} : { intent }) };
}

export function toPrecondition(live: KubernetesObject): Step['precondition'] {
  return {
    kind: 'present',
    uid: getString(live.metadata, 'uid') ?? '',
    resourceVersion: getString(live.metadata, 'resourceVersion') ?? '',
    fieldsHash: fieldsHashOf(live, SALT),
  };
}

/** Controllers that make every Deployment ready at once. */
export function makeReady(object: KubernetesObject, cluster: FakeCluster): void {
  if (object.kind === 'Deployment') cluster.setStatus(object, readyStatus(object));
}

export function readyStatus(object: KubernetesObject): JsonObject {
  const generation = object.metadata['generation'] ?? 1;
  const wanted = getNumber(object, 'spec', 'replicas') ?? 1;
  const count = { replicas: wanted, updatedReplicas: wanted, readyReplicas: wanted, availableReplicas: wanted };
  const conditions = [
    { type: 'Available', status: 'True' },
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
  ];
  return { observedGeneration: generation, ...count, conditions };
}
