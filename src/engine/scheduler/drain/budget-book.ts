import { listBudgetsOf, nameOf, toBudgetStatus, type BudgetStatus, type KubernetesObject, type World } from '../../../model/index.ts';
import { getArray, getNumber, getString } from '../../../std/index.ts';
import { isFinished } from './leaving-pods.ts';

/** What the eviction subresource answers (`pkg/registry/core/pod/storage/eviction.go`). */
export type EvictionAnswer =
  | { readonly kind: 'evicted' }
  | {
      readonly kind: 'refused';
      /** 429: it may pass later; 500: it never passes. */
      readonly code: 429 | 500;
      /** `namespace/name` of the budgets that select the pod. */
      readonly budgets: readonly string[];
      /** The API server's words. */
      readonly message: string;
      /** Its cause: how many healthy pods the budget needs, and how many there are. */
      readonly cause: string;
    };

const EVICTED: EvictionAnswer = { kind: 'evicted' };
const WOULD_VIOLATE = "Cannot evict pod as it would violate the pod's disruption budget.";
const TOO_MANY = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';

/** The disruption budgets of a world, from one count of the disruption controller to the next: what is granted is taken off. */
export class BudgetBook {
  readonly #world: World;
  readonly #statuses = new Map<KubernetesObject, BudgetStatus & { disruptionsAllowed: number }>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Asks for the eviction of a pod; what is granted counts against its budget. */
  evict(pod: KubernetesObject): EvictionAnswer {
    if (mayIgnoreBudgets(pod)) return EVICTED;
    const budgets = listBudgetsOf(this.#world, pod);
    const [budget, ...others] = budgets;
    if (budget === undefined) return EVICTED;
    const names = budgets.map((item) => `${getString(item.metadata, 'namespace') ?? ''}/${nameOf(item)}`);
    if (others.length > 0) return { kind: 'refused', code: 500, budgets: names, message: TOO_MANY, cause: '' };
    const status = this.#statusOf(budget);
    if (!isReady(pod) && mayEvictUnready(budget, status)) return EVICTED;
    if (status.disruptionsAllowed === 0)
      return { kind: 'refused', code: 429, budgets: names, message: WOULD_VIOLATE, cause: describeRefusal(nameOf(budget), status) };
    status.disruptionsAllowed--;
    return EVICTED;
  }

  #statusOf(budget: KubernetesObject): BudgetStatus & { disruptionsAllowed: number } {
    let status = this.#statuses.get(budget);
    if (status === undefined) this.#statuses.set(budget, (status = { ...this.#count(budget) }));
    return status;
  }

  // A dump without the controllers of its pods still holds what the disruption controller had counted.
  #count(budget: KubernetesObject): BudgetStatus {
    const counted = toBudgetStatus(this.#world, budget, isReady);
    const [expectedPods, desiredHealthy] = ['expectedPods', 'desiredHealthy'].map((field) => getNumber(budget, 'status', field));
    if (counted.failure === undefined || expectedPods === undefined || desiredHealthy === undefined) return counted;
    if (getArray(budget, 'status', 'conditions').some((item) => getString(item, 'reason') === 'SyncFailed')) return counted;
    const { currentHealthy } = counted;
    const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
    return { expectedPods, desiredHealthy, currentHealthy, disruptionsAllowed };
  }
}

/** Pods that have ended, have not started or are being deleted are no disruption. */
function mayIgnoreBudgets(pod: KubernetesObject): boolean {
  return isFinished(pod) || getString(pod, 'status', 'phase') === 'Pending' || getString(pod.metadata, 'deletionTimestamp') !== undefined;
}

function mayEvictUnready(budget: KubernetesObject, { currentHealthy, desiredHealthy }: BudgetStatus): boolean {
  if (getString(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** Whether a pod is ready; one that is only placed, as the scheduler would, is taken to become so. */
export function isReady(pod: KubernetesObject): boolean {
  if (getString(pod, 'status', 'phase') === undefined) return getString(pod, 'spec', 'nodeName') !== undefined;
  return getArray(pod, 'status', 'conditions').some((item) => getString(item, 'type') === 'Ready' && getString(item, 'status') === 'True');
}

function describeRefusal(name: string, { currentHealthy, desiredHealthy, failure }: BudgetStatus): string {
  if (failure !== undefined)
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failure}`;
  if (currentHealthy <= desiredHealthy)
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  return `The disruption budget ${name} does not allow evicting pods currently`;
}
