import type { Permission } from './permission.ts';

/** Built-in resources without a namespace, by `group/resource`: bound by a RoleBinding they grant nothing. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  '/componentstatuses',
  '/nodes',
  '/persistentvolumes',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authorization.k8s.io/subjectaccessreviews',
  'certificates.k8s.io/certificatesigningrequests',
  'certificates.k8s.io/clustertrustbundles',
  'certificates.k8s.io/signers',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'internal.apiserver.k8s.io/storageversions',
  'networking.k8s.io/ingressclasses',
  'networking.k8s.io/ipaddresses',
  'networking.k8s.io/servicecidrs',
  'node.k8s.io/runtimeclasses',
  'rbac.authorization.k8s.io/clusterrolebindings',
  'rbac.authorization.k8s.io/clusterroles',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/devicetaintrules',
  'resource.k8s.io/resourceslices',
  'scheduling.k8s.io/priorityclasses',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
  'storage.k8s.io/volumeattributesclasses',
  'storagemigration.k8s.io/storageversionmigrations',
]);

/** Verbs whose requests for a Namespace carry its name as their namespace, so that a RoleBinding in it can grant them. */
const OWN_NAMESPACE_VERBS: ReadonlySet<string> = new Set(['*', 'delete', 'get', 'patch', 'update']);

/**
 * Whether a permission can ever allow a request when it is bound in a namespace (`""`: cluster-wide): paths and
 * cluster-scoped resources need a ClusterRoleBinding, and `pods/*` matches nothing anywhere.
 */
export function isEffective(permission: Permission, namespace: string): boolean {
  if (permission.kind === 'path') return namespace === '';
  if (permission.resource.endsWith('/*')) return false;
  if (namespace === '') return true;
  const resource = permission.resource.split('/', 1)[0] ?? '';
  if (permission.group === '' && resource === 'namespaces') return OWN_NAMESPACE_VERBS.has(permission.verb);
  return !CLUSTER_SCOPED.has(`${permission.group}/${resource}`);
}
