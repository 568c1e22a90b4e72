import type { Cluster, ObjectList } from '../cluster/index.ts';
import { KplanError, refKeyOf, toRefKey, type KubernetesObject, type RefKey, type Step } from '../model/index.ts';
import type { Clock } from '../std/index.ts';

/** From so many steps of one kind and namespace on, one list is cheaper than a look at each object. */
const LISTED_FROM = 10;
/** A list is given up where it holds so many times the objects that are asked for. */
const WASTE = 20;
const PAGE = 500;
/** Milliseconds for which a list says what is there. */
const FRESH = 5_000;
/** Milliseconds after which a step that was read from a list may be read from another one. */
const AGAIN = 1_000;

interface Group {
  readonly size: number;
  listing?: Listing;
}

interface Listing {
  readonly at: number;
  readonly objects: Promise<ReadonlyMap<RefKey, KubernetesObject> | undefined>;
  readonly read: Set<Step>;
}

/**
 * Reads the live objects of steps before they are written: of many of one kind by one list that is at most a few seconds
 * old, since a write is fenced by the version that was read; what is to be deleted or replaced is looked at by itself, and so is what
 * was refused and is tried again.
 */
export class LiveReader {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #groups = new Map<string, Group>();

  constructor(cluster: Cluster, clock: Clock, steps: readonly Step[]) {
    this.#cluster = cluster;
    this.#clock = clock;
    const sizes = new Map<string, number>();
    for (const step of steps) if (mayBeListed(step)) sizes.set(keyOf(step), (sizes.get(keyOf(step)) ?? 0) + 1);
    for (const [key, size] of sizes) this.#groups.set(key, { size });
  }

  /** The live object of a step; undefined where there is none. */
  async read(step: Step): Promise<KubernetesObject | undefined> {
    const group = mayBeListed(step) ? this.#groups.get(keyOf(step)) : undefined;
    const listing = group === undefined || group.size < LISTED_FROM ? undefined : this.#listingFor(step, group);
    const objects = await listing?.objects;
    return objects === undefined ? await this.#cluster.get(step.ref) : objects.get(toRefKey(step.ref));
  }

  #listingFor(step: Step, group: Group): Listing | undefined {
    const now = this.#clock.now();
    const { listing } = group;
    const isRead = listing?.read.has(step) === true;
    if (isRead && now - listing.at < AGAIN) return undefined;
    const usable =
      listing === undefined || isRead || now - listing.at > FRESH ? (group.listing = this.#list(step, group.size, now)) : listing;
    usable.read.add(step);
    return usable;
  }

  #list(step: Step, size: number, at: number): Listing {
    return { at, objects: this.#tryList(step, size), read: new Set() };
  }

  /** Undefined where a list is not to be had, such as for an identity that may only look at objects, or holds mostly others. */
  async #tryList({ ref }: Step, size: number): Promise<ReadonlyMap<RefKey, KubernetesObject> | undefined> {
    const scope = { limit: PAGE, ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }) };
    const objects = new Map<RefKey, KubernetesObject>();
    try {
      let next: string | undefined;
      do {
        const page: ObjectList = await this.#cluster.list(ref, { ...scope, ...(next === undefined ? {} : { continue: next }) });
        for (const item of page.items) objects.set(refKeyOf(item), item);
        next = page.continue;
        if (next !== undefined && objects.size > size * WASTE) return undefined;
      } while (next !== undefined && next !== '');
      return objects;
    } catch (error) {
      if (error instanceof KplanError) return undefined;
      throw error;
    }
  }
}

function mayBeListed({ action }: Step): boolean {
  return action === 'create' || action === 'update';
}

function keyOf({ ref }: Step): string {
  return `${ref.group}/${ref.version}/${ref.kind}/${ref.namespace ?? ''}`;
}
