import type { Cluster, WorldReading } from '../cluster/index.ts';
import {
  gvkOf,
  KplanError,
  stepsOf,
  type KubernetesObject,
  type ObjectRef,
  type Plan,
  type Step,
  type UnchangedObject,
} from '../model/index.ts';
import { intentKeyOf, intentOf, isHookOf, type Intents } from '../planner/index.ts';
import { sortedUnique } from '../std/index.ts';
import type { ApplyPlanOptions } from './apply-options.ts';
import {
  joinExtents,
  readParent,
  toGroupKindName,
  saysAlready,
  writeParent,
  type Extent,
  type Parent,
  type ParentContent,
} from './inventory/parent.ts';
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
  readonly #hooks: readonly KubernetesObject[];
  readonly #steps: readonly Step[];
  readonly #unchanged: readonly UnchangedObject[];
  readonly #parent: Parent;
  #widened: Promise<Rejection | undefined> | undefined;

  private constructor(cluster: Cluster, plan: Plan, parent: Parent, options: ApplyPlanOptions) {
    this.#cluster = cluster;
    this.#unit = plan.unit;
    this.#options = options;
    this.#parent = parent;
    this.#steps = stepsOf(plan);
    this.#unchanged = plan.unchanged;
    this.#hooks = (plan.hooks ?? []).filter(isKept);
    this.#wanted = extentOf([...plan.unchanged, ...stepsOf(plan).flatMap(({ action, ref }) => (action === 'delete' ? [] : [ref]))]);
  }

  /** Reads the parent; throws `KplanError` REFUSED where it is another's. */
  static async open(cluster: Cluster, plan: Plan, options: ApplyPlanOptions, reading?: WorldReading): Promise<UnitInventory> {
    const parent = await readParent(cluster, plan.unit, { ...options, ...(reading === undefined ? {} : { reading }) });
    return new UnitInventory(cluster, plan, parent, options);
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
    this.#widened ??= this.#write({ ...joinExtents(this.#parent.extent, this.#wanted), intents: this.#forget() });
    const rejection = await this.#widened;
    if (rejection === undefined) return undefined;
    this.#widened = undefined;
    return { ...rejection, message: `the inventory of the unit cannot be written first: ${rejection.message}` };
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
      const content = { ...joinExtents(this.#wanted, await this.#findPopulated(kinds)), intents: this.#remember() };
      return this.#isUntouched(content) ? undefined : await this.#write(content);
    } catch (error) {
      return toThrownRejection(error);
    }
  }

  /** What may not be listed (any more, where the right to it went with its Namespace) is not known to hold nothing. */
  async #findPopulated(kinds: readonly string[]): Promise<Extent> {
    try {
      return await keepPopulated(this.#cluster, this.#parent, kinds);
    } catch (error) {
      if (error instanceof KplanError && error.code === 'CLUSTER_REFUSED') return this.#parent.extent;
      throw error;
    }
  }

  /** What was last applied to what is to be written is not known again until all of it is. */
  #forget(): Intents {
    const changed = new Set(this.#steps.map(({ ref }) => intentKeyOf(ref)));
    return new Map([...this.#parent.intents].filter(([key]) => !changed.has(key)));
  }

  #remember(): Intents {
    const applied = this.#steps.flatMap(({ ref, desired }): readonly (readonly [string, string])[] => {
      const intent = desired === undefined ? undefined : intentOf(desired);
      return intent === undefined ? [] : [[intentKeyOf(ref), intent]];
    });
    const kept = this.#unchanged.flatMap(({ intent, ...ref }) => (intent === undefined ? [] : [[intentKeyOf(ref), intent] as const]));
    return new Map([...this.#forget(), ...kept, ...applied]);
  }

  /** Whether nothing was written, and the parent says so already. */
  #isUntouched(content: ParentContent): boolean {
    const { object } = this.#parent;
    if (this.#widened !== undefined || object === undefined) return false;
    return saysAlready(object, this.#unit, { ...content, hooks: this.#hooks }, this.#options);
  }

  async #write(content: ParentContent): Promise<Rejection | undefined> {
    try {
      const { namespace, forceConflicts } = this.#options;
      const options = { ...(namespace === undefined ? {} : { namespace }), force: forceConflicts === true };
      const refusal = await writeParent(this.#cluster, this.#unit, { ...content, hooks: this.#hooks }, options);
      return refusal === undefined ? undefined : toRejection(refusal);
    } catch (error) {
      return toThrownRejection(error);
    }
  }
}

/** Values of Secrets are kept in Secrets only. */
function isKept(hook: KubernetesObject): boolean {
  const { group, kind } = gvkOf(hook);
  return isHookOf(hook, 'before-removal', 'after-removal') && !(group === '' && kind === 'Secret');
}

function extentOf(refs: readonly ObjectRef[]): Extent {
  return { groupKinds: sortedUnique(refs.map(toGroupKindName)), namespaces: sortedUnique(refs.flatMap((ref) => ref.namespace ?? [])) };
}
