import { describe, type Kind, type KubernetesObject } from '../../model/index.ts';
import { getArray, getObject, type Path } from '../../std/index.ts';
import type { Report } from '../problem.ts';
import { judgeEndpointAddress } from './addresses.ts';
import { checkMutatingBinding, checkMutatingPolicy, checkValidatingBinding, checkValidatingPolicy, checkWebhooks } from './admission.ts';
import { checkAutoscaler } from './autoscalers.ts';
import { checkSigningRequest } from './certificates.ts';
import { checkClaimSpec } from './claims.ts';
import { checkControllerRevision, checkEndpointSlice, checkLease, checkNamespace, checkRuntimeClass } from './cluster-objects.ts';
import { checkCronJob } from './cron.ts';
import { checkConfigMap, checkSecret } from './data-objects.ts';
import { checkDefinition } from './definition/index.ts';
import { checkClaimTemplate, checkDeviceClass, checkResourceClaim } from './devices/claims.ts';
import { checkResourceSlice, checkTaintRule } from './devices/slices.ts';
import { checkFlowSchema, checkPriorityLevel } from './flow-control.ts';
import { checkJob, checkJobTemplate } from './jobs.ts';
import { checkAddress, checkEndpoints, checkIngress, checkIngressClass, checkNetworkPolicy, checkServiceCidr } from './network.ts';
import { checkNode } from './nodes.ts';
import { Place } from './place.ts';
import { checkPods } from './pod/index.ts';
import { checkBinding, checkDisruptionBudget, checkRole } from './policies.ts';
import { checkLimitRange, checkResourceQuota } from './quotas.ts';
import { checkSelectors } from './selectors.ts';
import { checkService } from './services.ts';
import {
  checkDriver,
  checkDriversOfNode,
  checkPriorityClass,
  checkStorageCapacity,
  checkStorageClass,
  checkVolumeAttachment,
  checkVolumeAttributesClass,
} from './storage.ts';
import { checkPersistentVolume } from './volume-objects.ts';
import { checkWorkloadSpec } from './workload-spec.ts';

/** What one kind is held to besides its schema. */
type NativeCheck = (object: KubernetesObject, kind: Kind, report: Report, version: string) => void;

/** The version of `resource.k8s.io` that is laid out otherwise, and is off by default. */
const FLAT = 'v1beta1';

/** By group and kind. */
const CHECKS: Readonly<Record<string, NativeCheck>> = {
  '/ConfigMap': (object, _, report) => checkConfigMap(object, report),
  '/Endpoints': (object, _, report) => checkEndpoints(object, report, judgeEndpointAddress),
  '/LimitRange': (object, _, report) => checkLimitRange(object, report),
  '/Namespace': (object, _, report) => checkNamespace(object, report),
  '/Node': (object, _, report, version) => checkNode(object, version, report),
  '/PersistentVolume': (object, _, report) => checkPersistentVolume(object, report),
  '/PersistentVolumeClaim': (object, _, report) => checkClaimAt(object, ['spec'], report),
  '/Pod': checkWorkload,
  '/PodTemplate': checkWorkload,
  '/ReplicationController': checkWorkload,
  '/ResourceQuota': (object, _, report) => checkResourceQuota(object, report),
  '/Secret': (object, _, report) => checkSecret(object, report),
  '/Service': (object, _, report) => checkService(object, report),
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': (object, _, report) => checkMutatingPolicy(object, report),
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': (object, _, report) => checkMutatingBinding(object, report),
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': (object, _, report) => checkWebhooks(object, report),
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': (object, _, report) => checkValidatingPolicy(object, report),
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': (object, _, report) => checkValidatingBinding(object, report),
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': (object, _, report) => checkWebhooks(object, report),
  'apiextensions.k8s.io/CustomResourceDefinition': (object, _, report, version) => checkDefinition(object, version, report),
  'apps/ControllerRevision': (object, _, report) => checkControllerRevision(object, report),
  'apps/DaemonSet': checkWorkload,
  'apps/Deployment': checkWorkload,
  'apps/ReplicaSet': checkWorkload,
  'apps/StatefulSet': (object, kind, report) => {
    checkWorkload(object, kind, report);
    for (const index of getArray(object, 'spec', 'volumeClaimTemplates').keys()) {
      checkClaimAt(object, ['spec', 'volumeClaimTemplates', index, 'spec'], report);
    }
  },
  'autoscaling/HorizontalPodAutoscaler': (object, _, report) => checkAutoscaler(object, report),
  'batch/CronJob': (object, kind, report) => {
    checkWorkload(object, kind, report);
    checkCronJob(object, report);
    checkJobTemplate(object, report);
  },
  'batch/Job': (object, kind, report) => {
    checkWorkload(object, kind, report);
    checkJob(object, report);
  },
  'certificates.k8s.io/CertificateSigningRequest': (object, _, report) => checkSigningRequest(object, report),
  'coordination.k8s.io/Lease': (object, _, report) => checkLease(object, report),
  'discovery.k8s.io/EndpointSlice': (object, _, report) => checkEndpointSlice(object, report),
  'flowcontrol.apiserver.k8s.io/FlowSchema': (object, _, report) => checkFlowSchema(object, report),
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': (object, _, report) => checkPriorityLevel(object, report),
  'networking.k8s.io/IPAddress': (object, _, report) => checkAddress(object, report),
  'networking.k8s.io/Ingress': (object, _, report) => checkIngress(object, report),
  'networking.k8s.io/IngressClass': (object, _, report) => checkIngressClass(object, report),
  'networking.k8s.io/NetworkPolicy': (object, _, report) => checkNetworkPolicy(object, report),
  'networking.k8s.io/ServiceCIDR': (object, _, report) => checkServiceCidr(object, report),
  'node.k8s.io/RuntimeClass': (object, _, report) => checkRuntimeClass(object, report),
  'policy/PodDisruptionBudget': (object, _, report) => checkDisruptionBudget(object, report),
  'rbac.authorization.k8s.io/ClusterRole': (object, { kind }, report) => checkRole(object, kind, report),
  'rbac.authorization.k8s.io/ClusterRoleBinding': (object, { kind }, report) => checkBinding(object, kind, report),
  'rbac.authorization.k8s.io/Role': (object, { kind }, report) => checkRole(object, kind, report),
  'rbac.authorization.k8s.io/RoleBinding': (object, { kind }, report) => checkBinding(object, kind, report),
  'resource.k8s.io/DeviceClass': (object, _, report, version) => checkDeviceClass(object, version, report),
  'resource.k8s.io/DeviceTaintRule': (object, _, report) => checkTaintRule(object, report),
  'resource.k8s.io/ResourceClaim': (object, kind, report, version) => {
    if (kind.version !== FLAT) checkResourceClaim(object, version, report);
  },
  'resource.k8s.io/ResourceClaimTemplate': (object, kind, report, version) => {
    if (kind.version !== FLAT) checkClaimTemplate(object, version, report);
  },
  'resource.k8s.io/ResourceSlice': (object, kind, report, version) => {
    if (kind.version !== FLAT) checkResourceSlice(object, version, report);
  },
  'scheduling.k8s.io/PriorityClass': (object, _, report) => checkPriorityClass(object, report),
  'storage.k8s.io/CSIDriver': (object, _, report) => checkDriver(object, report),
  'storage.k8s.io/CSINode': (object, _, report) => checkDriversOfNode(object, report),
  'storage.k8s.io/CSIStorageCapacity': (object, _, report) => checkStorageCapacity(object, report),
  'storage.k8s.io/StorageClass': (object, _, report) => checkStorageClass(object, report),
  'storage.k8s.io/VolumeAttachment': (object, _, report) => checkVolumeAttachment(object, report),
  'storage.k8s.io/VolumeAttributesClass': (object, _, report) => checkVolumeAttributesClass(object, report),
};

/**
 * What the server's own validation (`pkg/apis/<group>/validation`) says of built-in kinds beyond their schemas, in its
 * words, each sentence once. Fields of a wrong type are left to the decoder. docs/parity.md says what it does not cover.
 */
export function checkNative(object: KubernetesObject, kind: Kind, version: string, report: Report): void {
  const check = CHECKS[`${kind.group}/${kind.kind}`];
  if (check === undefined) return;
  const said = new Set<string>();
  const tell: Report = (problem) => {
    const sentence = describe(problem);
    if (!said.has(sentence)) report(problem);
    said.add(sentence);
  };
  check(object, kind, tell, version);
}

function checkClaimAt(object: KubernetesObject, path: Path, report: Report): void {
  checkClaimSpec(Place.of(getObject(object, ...path) ?? {}, path, 'KV0122', report), report);
}

function checkWorkload(object: KubernetesObject, kind: Kind, report: Report): void {
  checkSelectors(object, kind, report);
  if (kind.kind !== 'Pod') checkWorkloadSpec(object, kind, report);
  checkPods(object, report);
}
