import {
  findScaled,
  formatRef,
  listBudgetPods,
  refOf,
  toBudgetStatus,
  toRefKey,
  type Engine,
  type Fact,
  type FactChange,
  type KubernetesObject,
  type ObjectRef,
  type RefKey,
  type World,
} from '../../model/index.ts';
import { compareBy, getString } from '../../std/index.ts';

/** A budget that lets none of its pods go, and why. */
interface StuckBudget {
  readonly budget: KubernetesObject;
  readonly pods: number;
  readonly owners: readonly ObjectRef[];
  readonly reason: string;
}

/**
 * PodDisruptionBudgets that come to let none of their pods be evicted, be they all healthy, or no longer do so: by themselves, or since there
 * are fewer pods (`pkg/controller/disruption`, and the eviction subresource of Pods).
 */
export function createBudgetEngine(expand: (world: World) => World): Engine {
  const read = (world: World): ReadonlyMap<RefKey, StuckBudget> => listStuck(world, expand(world));
  return {
    name: 'scheduler',
    compare: (before, after) => {
      const [was, is] = [before.derive(read), after.derive(read)];
      const gained = [...is].flatMap(([key, stuck]) => (was.has(key) ? [] : [toChange('gained', stuck)]));
      const lost = [...was].flatMap(([key, stuck]) => (is.has(key) || !isLeft(after, expand, stuck) ? [] : [toChange('lost', stuck)]));
      return [...gained, ...lost].toSorted(compareBy(({ fact }) => fact.key));
    },
  };
}

function listStuck(world: World, settled: World): ReadonlyMap<RefKey, StuckBudget> {
  const stuck = new Map<RefKey, StuckBudget>();
  for (const budget of world.byKind('policy', 'PodDisruptionBudget')) {
    const pods = listBudgetPods(settled, budget);
    const { disruptionsAllowed, desiredHealthy, expectedPods, currentHealthy, failure } = toBudgetStatus(settled, budget, isWanted);
    // Where an autoscaler or a quota keeps fewer pods than the controllers ask for, the number that counts is not known.
    if (currentHealthy === 0 || disruptionsAllowed > 0 || expectedPods > currentHealthy) continue;
    const owners = new Map(pods.map((pod) => refOf(findScaled(settled, pod) ?? pod)).map((ref) => [toRefKey(ref), ref]));
    const reason = failure ?? `${desiredHealthy} must be available`;
    stuck.set(toRefKey(refOf(budget)), { budget, pods: currentHealthy, owners: [...owners.values()], reason });
  }
  return stuck;
}

/** Pods that have ended are evicted whatever a budget says. */
function isWanted(pod: KubernetesObject): boolean {
  const phase = getString(pod, 'status', 'phase');
  return phase !== 'Succeeded' && phase !== 'Failed';
}

/** Whether a budget is still there, with pods. */
function isLeft(after: World, expand: (world: World) => World, { budget }: StuckBudget): boolean {
  const now = after.get(refOf(budget));
  return now !== undefined && listBudgetPods(expand(after), now).length > 0;
}

function toChange(change: FactChange['change'], { budget, pods, owners, reason }: StuckBudget): FactChange {
  const subject = refOf(budget);
  const fact: Fact = {
    engine: 'scheduler',
    code: 'KS0009',
    severity: change === 'gained' ? 'warning' : 'info',
    key: `KS0009 ${toRefKey(subject)}`,
    subject,
    data: { budget: formatRef(subject), pods: pods === 1 ? 'its one pod' : `its ${pods} pods`, reason },
    objects: [{ ref: subject, path: '/spec' }, ...owners.map((ref) => ({ ref, path: '/spec/replicas' }))],
  };
  return { change, fact };
}
