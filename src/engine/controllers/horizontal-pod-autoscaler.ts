import { nameOf, namespaceOf, parseApiVersion, refOf, type KubernetesObject, type World } from '../../model/index.ts';
import { getArray, getNumber, getObject, getString, toKubernetesTime } from '../../std/index.ts';
import { withCondition, type Condition } from './conditions.ts';
import { observedGeneration, toStatusUpdate, type Controller, type Intent } from './controller.ts';
import { clampReplicas } from './replicas.ts';

/**
 * Holds a workload's replicas within bounds (`pkg/controller/podautoscaler`). There are no metrics here: they are played as
 * standing at their targets, so that the number within the bounds stays.
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
    const desired = target === undefined || current === 0 ? current : clampReplicas(current, autoscaler);
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
    return [...scale, ...toStatusUpdate(autoscaler, status)];
  },
};

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
