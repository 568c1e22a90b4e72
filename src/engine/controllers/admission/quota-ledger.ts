import { namespaceOf, type KubernetesObject, type World } from '../../../model/index.ts';
import { getObject, getString } from '../../../std/index.ts';
import { NOTHING, readAmounts } from './amounts.ts';
import { isLimitOf } from './quota-usage.ts';
import { charge, findQuotaRefusal, hardOf, quotaStateOf, type Countable, type QuotaRefusal, type QuotaState } from './quota.ts';
import { resourceNameOf } from './resource-name.ts';

/** Resources of which a world holds all objects that there are, so that they are counted; of others a quota's status may know more. */
const WHOLE: readonly string[] = ['persistentvolumeclaims', 'pods', 'services'];

/** Keeps the books of the quotas of a world, object by object, as they are made. */
export class QuotaLedger {
  readonly #world: World;
  readonly #states = new Map<string, readonly QuotaState[]>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Whether a namespace has quotas at all. */
  has(namespace: string | undefined): boolean {
    return this.#world.kind('', 'ResourceQuota').inNamespace(namespace).length > 0;
  }

  /** Books an object that is to be made, unless a quota refuses it. */
  take(object: KubernetesObject): QuotaRefusal | undefined {
    const refusal = findQuotaRefusal(this.#statesOf(namespaceOf(object)), toCountable(object));
    if (refusal === undefined) this.book(object);
    return refusal;
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
    return this.#world
      .kind('', 'ResourceQuota')
      .inNamespace(namespace)
      .map((quota) => {
        const { used } = quotaStateOf(quota, this.#listCounted(quota));
        const known = readAmounts(getObject(quota, 'status', 'used'));
        const names = [...hardOf(quota).keys()].filter((name) => !WHOLE.some((resource) => isLimitOf(resource, name)));
        return { quota, used: new Map([...used, ...names.map((name) => [name, known.get(name) ?? used.get(name) ?? NOTHING] as const)]) };
      });
  }

  *#listCounted(quota: KubernetesObject): Generator<Countable> {
    const names = [...hardOf(quota).keys()];
    for (const { group, kind } of this.#world.kinds()) {
      for (const object of this.#world.kind(group, kind).inNamespace(namespaceOf(quota))) {
        const resource = resourceNameOf(object);
        if (!names.some((name) => isLimitOf(resource, name))) break;
        yield { resource, object };
      }
    }
  }
}

function toCountable(object: KubernetesObject): Countable {
  return { resource: resourceNameOf(object), object };
}

/** Whether an object is in the cluster already. */
export function isLive(object: KubernetesObject): boolean {
  return getString(object.metadata, 'uid') !== undefined;
}
