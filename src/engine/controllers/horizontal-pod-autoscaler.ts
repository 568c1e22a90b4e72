import { nameOf, namespaceOf, parseApiVersion, readLabelSelector, refOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, toKubernetesTime } from '../../std/index.ts';
import { longestPeriod } from './autoscaler-arithmetic.ts';
import { decideReplicas } from './autoscaler-decision.ts';
import { withCondition, type Condition } from './conditions.ts';
import { observedGeneration, toStatusUpdate, type Controller, type Intent } from './controller.ts';
import { clampReplicas, isReadyPod } from './replicas.ts';
import { readSimulatedUsage } from './simulated-usage.ts';

/**
 * Holds a workload's replicas within bounds, and moves them towards what its metrics ask for (`pkg/controller/podautoscaler`).
 * There are no metrics here: unless the usage is given (`simulated-usage.ts`) they are played as standing at their targets, so
 * that the number within the bounds stays.
 */
export const HORIZONTAL_POD_AUTOSCALER: Controller = {
  name: 'horizontal-pod-autoscaler',
  kind: { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' },
  watches: [
    { group: 'apps', kind: 'Deployment' },
    { group: 'apps', kind: 'ReplicaSet' },
    { group: 'apps', kind: 'StatefulSet' },
  ],
  concerns: (world, changed) =>
    world
      .kind('autoscaling', 'HorizontalPodAutoscaler')
      .inNamespace(namespaceOf(changed))
      .filter((autoscaler) => getString(autoscaler, 'spec', 'scaleTargetRef', 'name') === nameOf(changed))
      .map(refOf),
  reconcile: (world, autoscaler, { now }) => {
    const target = findTarget(world, autoscaler);
    const current = getNumber(target, 'spec', 'replicas') ?? 1;
    const { replicas: desired, next } =
      target === undefined || current === 0 ? { replicas: current, next: undefined } : decide(world, autoscaler, target, now);
    const conditions = listConditions(target).reduce(
      (list, condition) => withCondition(list, condition, now),
      getArray(autoscaler, 'status', 'conditions'),
    );
    const isScaled = target !== undefined && desired !== current;
    const status = {
      ...observedGeneration(autoscaler),
      currentReplicas: target === undefined ? 0 : (getNumber(target, 'status', 'replicas') ?? 0),
      desiredReplicas: target === undefined ? 0 : desired,
      currentMetrics: undefined,
      lastScaleTime: isScaled ? toKubernetesTime(now) : getString(autoscaler, 'status', 'lastScaleTime'),
      conditions,
    };
    const scale: Intent[] = isScaled
      ? [{ type: 'update', object: { ...target, spec: { ...getObject(target, 'spec'), replicas: desired } } }]
      : [];
    const later: Intent[] = next === undefined ? [] : [{ type: 'requeueAt', time: next }];
    return [...scale, ...toStatusUpdate(autoscaler, status), ...later];
  },
};

interface Decision {
  readonly replicas: number;
  /** When (ms) to look again, where more is to be done than may be done now. */
  readonly next?: number | undefined;
}

/** How often metrics are looked at (ms). */
const PERIOD = 15_000;

/** What the metrics ask for, if any are given; not while the last step still counts, and downwards only when that is long ago. */
function decide(world: World, autoscaler: KubernetesObject, target: KubernetesObject, now: number): Decision {
  const current = getNumber(target, 'spec', 'replicas') ?? 1;
  const selector = readLabelSelector(getObject(target, 'spec', 'selector'));
  const pods = world.bySelector('', 'Pod', namespaceOf(target), selector);
  const ready = pods.filter(isReadyPod);
  const usage = readSimulatedUsage(autoscaler, ready, now);
  if (usage === undefined) return { replicas: clampReplicas(current, autoscaler) };
  const last =
    Date.parse(getString(autoscaler, 'status', 'lastScaleTime') ?? getString(autoscaler.metadata, 'creationTimestamp') ?? '') || 0;
  const observed = getNumber(target, 'status', 'replicas') ?? 0;
  const known = { ...autoscaler, spec: { ...getObject(autoscaler, 'spec'), metrics: [...usage.metrics] } };
  // Since the last step, the number that it led to has been enough: more is not remembered.
  const history = { recommendations: [{ at: last, replicas: current }], changes: [] };
  const decision = decideReplicas(known, { current, observed, pods }, usage.readings, history, now);
  const { replicas, active, isStabilized } = decision;
  if (active === undefined) return { replicas };
  if (isStabilized && replicas === current) return { replicas, next: now + PERIOD };
  if (replicas === current) return { replicas };
  if (observed !== current || ready.length < current) return { replicas: current, next: now + PERIOD };
  const due = last + longestPeriod(getObject(autoscaler, 'spec', 'behavior'), replicas > current ? 'scaleUp' : 'scaleDown') * 1000;
  return now < due ? { replicas: current, next: due } : { replicas, next: now + PERIOD };
}

function findTarget(world: World, autoscaler: KubernetesObject): KubernetesObject | undefined {
  const reference = getObject(autoscaler, 'spec', 'scaleTargetRef');
  const namespace = namespaceOf(autoscaler);
  const { group } = parseApiVersion(getString(reference, 'apiVersion') ?? 'apps/v1');
  return world.get({
    group,
    kind: getString(reference, 'kind') ?? '',
    name: getString(reference, 'name') ?? '',
    ...(namespace === undefined ? {} : { namespace }),
  });
}

function listConditions(target: KubernetesObject | undefined): readonly Condition[] {
  if (target === undefined) {
    return [
      {
        type: 'AbleToScale',
        status: 'False',
        reason: 'FailedGetScale',
        message: "the HPA controller was unable to get the target's current scale",
      },
    ];
  }
  return [
    {
      type: 'AbleToScale',
      status: 'True',
      reason: 'SucceededGetScale',
      message: "the HPA controller was able to get the target's current scale",
    },
    {
      type: 'ScalingActive',
      status: 'True',
      reason: 'ValidMetricFound',
      message: 'the HPA was able to successfully calculate a replica count: the embedded cluster plays metrics that stand at their targets',
    },
  ];
}
