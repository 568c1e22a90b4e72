import type { Cluster } from '../cluster/index.ts';
import { stepsOf, type ObjectRef, type Plan } from '../model/index.ts';
import { sortedUnique } from '../std/index.ts';
import type { ApplyPlanOptions } from './apply-options.ts';
import { joinExtents, readParent, toGroupKindName, writeParent, type Extent, type Parent } from './inventory/parent.ts';
import { keepPopulated } from './inventory/read-inventory.ts';
import type { Rejection } from './machine-state.ts';
import { toRejection, toThrownRejection } from './rejections.ts';

/**
 * The inventory of a unit while its plan is applied. The parent names every kind and namespace that may hold a member
 * before the first object is written, and only those that do once the last is (KEP-3659), so that an interruption leaks nothing.
 */
export class UnitInventory {
  readonly #cluster: Cluster;
  readonly #unit: string;
  readonly #options: ApplyPlanOptions;
  readonly #wanted: Extent;
  readonly #parent: Parent;
  #widened: Promise<Rejection | undefined> | undefined;

  private constructor(cluster: Cluster, plan: Plan, parent: Parent, options: ApplyPlanOptions) {
    this.#cluster = cluster;
    this.#unit = plan.unit;
    this.#options = options;
    this.#parent = parent;
    this.#wanted = extentOf([...plan.unchanged, ...stepsOf(plan).flatMap(({ action, ref }) => (action === 'delete' ? [] : [ref]))]);
  }

  /** Reads the parent; throws `KplanError` REFUSED where it is another's. */
  static async open(cluster: Cluster, plan: Plan, options: ApplyPlanOptions): Promise<UnitInventory> {
    return new UnitInventory(cluster, plan, await readParent(cluster, plan.unit, options), options);
  }

  get id(): string {
    return this.#parent.id;
  }

  /** Whether the unit has a parent already. */
  get exists(): boolean {
    return this.#parent.object !== undefined;
  }

  /** Makes the parent name all that is there or will be; once, whoever asks. Tried again only after a refusal. */
  async widen(): Promise<Rejection | undefined> {
    this.#widened ??= this.#write(joinExtents(this.#parent.extent, this.#wanted));
    const rejection = await this.#widened;
    if (rejection !== undefined) this.#widened = undefined;
    return rejection;
  }

  /** Makes the parent name exactly what is there. */
  async narrow(): Promise<Rejection | undefined> {
    try {
      const wanted = new Set(this.#wanted.groupKinds);
      const left = this.#parent.extent.groupKinds.filter((kind) => !wanted.has(kind));
      // The parent's own namespace is never named by it, so that it need not be looked through to be left out.
      const own = this.#options.namespace ?? 'default';
      const extra = this.#parent.extent.namespaces.filter((namespace) => namespace !== own && !this.#wanted.namespaces.includes(namespace));
      const kinds = extra.length > 0 ? this.#parent.extent.groupKinds : left;
      return await this.#write(joinExtents(this.#wanted, await keepPopulated(this.#cluster, this.#parent, kinds)));
    } catch (error) {
      return toThrownRejection(error);
    }
  }

  async #write(extent: Extent): Promise<Rejection | undefined> {
    try {
      const { namespace, forceConflicts = false } = this.#options;
      const options = { ...(namespace === undefined ? {} : { namespace }), force: forceConflicts };
      const refusal = await writeParent(this.#cluster, this.#unit, extent, options);
      return refusal === undefined ? undefined : toRejection(refusal);
    } catch (error) {
      return toThrownRejection(error);
    }
  }
}

function extentOf(refs: readonly ObjectRef[]): Extent {
  return { groupKinds: sortedUnique(refs.map(toGroupKindName)), namespaces: sortedUnique(refs.flatMap((ref) => ref.namespace ?? [])) };
}
