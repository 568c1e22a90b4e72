import type { Cluster } from '../../cluster/index.ts';
import { KplanError, refKeyOf, refOf, type KubernetesObject, type ObjectRef, type RefKey } from '../../model/index.ts';
import { PART_OF_LABEL, readInventory, type Inventory, type InventoryOptions } from '../../reconcile/index.ts';
import { aborted, pause, sha256, stringifyJson, type Clock } from '../../std/index.ts';

const RETRY = 5_000;

/**
 * Watches the objects that the unit owns until the signal aborts. Calls `onDrift` when one of them is
 * deleted or changed by anyone in more than its status, and `onWatching` each time the watches have begun, or begun anew:
 * what happened before that is nobody's news, and whoever called looks at the whole once more.
 */
export async function watchDrift(
  cluster: Cluster,
  unit: string,
  options: InventoryOptions & {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly onDrift: () => void;
    readonly onWatching: () => void;
  },
): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    const round = new AbortController();
    const listening = AbortSignal.any([signal, round.signal]);
    try {
      const inventory = await readInventory(cluster, unit, options);
      const owned = new Set(inventory.objects.map((object) => refKeyOf(object)));
      const watches = await Promise.all(toScopes(inventory).map((scope) => openWatch(cluster, scope, owned)));
      if (signal.aborted) return;
      options.onWatching();
      await Promise.race([aborted(signal), ...watches.map((watch) => follow(cluster, watch, listening, options.onDrift))]);
    } catch (error) {
      if (!(error instanceof KplanError)) throw error;
    } finally {
      round.abort();
    }
    await pause(options.clock, RETRY, signal);
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

interface Watch {
  readonly ref: ObjectRef;
  readonly options: { readonly namespace?: string; readonly resourceVersion: string };
  /** The hashes of what is owned, as last seen. */
  readonly known: Map<RefKey, string>;
}

async function openWatch(cluster: Cluster, { ref, labelSelector }: Scope, owned: ReadonlySet<RefKey>): Promise<Watch> {
  const within = ref.namespace === undefined ? {} : { namespace: ref.namespace };
  const { items, resourceVersion } = await cluster.list(ref, { ...within, labelSelector });
  const mine = items.filter((object) => owned.has(refKeyOf(object)));
  return { ref, options: { ...within, resourceVersion }, known: new Map(mine.map((object) => [refKeyOf(object), hashOf(object)])) };
}

/** Ends when the watch does: it was aborted, or is too old to go on. */
async function follow(cluster: Cluster, { ref, options, known }: Watch, signal: AbortSignal, onDrift: () => void): Promise<void> {
  for await (const event of cluster.watch(ref, { ...options, signal })) {
    if (event.type === 'expired' || signal.aborted) return;
    if (event.type === 'bookmark') continue;
    const key = refKeyOf(event.object);
    const before = known.get(key);
    if (before === undefined) continue;
    const after = event.type === 'deleted' ? '' : hashOf(event.object);
    known.set(key, after);
    if (after !== before) onDrift();
  }
}

/** What a drift is a change of: everything but the status and the server's bookkeeping. */
function hashOf(object: KubernetesObject): string {
  const { resourceVersion: _, managedFields: __, generation: ___, ...metadata } = object.metadata;
  const { status: ____, ...rest } = object;
  return sha256(stringifyJson({ ...rest, metadata }));
}
