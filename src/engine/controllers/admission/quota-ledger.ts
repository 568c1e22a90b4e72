import { namespaceOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { getObject, getOrAdd, getString } from '../../../std/index.ts';
import { NOTHING, readAmounts, type Amounts } from './amounts.ts';
import { addUsage, isLimitOf } from './quota-usage.ts';
import { charge, findQuotaRefusal, hardOf, isLimiting, quotaStateOf, type Countable, type QuotaRefusal, type QuotaState } from './quota.ts';
import { resourceNameOf } from './resource-name.ts';

/** Resources of which a world holds all objects that there are, so that they are counted; of others a quota's status may know more. */
const WHOLE: readonly string[] = ['persistentvolumeclaims', 'pods', 'services'];

/** Keeps the books of the quotas of a world, object by object, as they are made. */
export class QuotaLedger {
  #world: World;
  #quotas: World;
  readonly #rules: (quota: KubernetesObject) => boolean;
  readonly #states = new Map<string, readonly QuotaState[]>();

  /** The quotas of `quotas`, where `world` is what they count at first. Those that do not rule yet refuse nothing. */
  constructor(world: World, quotas: World = world, rules: (quota: KubernetesObject) => boolean = () => true) {
    this.#world = world;
    this.#quotas = quotas;
    this.#rules = rules;
  }

  /** Goes on in a later world, in which objects of these namespaces are gone: their books are opened again. */
  reopen(world: World, namespaces: Iterable<string | undefined>): void {
    this.#world = world;
    this.#quotas = world;
    for (const namespace of namespaces) this.#states.delete(namespace ?? '');
  }

  /** Whether a namespace has quotas at all. */
  has(namespace: string | undefined): boolean {
    return this.#quotas.kind('', 'ResourceQuota').inNamespace(namespace).length > 0;
  }

  /** Books an object that is to be made, unless a quota refuses it. */
  take(object: KubernetesObject): QuotaRefusal | undefined {
    const refusal = this.findRefusal(object);
    if (refusal === undefined) this.book(object);
    return refusal;
  }

  /** Why a quota refuses an object that is to be made, where so much more of it is used as others take that will have gone by the end. */
  findRefusal(object: KubernetesObject, taken: (quota: KubernetesObject) => Amounts = () => NO_AMOUNTS): QuotaRefusal | undefined {
    const states = this.#statesOf(namespaceOf(object))
      .filter(({ quota }) => this.#rules(quota))
      .map(({ quota, used }) => ({ quota, used: addUsage(used, taken(quota)) }));
    return findQuotaRefusal(states, toCountable(object));
  }

  /** Books an object that is there. */
  book(object: KubernetesObject): void {
    const namespace = namespaceOf(object);
    const states = this.#statesOf(namespace).map((state) => charge(state, toCountable(object)));
    this.#states.set(namespace ?? '', states);
  }

  #statesOf(namespace: string | undefined): readonly QuotaState[] {
    return this.#states.get(namespace ?? '') ?? this.#open(namespace);
  }

  #open(namespace: string | undefined): readonly QuotaState[] {
    return this.#quotas
      .kind('', 'ResourceQuota')
      .inNamespace(namespace)
      .map((quota) => {
        const used = this.#sumUsed(quota);
        const known = readAmounts(getObject(quota, 'status', 'used'));
        const names = [...hardOf(quota).keys()].filter((name) => !WHOLE.some((resource) => isLimitOf(resource, name)));
        return { quota, used: new Map([...used, ...names.map((name) => [name, known.get(name) ?? used.get(name) ?? NOTHING] as const)]) };
      });
  }

  #sumUsed(quota: KubernetesObject): Amounts {
    let used = quotaStateOf(quota, []).used;
    for (const { group, kind } of this.#world.kinds()) {
      const objects = this.#world.kind(group, kind).inNamespace(namespaceOf(quota));
      const [first] = objects;
      if (first !== undefined && isLimiting(quota, resourceNameOf(first))) used = addUsage(used, usedBy(quota, objects));
    }
    return used;
  }
}

const NO_AMOUNTS: Amounts = new Map();
const USED = new WeakMap<readonly KubernetesObject[], Map<KubernetesObject, Amounts>>();

/** What the objects of one kind and namespace use of a quota. Books are opened again with every step of a rollout, and most lists are the same ones. */
function usedBy(quota: KubernetesObject, objects: readonly KubernetesObject[]): Amounts {
  const known = USED.get(objects) ?? new Map<KubernetesObject, Amounts>();
  USED.set(objects, known);
  return getOrAdd(known, quota, () => quotaStateOf(quota, objects.map(toCountable)).used);
}

/** The object as quotas count it. */
export function toCountable(object: KubernetesObject): Countable {
  return { resource: resourceNameOf(object), object };
}

/** Whether an object is in the cluster already. */
export function isLive(object: KubernetesObject): boolean {
  return getString(object.metadata, 'uid') !== undefined;
}
