import { gvkOf, isKubernetesObject, toApiVersion, type KubernetesObject } from '../../object.ts';
import { applyDefaults } from '../defaults.ts';
import type { SchemaCatalog } from '../schema.ts';
import * as admission from './admission.ts';
import { defaultAutoscalerV1, defaultAutoscalerV2 } from './autoscaling.ts';
import * as core from './core.ts';
import { defaultResourceClaim, defaultResourceClaimTemplate, defaultResourceSlice } from './device.ts';
import { toDraft, type Draft } from './draft.ts';
import { defaultFlowSchema, defaultPriorityLevel } from './flow-control.ts';
import { defaultPod } from './pod.ts';
import * as service from './service.ts';
import * as storage from './storage.ts';
import * as workload from './workload.ts';

type Completion = (object: Draft, minor: number) => void;

const COMPLETIONS: Readonly<Record<string, Completion>> = {
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicy': admission.defaultAdmissionPolicy,
  'admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding': admission.defaultAdmissionPolicyBinding,
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration': admission.defaultMutatingWebhooks,
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': admission.defaultAdmissionPolicy,
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding': admission.defaultAdmissionPolicyBinding,
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration': admission.defaultValidatingWebhooks,
  'admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicy': admission.defaultAdmissionPolicy,
  'admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicyBinding': admission.defaultAdmissionPolicyBinding,
  'admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy': admission.defaultAdmissionPolicy,
  'admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyBinding': admission.defaultAdmissionPolicyBinding,
  'admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicy': admission.defaultAdmissionPolicy,
  'admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicyBinding': admission.defaultAdmissionPolicyBinding,
  'apiextensions.k8s.io/v1 CustomResourceDefinition': admission.defaultCustomResourceDefinition,
  'apiregistration.k8s.io/v1 APIService': admission.defaultApiService,
  'apps/v1 DaemonSet': workload.defaultDaemonSet,
  'apps/v1 Deployment': workload.defaultDeployment,
  'apps/v1 ReplicaSet': workload.defaultReplicaSet,
  'apps/v1 StatefulSet': workload.defaultStatefulSet,
  'autoscaling/v1 HorizontalPodAutoscaler': defaultAutoscalerV1,
  'autoscaling/v2 HorizontalPodAutoscaler': defaultAutoscalerV2,
  'batch/v1 CronJob': workload.defaultCronJob,
  'batch/v1 Job': workload.defaultJob,
  'discovery.k8s.io/v1 EndpointSlice': service.defaultEndpointSlice,
  'flowcontrol.apiserver.k8s.io/v1 FlowSchema': defaultFlowSchema,
  'flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration': defaultPriorityLevel,
  'networking.k8s.io/v1 IngressClass': service.defaultIngressClass,
  'networking.k8s.io/v1 NetworkPolicy': service.defaultNetworkPolicy,
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': core.defaultBinding,
  'rbac.authorization.k8s.io/v1 RoleBinding': core.defaultBinding,
  'resource.k8s.io/v1 ResourceClaim': defaultResourceClaim,
  'resource.k8s.io/v1 ResourceClaimTemplate': defaultResourceClaimTemplate,
  'resource.k8s.io/v1 ResourceSlice': defaultResourceSlice,
  'resource.k8s.io/v1beta1 ResourceClaim': defaultResourceClaim,
  'resource.k8s.io/v1beta1 ResourceClaimTemplate': defaultResourceClaimTemplate,
  'resource.k8s.io/v1beta1 ResourceSlice': defaultResourceSlice,
  'resource.k8s.io/v1beta2 ResourceClaim': defaultResourceClaim,
  'resource.k8s.io/v1beta2 ResourceClaimTemplate': defaultResourceClaimTemplate,
  'resource.k8s.io/v1beta2 ResourceSlice': defaultResourceSlice,
  'scheduling.k8s.io/v1 PriorityClass': core.defaultPriorityClass,
  'storage.k8s.io/v1 CSIDriver': storage.defaultCsiDriver,
  'storage.k8s.io/v1 StorageClass': storage.defaultStorageClass,
  'v1 Endpoints': service.defaultEndpoints,
  'v1 LimitRange': core.defaultLimitRange,
  'v1 Namespace': core.defaultNamespace,
  'v1 Node': core.defaultNode,
  'v1 PersistentVolume': storage.defaultPersistentVolume,
  'v1 PersistentVolumeClaim': storage.defaultPersistentVolumeClaim,
  'v1 Pod': defaultPod,
  'v1 PodTemplate': workload.defaultPodTemplate,
  'v1 ReplicationController': workload.defaultReplicationController,
  'v1 Secret': core.defaultSecret,
  'v1 Service': service.defaultService,
  'v1 ServiceAccount': core.defaultServiceAccount,
};

/**
 * The object with everything filled in that the API server of this version fills in by itself when it decodes it: the
 * defaults written in Go (`pkg/apis/<group>/<version>/defaults.go`, with the feature gates at their defaults) and those of
 * its schema. Null fields of built-in kinds are left out, as they mean absent. Not filled in: what admission plugins and
 * storage strategies add (service accounts, tolerations, cluster IPs, the selectors of Jobs, `status`), times, and the
 * canonical spelling of quantities. Left out is what these strategies forget, whatever the gates are. An object of an unknown kind is answered as it is.
 */
export function defaultObject(object: KubernetesObject, catalog: SchemaCatalog): KubernetesObject {
  const gvk = gvkOf(object);
  const kind = catalog.find(gvk);
  if (kind === undefined) return object;
  const draft = kind.custom ? object : toDraft(object);
  if (!kind.custom) COMPLETIONS[`${toApiVersion(gvk)} ${gvk.kind}`]?.(draft, Number(catalog.version.split('.')[1]));
  const result = applyDefaults(kind.schema, draft);
  return isKubernetesObject(result) ? result : object;
}
