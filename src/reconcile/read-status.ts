import type { Cluster } from '../cluster/index.ts';
import { refOf, toRefKey, type ObjectRef, type RefKey } from '../model/index.ts';
import { explainWorkloads } from './explain-workloads.ts';
import { assessHealth } from './health/assess-health.ts';
import type { HealthRules } from './health/custom.ts';
import type { Health, HealthContext, HealthMode, HealthStatus } from './health/health.ts';
import { toBindingModes } from './binding-modes.ts';
import type { InventoryOptions } from './inventory/membership.ts';
import { readInventory } from './inventory/read-inventory.ts';
import { listAll } from './list-all.ts';

/** One owned object. */
export interface OwnedObject {
  readonly ref: ObjectRef;
  readonly health: Health;
  /** True where the manifests no longer ask for it, so that the next apply would delete it. */
  readonly prunable: boolean;
}

/** What a unit owns and how that is. */
export interface UnitStatus {
  readonly unit: string;
  /** Whether the unit was ever applied here. */
  readonly exists: boolean;
  readonly applySetId: string;
  /** By ref. */
  readonly objects: readonly OwnedObject[];
  /** How many objects have each status; statuses that none has are left out. */
  readonly summary: Readonly<Partial<Record<HealthStatus, number>>>;
  /** Kinds that the inventory names and the cluster does not serve. */
  readonly unserved: readonly string[];
}

/**
 * What a unit owns in a cluster, the health of each object (of workloads with what is wrong with their pods) and, where `wanted` gives the identities that the manifests ask
 * for, what would be pruned. Throws `KplanError` REFUSED for a parent of another tool.
 */
export async function readStatus(
  cluster: Cluster,
  unit: string,
  options: InventoryOptions & {
    readonly now: number;
    readonly healthMode?: HealthMode;
    readonly healthRules?: HealthRules;
    readonly wanted?: ReadonlySet<RefKey>;
  },
): Promise<UnitStatus> {
  const inventory = await readInventory(cluster, unit, options);
  const claims = inventory.objects.some(({ kind }) => kind === 'PersistentVolumeClaim');
  const classes = claims ? (await listAll(cluster, { group: 'storage.k8s.io', version: 'v1', kind: 'StorageClass' }, {})).items : [];
  const context: HealthContext = {
    mode: options.healthMode ?? 'strict',
    now: options.now,
    waitsForConsumer: toBindingModes(classes),
    ...(options.healthRules === undefined ? {} : { custom: options.healthRules }),
  };
  const judged = inventory.objects.map((object) => ({ ref: refOf(object), health: assessHealth(object, context) }));
  const ill = judged.filter(({ health }) => health.status !== 'Current').map(({ ref }) => ref);
  const reasons = await explainWorkloads(cluster, ill, options.now);
  const objects = judged.map(({ ref, health }): OwnedObject => {
    const key = toRefKey(ref);
    return { ref, health: withReason(health, reasons.get(key)), prunable: options.wanted?.has(key) === false };
  });
  const summary: Partial<Record<HealthStatus, number>> = {};
  for (const { health } of objects) summary[health.status] = (summary[health.status] ?? 0) + 1;
  return { unit, exists: inventory.object !== undefined, applySetId: inventory.id, objects, summary, unserved: inventory.unserved };
}

function withReason(health: Health, reason: string | undefined): Health {
  return reason === undefined ? health : { ...health, message: `${health.message}; ${reason}` };
}
