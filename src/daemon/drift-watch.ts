import type { Cluster } from '../cluster/index.ts';
import { KplanError, refKeyOf, refOf, type KubernetesObject, type ObjectRef, type RefKey } from '../model/index.ts';
import { PART_OF_LABEL, readInventory, type Inventory, type InventoryOptions } from '../reconcile/index.ts';
import { pause, sha256, stringifyJson, type Clock } from '../std/index.ts';

const RETRY = 5_000;

/**
 * Calls `onDrift` once, when an object that the unit owns is deleted or changed by anyone in more than its status, after
 * which whoever called looks at the whole. Ends then, or when the signal aborts. Watches the kinds and namespaces of what is owned.
 */
export async function watchDrift(
  cluster: Cluster,
  unit: string,
  options: InventoryOptions & { readonly clock: Clock; readonly signal: AbortSignal; readonly onDrift: () => void },
): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  while (!signal.aborted) {
    try {
      const inventory = await readInventory(cluster, unit, options);
      if (inventory.objects.length === 0) return;
      await Promise.all(toScopes(inventory).map((scope) => watchScope(cluster, scope, signal, notice)));
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
    }
    await pause(options.clock, RETRY, signal);
  }

  function notice(): void {
    if (signal.aborted) return;
    ended.abort();
    options.onDrift();
  }
}

interface Scope {
  readonly ref: ObjectRef;
  readonly labelSelector: string;
}

function toScopes({ objects, id }: Inventory): readonly Scope[] {
  const scopes = new Map<string, Scope>();
  for (const object of objects) {
    const ref = refOf(object);
    scopes.set(`${ref.group}/${ref.kind}/${ref.namespace ?? ''}`, { ref, labelSelector: `${PART_OF_LABEL}=${id}` });
  }
  return [...scopes.values()];
}

async function watchScope(cluster: Cluster, scope: Scope, signal: AbortSignal, notice: () => void): Promise<void> {
  const { ref, labelSelector } = scope;
  const within = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const { items, resourceVersion } = await cluster.list(ref, { ...within, labelSelector });
  const known = new Map<RefKey, string>(items.map((object) => [refKeyOf(object), hashOf(object)]));
  for await (const event of cluster.watch(ref, { ...within, resourceVersion, signal })) {
    if (event.type === 'expired' || signal.aborted) return;
    if (event.type === 'bookmark') continue;
    const before = known.get(refKeyOf(event.object));
    if (before === undefined) continue;
    if (event.type === 'deleted' || hashOf(event.object) !== before) return notice();
  }
}

/** What a drift is a change of: everything but the status and the server's bookkeeping. */
function hashOf(object: KubernetesObject): string {
  const { resourceVersion: _, managedFields: __, generation: ___, ...metadata } = object.metadata;
  const { status: ____, ...rest } = object;
  return sha256(stringifyJson({ ...rest, metadata }));
}
