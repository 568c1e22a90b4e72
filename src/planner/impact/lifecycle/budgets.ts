import {
  formatRef,
  nameOf,
  readLabelSelector,
  refOf,
  toScaledValue,
  type Fact,
  type KubernetesObject,
  type Selector,
  type World,
} from '../../../model/index.ts';
import { getAt } from '../../../std/index.ts';
import { listSelected, listSelecting, replicasOf } from './selected.ts';
import { countOf, toFact, type Judge, type Transition } from './transition.ts';

/**
 * A PodDisruptionBudget that lets more of the pods be evicted at once than it did, or is gone (`pkg/controller/disruption`). Of pods that
 * another budget selects nothing is said: which of both counts is for that one to say.
 */
export const judgeBudget: Judge = (transition) => {
  const { was, is } = transition;
  if (was === undefined) return [];
  const pods = listPods(was, transition);
  const all = sum(pods);
  if (all === 0) return [];
  const had = new Set(pods);
  const left = is === undefined ? [] : listPods(is, transition).filter((workload) => had.has(workload));
  const [allowed, allows] = [toAllowed(was, all), is === undefined || sum(left) < all ? all : toAllowed(is, all)];
  return allows <= allowed ? [] : [tell(is ?? was, is === undefined, { pods, all, allowed, allows })];
};

/** The workloads of a budget that no other budget selects, in the world after. */
function listPods(budget: KubernetesObject, { after }: Transition): readonly KubernetesObject[] {
  const { namespace, name } = refOf(budget);
  const budgets = after.derive(listBudgets);
  return listSelected(after, namespace, selectorOf(budget)).filter((workload) =>
    (budgets.get(workload) ?? []).every((other) => nameOf(other) === name),
  );
}

/** The budgets of each workload. */
function listBudgets(world: World): ReadonlyMap<KubernetesObject, readonly KubernetesObject[]> {
  return listSelecting(world, world.byKind('policy', 'PodDisruptionBudget'), selectorOf);
}

function selectorOf(budget: KubernetesObject): Selector {
  return readLabelSelector(getAt(budget, 'spec', 'selector'));
}

function sum(workloads: readonly KubernetesObject[]): number {
  return workloads.reduce((total, workload) => total + replicasOf(workload), 0);
}

/** How many of so many pods that are all healthy may be evicted at once. */
function toAllowed(budget: KubernetesObject, all: number): number {
  const [least, most] = [getAt(budget, 'spec', 'minAvailable'), getAt(budget, 'spec', 'maxUnavailable')];
  if (most !== undefined) return Math.min(all, toScaledValue(most, all, 'up') ?? 0);
  return Math.max(0, all - (toScaledValue(least ?? 0, all, 'up') ?? 0));
}

interface Weakened {
  readonly pods: readonly KubernetesObject[];
  readonly all: number;
  readonly allowed: number;
  readonly allows: number;
}

function tell(budget: KubernetesObject, isGone: boolean, { pods, all, allowed, allows }: Weakened): Fact {
  const names = pods.map((workload) => formatRef(refOf(workload)));
  const of = `${countOf(all, 'pod')} of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
  const share = allows === all ? 'all' : String(allows);
  // Of a single pod a budget that lets it go says no less than none.
  return toFact('KP0404', budget, {
    severity: allows === all && all > 1 ? 'warning' : 'info',
    ...(isGone ? {} : { path: '/spec' }),
    data: { share, of, allowed: allowed === 0 ? 'none' : allowed },
  });
}
