import type { Cluster, StatusError } from '../cluster/index.ts';
import { withMetadata, type KubernetesObject, type ObjectRef, type Plan } from '../model/index.ts';
import { releaseFormer, type Adoptee, type Adoption } from '../planner/index.ts';
import { getString, isEqualJson, type JsonObject } from '../std/index.ts';
import type { ApplyPlanOptions } from './apply-options.ts';
import { readParent } from './inventory/parent.ts';
import type { Rejection } from './machine-state.ts';
import { toRejection, toThrownRejection } from './rejections.ts';
import { UnitInventory } from './unit-inventory.ts';

/** What became of one object that was to be taken over. */
export interface AdoptResult {
  readonly ref: ObjectRef;
  readonly outcome: 'adopted' | 'unchanged' | 'failed';
  readonly message?: string;
}

/** How objects are taken over. */
export interface AdoptOptions extends ApplyPlanOptions {
  readonly unit: string;
  readonly fieldManager: string;
}

const RELEASER = 'kapply-adopt';
const ATTEMPTS = 4;

/**
 * Takes objects over: each is looked at anew, what we own from now on is applied with the values that it has, and then the
 * former managers and their marks are taken off. Both writes are fenced by the version that was read, and a lost race is run
 * again. Killed in between, the object has two owners and the next run finishes it. The inventory names all before the
 * first write, so that nothing that carries the label is out of its sight.
 */
export async function adoptObjects(cluster: Cluster, adoptees: readonly Adoptee[], options: AdoptOptions): Promise<readonly AdoptResult[]> {
  if (adoptees.length === 0) return [];
  const refs = adoptees.map(({ ref }) => ref);
  const { hooks } = await readParent(cluster, options.unit, options);
  const inventory = await UnitInventory.open(cluster, { ...toPlan(refs, options), hooks }, options);
  const widened = await inventory.widen();
  if (widened !== undefined) return refs.map((ref) => ({ ref, outcome: 'failed', message: `the inventory: ${widened.message}` }));
  const results: AdoptResult[] = [];
  const queue = [...adoptees.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && options.signal?.aborted !== true; next = queue.shift()) {
      const [index, adoptee] = next;
      results[index] = await adoptOne(cluster, adoptee, options.fieldManager);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 8 }, work));
  const narrowed = await inventory.narrow();
  const message = narrowed === undefined ? 'interrupted before its turn' : `the inventory: ${narrowed.message}`;
  const all = refs.map((ref, index): AdoptResult => results[index] ?? { ref, outcome: 'failed', message });
  return narrowed === undefined ? all : all.map((result) => ({ ...result, outcome: 'failed', message }));
}

function toPlan(refs: readonly ObjectRef[], { unit, fieldManager }: AdoptOptions): Plan {
  const source = { kind: 'none', description: 'adoption', kubernetesVersions: [] } as const;
  return { unit, fieldManager, before: source, after: source, waves: [], unchanged: refs, findings: [], effects: [], salt: '' };
}

async function adoptOne(cluster: Cluster, { ref, decide }: Adoptee, fieldManager: string): Promise<AdoptResult> {
  let rejection: Rejection | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const live = await cluster.get(ref);
      if (live === undefined) return { ref, outcome: 'failed', message: 'no longer exists' };
      const adoption = decide(live);
      if (adoption === undefined) return { ref, outcome: attempt === 0 ? 'unchanged' : 'adopted' };
      const end = await takeOver(cluster, live, adoption, fieldManager);
      if (!('kind' in end)) return { ref, ...end };
      rejection = toRejection(end);
    } catch (error) {
      rejection = toThrownRejection(error);
    }
    if (!rejection.passing) break;
  }
  return { ref, outcome: 'failed', message: rejection?.message ?? 'was changed by others again and again' };
}

async function takeOver(
  cluster: Cluster,
  live: KubernetesObject,
  { applied, dropped, from }: Adoption,
  fieldManager: string,
): Promise<StatusError | Omit<AdoptResult, 'ref'>> {
  // The uid keeps an apply from making anew what is gone; a resourceVersion alone does not.
  const [resourceVersion, uid] = [getString(live.metadata, 'resourceVersion'), getString(live.metadata, 'uid')];
  const object = withMetadata(applied, { resourceVersion, uid });
  const owned = await cluster.apply(object, { fieldManager, force: false });
  if (owned.kind === 'error') return owned;
  const isHeld = from.length > 0 || dropped.length > 0;
  const released = isHeld ? await cluster.update(releaseFormer(owned.object, dropped), { fieldManager: RELEASER }) : owned;
  if (released.kind === 'error') return released;
  if (isEqualJson(contentOf(live), contentOf(released.object))) return { outcome: 'adopted' };
  return { outcome: 'adopted', message: 'the server changed more of it than was asked: see `kubectl get -o yaml --show-managed-fields`' };
}

function contentOf(object: KubernetesObject): JsonObject {
  const { metadata: _m, status: _s, ...content } = object;
  return content;
}
