import { apiService } from './api-service.ts';
import { autoscalerRequest } from './autoscaler-request.ts';
import { autoscalerRival } from './autoscaler-rival.ts';
import { autoscalerTarget } from './autoscaler-target.ts';
import { autoscalerVertical } from './autoscaler-vertical.ts';
import { bindingRole } from './binding-role.ts';
import { bindingSubject } from './binding-subject.ts';
import { budgetOverlap } from './budget-overlap.ts';
import { claimSource, claimSourceCycle } from './claim-source.ts';
import { configMap } from './config-map.ts';
import { configMapKey } from './config-map-key.ts';
import { disruptionBudgetSelector } from './disruption-budget-selector.ts';
import { externalNameCycle } from './external-name-cycle.ts';
import { gatewayBackend } from './gateway-backend.ts';
import { gatewayClass } from './gateway-class.ts';
import { gatewayGrant } from './gateway-grant.ts';
import { gatewayListener } from './gateway-listener.ts';
import { gatewayParent } from './gateway-parent.ts';
import { gatewayPort } from './gateway-port.ts';
import { hostName } from './host-name.ts';
import { hostPort } from './host-port.ts';
import { ingressBackend } from './ingress-backend.ts';
import { ingressClass } from './ingress-class.ts';
import { ingressCollision } from './ingress-collision.ts';
import { ingressPort } from './ingress-port.ts';
import { jobEnd } from './job-end.ts';
import { listenerSetParent } from './listener-set-parent.ts';
import { namespace } from './namespace.ts';
import { networkPolicySelector } from './network-policy-selector.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';
import { priorityClass } from './priority-class.ts';
import { probePort } from './probe-port.ts';
import { probeUndeclaredPort } from './probe-undeclared-port.ts';
import type { Rule } from './rule.ts';
import { runtimeClass } from './runtime-class.ts';
import { secret } from './secret.ts';
import { secretKey } from './secret-key.ts';
import { serviceAccount } from './service-account.ts';
import { serviceSelector } from './service-selector.ts';
import { serviceTargetPort } from './service-target-port.ts';
import { serviceUndeclaredPort } from './service-undeclared-port.ts';
import { statefulSetNames } from './stateful-set-names.ts';
import { statefulSetService } from './stateful-set-service.ts';
import { storageClass } from './storage-class.ts';
import { tlsSecret } from './tls-secret.ts';
import { unmountedVolume } from './unmounted-volume.ts';
import { webhookPort } from './webhook-port.ts';
import { webhookService } from './webhook-service.ts';

/** Every kind of reference between objects, and of objects that stand in each other's way, one file each, in alphabetical order. */
export const RULES: readonly Rule[] = [
  apiService,
  autoscalerRequest,
  autoscalerRival,
  autoscalerTarget,
  autoscalerVertical,
  bindingRole,
  bindingSubject,
  budgetOverlap,
  claimSource,
  claimSourceCycle,
  configMap,
  configMapKey,
  disruptionBudgetSelector,
  externalNameCycle,
  gatewayBackend,
  gatewayClass,
  gatewayGrant,
  gatewayListener,
  gatewayParent,
  gatewayPort,
  hostName,
  hostPort,
  ingressBackend,
  ingressClass,
  ingressCollision,
  ingressPort,
  jobEnd,
  listenerSetParent,
  namespace,
  networkPolicySelector,
  persistentVolumeClaim,
  priorityClass,
  probePort,
  probeUndeclaredPort,
  runtimeClass,
  secret,
  secretKey,
  serviceAccount,
  serviceSelector,
  serviceTargetPort,
  serviceUndeclaredPort,
  statefulSetNames,
  statefulSetService,
  storageClass,
  tlsSecret,
  unmountedVolume,
  webhookPort,
  webhookService,
];
