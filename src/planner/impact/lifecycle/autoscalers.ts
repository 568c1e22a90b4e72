import { formatRef, gvkOf, refOf, type Fact, type KubernetesObject, type World } from '../../../model/index.ts';
import { getNumber, getString } from '../../../std/index.ts';
import { replicasOf } from './selected.ts';
import { countOf, toFact, type Judge } from './transition.ts';

/** A HorizontalPodAutoscaler that is gone, or whose bounds let a workload have fewer pods than it did. */
export const judgeAutoscaler: Judge = ({ was, is, after }) => {
  if (was === undefined) return [];
  const target = findTarget(was, after);
  if (target === undefined) return [];
  const name = formatRef(refOf(target));
  if (is === undefined) {
    const isScaled = after.derive(listTargets).has(target);
    const pods = getNumber(target, 'spec', 'replicas');
    const stays = pods === undefined ? 'the pods that it has' : countOf(pods, 'pod');
    return isScaled
      ? []
      : [toFact('KP0405', was, { severity: 'warning', data: { what: `nothing scales ${name} any more: it stays at ${stays}` } })];
  }
  // What the API server refuses lowers nothing, and is told of as such.
  if (mostOf(is) < leastOf(is)) return [];
  return [...findLowerMost(name, was, is), ...findLowerLeast(name, was, is)];
};

/** All that some autoscaler scales. */
function listTargets(world: World): ReadonlySet<KubernetesObject> {
  const autoscalers = world.byKind('autoscaling', 'HorizontalPodAutoscaler');
  return new Set(autoscalers.flatMap((autoscaler) => findTarget(autoscaler, world) ?? []));
}

/** The workload that an autoscaler scales; undefined where it is not there, or has no pods: then nothing is scaled. */
function findTarget(autoscaler: KubernetesObject, world: World): KubernetesObject | undefined {
  const [kind, name] = [getString(autoscaler, 'spec', 'scaleTargetRef', 'kind'), getString(autoscaler, 'spec', 'scaleTargetRef', 'name')];
  const apiVersion = getString(autoscaler, 'spec', 'scaleTargetRef', 'apiVersion') ?? 'apps/v1';
  const { namespace } = refOf(autoscaler);
  if (kind === undefined || name === undefined || namespace === undefined) return undefined;
  const { group } = gvkOf({ apiVersion, kind, metadata: {} });
  const target = world.get({ group, kind, namespace, name });
  return target === undefined || replicasOf(target) === 0 ? undefined : target;
}

function findLowerMost(name: string, was: KubernetesObject, is: KubernetesObject): readonly Fact[] {
  const [from, to] = [mostOf(was), mostOf(is)];
  if (to >= from) return [];
  const runs = Math.max(leastOf(was), getNumber(was, 'status', 'currentReplicas') ?? 0);
  const goes = runs > to ? `: ${countOf(runs - to, 'pod')} of ${runs} ${runs - to === 1 ? 'goes' : 'go'} away` : '';
  const what = `${name} has at most ${countOf(to, 'pod')} instead of ${from}${goes}`;
  return [toFact('KP0405', is, { severity: goes === '' ? 'info' : 'warning', path: '/spec/maxReplicas', data: { what }, detail: 'most' })];
}

function findLowerLeast(name: string, was: KubernetesObject, is: KubernetesObject): readonly Fact[] {
  const [from, to] = [leastOf(was), leastOf(is)];
  if (to >= from) return [];
  const what = `${name} may shrink to ${countOf(to, 'pod')} instead of ${from}`;
  return [toFact('KP0405', is, { severity: 'info', path: '/spec/minReplicas', data: { what }, detail: 'least' })];
}

function mostOf(autoscaler: KubernetesObject): number {
  return getNumber(autoscaler, 'spec', 'maxReplicas') ?? 0;
}

function leastOf(autoscaler: KubernetesObject): number {
  return getNumber(autoscaler, 'spec', 'minReplicas') ?? 1;
}
