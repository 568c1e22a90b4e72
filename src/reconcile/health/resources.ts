import type { KubernetesObject } from '../../model/index.ts';
import { getArray, getString } from '../../std/index.ts';
import { findCondition, listConditions } from './conditions.ts';
import { toCurrent, toFailed, toInProgress, toRecovering, type Health, type HealthContext } from './health.ts';

export function assessAlwaysReady(): Health {
  return toCurrent('Resource is always ready');
}

export function assessService(object: KubernetesObject): Health {
  if (getString(object, 'spec', 'type') === 'LoadBalancer' && (getString(object, 'spec', 'clusterIP') ?? '') === '') {
    return toInProgress('NoIPAssigned', 'ClusterIP not set. Service type: LoadBalancer');
  }
  return toCurrent('Service is ready');
}

/** A load balancer is there when it has an address. */
export function assessServiceStrictly(object: KubernetesObject): Health {
  const health = assessService(object);
  if (health.status !== 'Current' || getString(object, 'spec', 'type') !== 'LoadBalancer') return health;
  if (getArray(object, 'status', 'loadBalancer', 'ingress').length > 0) return health;
  return toInProgress('NoIngressAssigned', 'Load balancer ingress is empty');
}

export function assessClaim(object: KubernetesObject): Health {
  const phase = getString(object, 'status', 'phase') ?? 'unknown';
  return phase === 'Bound' ? toCurrent('PVC is Bound') : toInProgress('NotBound', `PVC is not Bound. phase: ${phase}`);
}

/** A claim whose volume is gone will not bind again. */
export function assessClaimStrictly(object: KubernetesObject): Health {
  if (getString(object, 'status', 'phase') === 'Lost') return toFailed('ClaimLost', 'PVC has lost its volume');
  return assessClaim(object);
}

/** A claim that binds once a pod uses it is as it should be until then. */
export function assessUnconsumedClaim(object: KubernetesObject, context: HealthContext): Health | undefined {
  if (getString(object, 'status', 'phase') === 'Bound' || getString(object, 'status', 'phase') === 'Lost') return undefined;
  const storageClass = getString(object, 'spec', 'storageClassName');
  if (context.waitsForConsumer?.({ storageClass }) !== true) return undefined;
  return toCurrent('PVC binds when a pod uses it', 'WaitForFirstConsumer');
}

export function assessDefinition(object: KubernetesObject): Health {
  for (const { type, status, reason, message } of listConditions(object)) {
    if (type === 'NamesAccepted' && status === 'False') return toFailed(reason, message);
    if (type !== 'Established') continue;
    if (status === 'False' && reason !== 'Installing') return toFailed(reason, message);
    if (status === 'True') return toCurrent('CRD is established');
  }
  return toInProgress('Installing', 'Install in progress');
}

export function assessApiServiceStrictly(object: KubernetesObject): Health {
  if (findCondition(object, 'Available', 'True') !== undefined) return toCurrent('APIService is available');
  const condition = listConditions(object).find(({ type }) => type === 'Available');
  return toInProgress(condition?.reason ?? 'NotAvailable', condition?.message ?? 'APIService is not available');
}

const FAILED_SCALING: Readonly<Record<string, readonly string[]>> = {
  AbleToScale: ['FailedGetScale', 'FailedUpdateScale'],
  ScalingActive: [
    'FailedGetResourceMetric',
    'FailedGetObjectMetric',
    'FailedGetPodsMetric',
    'FailedGetExternalMetric',
    'FailedComputeMetricsReplicas',
    'InvalidSelector',
  ],
};

/** An autoscaler that reads no metrics does nothing; the controller goes on trying. */
export function assessAutoscalerStrictly(object: KubernetesObject): Health {
  const failing = listConditions(object).find(({ type, reason }) => FAILED_SCALING[type]?.includes(reason) === true);
  return failing === undefined ? toCurrent('Resource is current') : toRecovering(failing.reason, failing.message);
}
