import { apiService } from './api-service.ts';
import { autoscalerTarget } from './autoscaler-target.ts';
import { bindingRole } from './binding-role.ts';
import { bindingSubject } from './binding-subject.ts';
import { configMapKey } from './config-map-key.ts';
import { configMap } from './config-map.ts';
import { disruptionBudgetSelector } from './disruption-budget-selector.ts';
import { ingressBackend } from './ingress-backend.ts';
import { ingressClass } from './ingress-class.ts';
import { ingressPort } from './ingress-port.ts';
import { namespace } from './namespace.ts';
import { networkPolicySelector } from './network-policy-selector.ts';
import { persistentVolumeClaim } from './persistent-volume-claim.ts';
import { priorityClass } from './priority-class.ts';
import { probePort } from './probe-port.ts';
import type { Rule } from './rule.ts';
import { runtimeClass } from './runtime-class.ts';
import { secretKey } from './secret-key.ts';
import { secret } from './secret.ts';
import { serviceAccount } from './service-account.ts';
import { serviceSelector } from './service-selector.ts';
import { serviceTargetPort } from './service-target-port.ts';
import { statefulSetService } from './stateful-set-service.ts';
import { storageClass } from './storage-class.ts';
import { tlsSecret } from './tls-secret.ts';
import { webhookPort } from './webhook-port.ts';
import { webhookService } from './webhook-service.ts';

/** Every kind of reference between objects, one file each, in alphabetical order. */
export const RULES: readonly Rule[] = [
  apiService,
  autoscalerTarget,
  bindingRole,
  bindingSubject,
  configMap,
  configMapKey,
  disruptionBudgetSelector,
  ingressBackend,
  ingressClass,
  ingressPort,
  namespace,
  networkPolicySelector,
  persistentVolumeClaim,
  priorityClass,
  probePort,
  runtimeClass,
  secret,
  secretKey,
  serviceAccount,
  serviceSelector,
  serviceTargetPort,
  statefulSetService,
  storageClass,
  tlsSecret,
  webhookPort,
  webhookService,
];
