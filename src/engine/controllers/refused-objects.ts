import { namespaceOf, refKeyOf, specOf, type ApplyOrder, type KubernetesObject, type World } from '../../model/index.ts';
import { getOrAdd, groupBy } from '../../std/index.ts';
import { admitPod, type PodAdmission } from './admission/pod-admission.ts';
import type { Amounts } from './admission/amounts.ts';
import { isLive, toCountable, type QuotaLedger } from './admission/quota-ledger.ts';
import { quotaStateOf } from './admission/quota.ts';

/** An object of a plan that a quota of its namespace refuses when it is sent. */
export interface RefusedObject {
  readonly object: KubernetesObject;
  /** `exceeded quota: ...`. */
  readonly why: string;
  readonly quota: KubernetesObject;
  /** What of the quota would have to be how much for it, as it would be written. */
  readonly needed: Readonly<Record<string, string>>;
  /** Whether it would be let in were all gone that the plan deletes at its end. */
  readonly isEarly: boolean;
}

/** The objects that a plan makes in namespaces that have a quota. */
export function listSent(world: World): readonly KubernetesObject[] {
  const { order } = world;
  const quotas = world.kind('', 'ResourceQuota');
  if (order === undefined || quotas.byKey.size === 0) return [];
  return world
    .kinds()
    .flatMap(({ group, kind }) => world.byKind(group, kind))
    .filter((object) => order.created.has(refKeyOf(object)) && !isLive(object) && quotas.inNamespace(namespaceOf(object)).length > 0);
}

/** Asks the quotas about the objects of a plan, one after the other. */
export class Sending {
  readonly refused: RefusedObject[] = [];
  readonly #admission: PodAdmission;
  readonly #ledger: QuotaLedger;
  readonly #leaving: ReadonlyMap<string, readonly KubernetesObject[]>;
  readonly #leavingUse = new Map<KubernetesObject, Amounts>();

  constructor(ledger: QuotaLedger, admission: PodAdmission, order: ApplyOrder | undefined) {
    this.#ledger = ledger;
    this.#admission = admission;
    this.#leaving = groupBy(order?.leaving ?? [], (object) => namespaceOf(object) ?? '');
  }

  /** Sends one; answers whether it is made. */
  send(object: KubernetesObject): boolean {
    const stored = this.#admit(object);
    const refusal = this.#ledger.findRefusal(stored, (quota) => this.#useOfLeaving(quota));
    if (refusal === undefined) {
      this.#ledger.book(stored);
      return true;
    }
    const { quota, why, neededFor } = refusal;
    const isEarly = this.#ledger.findRefusal(stored) === undefined;
    this.refused.push({ object, quota, why, needed: neededFor(1), isEarly });
    return false;
  }

  #useOfLeaving(quota: KubernetesObject): Amounts {
    const leaving = this.#leaving.get(namespaceOf(quota) ?? '') ?? [];
    return getOrAdd(this.#leavingUse, quota, () => quotaStateOf(quota, leaving.map(toCountable)).used);
  }

  #admit(object: KubernetesObject): KubernetesObject {
    if (object.kind !== 'Pod' || object.apiVersion !== 'v1') return object;
    return { ...object, spec: admitPod(specOf(object), namespaceOf(object), this.#admission).spec };
  }
}
