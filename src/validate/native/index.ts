import { nameOf, podTemplateOf, type Kind, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, getString, type Path } from '../../std/index.ts';
import type { Report } from '../problem.ts';
import { checkContainers } from './containers.ts';
import { checkCronJob } from './cron.ts';
import { checkDefinition } from './definitions.ts';
import { failAs } from './field-error.ts';
import { checkIngress, checkIngressClass, checkNetworkPolicy } from './network.ts';
import { checkPodRules, checkTolerations } from './pod-rules.ts';
import { checkAutoscaler, checkBinding, checkDisruptionBudget, checkRole } from './policies.ts';
import { checkProbes } from './probes.ts';
import { checkResources } from './resources.ts';
import { checkPodSelectors, checkSelectors, checkTemplateLabels } from './selectors.ts';
import { checkService } from './services.ts';
import {
  checkClaim,
  checkKeys,
  checkLimitRange,
  checkPersistentVolume,
  checkNamelessClaim,
  checkPriorityClass,
  checkStorageClass,
  checkWebhooks,
} from './storage.ts';
import { checkVolumes } from './volumes.ts';
import { checkWorkloadSpec, usesHostNetwork } from './workload-spec.ts';

/** What one kind is held to besides its schema. */
type NativeCheck = (object: KubernetesObject, kind: Kind, report: Report) => void;

/** By group and kind. */
const CHECKS: Readonly<Record<string, NativeCheck>> = {
  '/ConfigMap': (object, _, report) => checkKeys(object, ['data', 'binaryData'], report),
  '/LimitRange': (object, _, report) => checkLimitRange(object, report),
  '/PersistentVolume': (object, _, report) => checkPersistentVolume(object, report),
  '/PersistentVolumeClaim': (object, _, report) => checkClaimAt(object, ['spec'], report),
  '/Pod': checkWorkload,
  '/PodTemplate': checkWorkload,
  '/ReplicationController': checkWorkload,
  '/Secret': (object, _, report) => checkKeys(object, ['data', 'stringData'], report),
  '/Service': (object, kind, report) => {
    checkSelectors(object, kind, report);
    checkService(object, report);
  },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': (object, _, report) => checkWebhooks(object, report),
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': (object, _, report) => checkWebhooks(object, report),
  'apiextensions.k8s.io/CustomResourceDefinition': (object, _, report) => checkDefinition(object, report),
  'apps/DaemonSet': checkWorkload,
  'apps/Deployment': checkWorkload,
  'apps/ReplicaSet': checkWorkload,
  'apps/StatefulSet': (object, kind, report) => {
    checkWorkload(object, kind, report);
    for (const [index, claim] of getArray(object, 'spec', 'volumeClaimTemplates').entries()) {
      checkClaimAt(object, ['spec', 'volumeClaimTemplates', index, 'spec'], report);
      if ((getString(claim, 'metadata', 'name') ?? '') === '') checkNamelessClaim(index, report);
    }
  },
  'autoscaling/HorizontalPodAutoscaler': (object, _, report) => checkAutoscaler(object, report),
  'batch/CronJob': (object, kind, report) => {
    checkWorkload(object, kind, report);
    checkCronJob(object, report);
  },
  'batch/Job': checkWorkload,
  'networking.k8s.io/Ingress': (object, _, report) => checkIngress(object, report),
  'networking.k8s.io/IngressClass': (object, _, report) => checkIngressClass(object, report),
  'networking.k8s.io/NetworkPolicy': (object, _, report) => checkNetworkPolicy(object, report),
  'node.k8s.io/RuntimeClass': (object, _, report) =>
    checkTolerations(getObject(object, 'scheduling') ?? {}, ['scheduling'], failAs('KV0119', report)),
  'policy/PodDisruptionBudget': (object, kind, report) => {
    checkSelectors(object, kind, report);
    checkDisruptionBudget(object, report);
  },
  'rbac.authorization.k8s.io/ClusterRole': (object, { kind }, report) => checkRole(object, kind, report),
  'rbac.authorization.k8s.io/ClusterRoleBinding': (object, { kind }, report) => checkBinding(object, kind, report),
  'rbac.authorization.k8s.io/Role': (object, { kind }, report) => checkRole(object, kind, report),
  'rbac.authorization.k8s.io/RoleBinding': (object, { kind }, report) => checkBinding(object, kind, report),
  'scheduling.k8s.io/PriorityClass': (object, _, report) => checkPriorityClass(nameOf(object), report),
  'storage.k8s.io/StorageClass': (object, _, report) => checkStorageClass(object, report),
};

/**
 * What the server's own validation (`pkg/apis/<group>/validation`) says of built-in kinds beyond their schemas, in its
 * words. Fields of a wrong type are left to the decoder. It covers what manifests get wrong most; it does not cover all.
 */
export function checkNative(object: KubernetesObject, kind: Kind, report: Report): void {
  CHECKS[`${kind.group}/${kind.kind}`]?.(object, kind, report);
}

function checkClaimAt(object: KubernetesObject, path: Path, report: Report): void {
  checkClaim(getObject(object, ...path) ?? {}, path, report);
}

function checkWorkload(object: KubernetesObject, kind: Kind, report: Report): void {
  checkSelectors(object, kind, report);
  if (kind.kind !== 'Pod') checkWorkloadSpec(object, kind, report);
  const template = podTemplateOf(object);
  if (template === undefined) return;
  const { spec } = template;
  const path = [...template.path, 'spec'];
  const claims = getArray(object, 'spec', 'volumeClaimTemplates').flatMap((claim) => getString(claim, 'metadata', 'name') ?? []);
  checkTemplateLabels(object, template.path, report);
  checkContainers(spec, path, usesHostNetwork(spec), report);
  checkProbes(spec, path, report);
  checkResources(spec, path, report);
  checkVolumes(spec, path, claims, report);
  checkPodSelectors(spec, path, report);
  checkPodRules(spec, path, report);
}
