import type { Permission } from './permission.ts';

/** Built-in resources without a namespace, and whom impersonation names, by `group/resource`: bound by a RoleBinding they grant nothing. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  '/componentstatuses',
  '/groups',
  '/nodes',
  '/persistentvolumes',
  '/users',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'authentication.k8s.io/groups',
  'authentication.k8s.io/nodes',
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authentication.k8s.io/uids',
  'authentication.k8s.io/userextras',
  'authentication.k8s.io/users',
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

/**
 * Verbs whose requests for something without a namespace have one all the same, so that a RoleBinding in it can grant them: those for a
 * Namespace carry its name, and who may bind a ClusterRole is asked where the binding is made.
 */
const WITHIN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['/namespaces', new Set(['*', 'delete', 'get', 'patch', 'update'])],
  ['rbac.authorization.k8s.io/clusterroles', new Set(['*', 'bind'])],
]);

/**
 * Whether a permission can ever allow a request when it is bound in a namespace (`""`: cluster-wide): paths and
 * cluster-scoped resources need a ClusterRoleBinding, and `pods/*` matches nothing anywhere.
 */
export function isEffective(permission: Permission, namespace: string): boolean {
  if (permission.kind === 'path') return namespace === '';
  if (permission.resource.endsWith('/*')) return false;
  return namespace === '' || !isOutsideNamespaces(permission);
}

/** Whether no request for a built-in resource, or a subresource of it, has a namespace. */
export function isOutsideNamespaces({ verb, group, resource }: Omit<Permission & { kind: 'resource' }, 'kind' | 'name'>): boolean {
  const key = `${group}/${resource.split('/', 1)[0] ?? ''}`;
  const within = WITHIN.get(key);
  return within === undefined ? CLUSTER_SCOPED.has(key) : !within.has(verb);
}
