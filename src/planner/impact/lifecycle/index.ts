import { gvkOf, type Engine, type Fact, type FactChange, type KubernetesObject } from '../../../model/index.ts';
import { compareBy } from '../../../std/index.ts';
import type { Impact } from '../causes.ts';
import { judgeAutoscaler } from './autoscalers.ts';
import { judgeBudget } from './budgets.ts';
import { judgeMovedSet, judgeRetention, judgeVolume } from './data.ts';
import { judgeFinalizers } from './finalizers.ts';
import { judgePods } from './pods.ts';
import type { Judge } from './transition.ts';

const BY_KIND: Readonly<Record<string, readonly Judge[]>> = {
  '/PersistentVolume': [judgeVolume],
  '/ReplicationController': [judgePods],
  'apps/DaemonSet': [judgePods],
  'apps/Deployment': [judgePods],
  'apps/ReplicaSet': [judgePods],
  'apps/StatefulSet': [judgePods, judgeRetention, judgeMovedSet],
  'autoscaling/HorizontalPodAutoscaler': [judgeAutoscaler],
  'policy/PodDisruptionBudget': [judgeBudget],
};

/** What changes of single objects do to how pods serve, end and come back, and to what is stored: asked of what changes alone. */
export function createLifecycleEngine({ changed }: Pick<Impact, 'changed'>): Engine {
  return {
    name: 'lifecycle',
    compare: (before, after) =>
      [...changed.values()]
        .flatMap(({ step, before: was }) => {
          const former = step.movedFrom === undefined ? undefined : before.get(step.movedFrom);
          return judge(was, after.get(step.ref), { former, before, after });
        })
        .map((fact): FactChange => ({ change: 'gained', fact }))
        .toSorted(compareBy(({ fact }) => fact.key)),
  };
}

function judge(
  was: KubernetesObject | undefined,
  is: KubernetesObject | undefined,
  worlds: Pick<Parameters<Judge>[0], 'after' | 'before' | 'former'>,
): readonly Fact[] {
  const either = is ?? was;
  if (either === undefined || was === is) return [];
  const { group, kind } = gvkOf(either);
  return [...(BY_KIND[`${group}/${kind}`] ?? []), judgeFinalizers].flatMap((each) => each({ was, is, ...worlds }));
}
