import type { GroupKind } from '../../model/index.ts';

/** Why objects are applied together, in the order in which they are. */
export const GROUPS = ['namespaces', 'definitions', 'classes', 'rbac', 'config', 'services', 'workloads', 'rest', 'webhooks'] as const;

/** One of them. */
export type Group = (typeof GROUPS)[number];

const GROUP_OF: Readonly<Record<string, Group>> = {
  '/ConfigMap': 'config',
  '/Endpoints': 'services',
  '/LimitRange': 'config',
  '/Namespace': 'namespaces',
  '/PersistentVolume': 'config',
  '/PersistentVolumeClaim': 'config',
  '/Pod': 'workloads',
  '/ReplicationController': 'workloads',
  '/ResourceQuota': 'config',
  '/Secret': 'config',
  '/Service': 'services',
  '/ServiceAccount': 'rbac',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': 'webhooks',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': 'webhooks',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'webhooks',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': 'webhooks',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': 'webhooks',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'webhooks',
  'apiextensions.k8s.io/CustomResourceDefinition': 'definitions',
  'apiregistration.k8s.io/APIService': 'webhooks',
  'apps/DaemonSet': 'workloads',
  'apps/Deployment': 'workloads',
  'apps/ReplicaSet': 'workloads',
  'apps/StatefulSet': 'workloads',
  'batch/CronJob': 'workloads',
  'batch/Job': 'workloads',
  'discovery.k8s.io/EndpointSlice': 'services',
  'networking.k8s.io/NetworkPolicy': 'config',
  'policy.networking.k8s.io/AdminNetworkPolicy': 'config',
  'policy.networking.k8s.io/BaselineAdminNetworkPolicy': 'config',
  'policy.networking.k8s.io/ClusterNetworkPolicy': 'config',
  'rbac.authorization.k8s.io/ClusterRole': 'rbac',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'rbac',
  'rbac.authorization.k8s.io/Role': 'rbac',
  'rbac.authorization.k8s.io/RoleBinding': 'rbac',
  'storage.k8s.io/CSIDriver': 'classes',
};

/**
 * Where a kind stands in the order. Where the tools' lists disagree: definitions come first (Flux), policies and quotas
 * before what they restrict (Helm, Argo CD), unlisted kinds after workloads (Helm, Argo CD), webhooks last (Flux).
 */
export function groupOf({ group, kind }: GroupKind): Group {
  return GROUP_OF[`${group}/${kind}`] ?? (kind.endsWith('Class') ? 'classes' : 'rest');
}
