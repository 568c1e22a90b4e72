import { parseQuantity, type KubernetesObject } from '../model/index.ts';
import { fromPointer, getAt, getBoolean, getString, type JsonValue, type Path } from '../std/index.ts';

/** A field that the API server refuses to change, and where it does not. */
export interface ImmutableRule {
  /** `group/Kind`; the core group is empty. */
  readonly kinds: readonly string[];
  /** The field; all below it is meant. */
  readonly path: Path;
  /** Fields directly below the path that may change all the same. */
  readonly except?: readonly string[];
  /** Whether the rule holds for this change; by default it does. */
  readonly when?: (change: ImmutableChange) => boolean;
}

/** One field's change, with the objects around it. */
export interface ImmutableChange {
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
  /** JSON pointer. */
  readonly path: string;
}

const POD_SPEC_EXCEPT = [
  'activeDeadlineSeconds',
  'containers',
  'initContainers',
  'schedulingGates',
  'terminationGracePeriodSeconds',
  'tolerations',
];
const STATEFUL_SET_EXCEPT = [
  'minReadySeconds',
  'ordinals',
  'persistentVolumeClaimRetentionPolicy',
  'replicas',
  'revisionHistoryLimit',
  'template',
  'updateStrategy',
];

/** The rules of kube-apiserver's update validation (`pkg/apis/<group>/validation`, 1.36), by kind. */
export const IMMUTABLE_RULES: readonly ImmutableRule[] = [
  { kinds: ['apps/DaemonSet', 'apps/Deployment', 'apps/ReplicaSet'], path: ['spec', 'selector'] },
  { kinds: ['apps/StatefulSet'], path: ['spec'], except: STATEFUL_SET_EXCEPT },
  { kinds: ['batch/Job'], path: ['spec', 'selector'] },
  { kinds: ['batch/Job'], path: ['spec', 'template'], when: isJobTemplateFixed },
  { kinds: ['batch/Job'], path: ['spec', 'completions'], when: isCompletionsFixed },
  { kinds: ['batch/Job'], path: ['spec', 'completionMode'] },
  { kinds: ['batch/Job'], path: ['spec', 'podFailurePolicy'] },
  { kinds: ['batch/Job'], path: ['spec', 'backoffLimitPerIndex'] },
  { kinds: ['batch/Job'], path: ['spec', 'managedBy'] },
  { kinds: ['batch/Job'], path: ['spec', 'successPolicy'] },
  { kinds: ['/Service'], path: ['spec', 'clusterIP'], when: isAddressFixed },
  { kinds: ['/Service'], path: ['spec', 'clusterIPs'], when: isAddressFixed },
  { kinds: ['/Service'], path: ['spec', 'ipFamilies', '0'], when: isAddressFixed },
  { kinds: ['/Service'], path: ['spec', 'loadBalancerClass'], when: staysLoadBalancer },
  { kinds: ['/Service'], path: ['spec', 'healthCheckNodePort'], when: staysLoadBalancer },
  {
    kinds: ['/PersistentVolumeClaim'],
    path: ['spec'],
    except: ['resources', 'storageClassName', 'volumeAttributesClassName', 'volumeName'],
  },
  { kinds: ['/PersistentVolumeClaim'], path: ['spec', 'storageClassName'], when: wasSet },
  { kinds: ['/PersistentVolumeClaim'], path: ['spec', 'volumeName'], when: wasSet },
  { kinds: ['/PersistentVolumeClaim'], path: ['spec', 'resources'], when: isNotGrowing },
  { kinds: ['/PersistentVolume'], path: ['spec'], when: isVolumeSource },
  { kinds: ['/PersistentVolume'], path: ['spec', 'volumeMode'] },
  { kinds: ['/PersistentVolume'], path: ['spec', 'nodeAffinity'], when: wasSet },
  { kinds: ['storage.k8s.io/StorageClass'], path: ['parameters'] },
  { kinds: ['storage.k8s.io/StorageClass'], path: ['provisioner'] },
  { kinds: ['storage.k8s.io/StorageClass'], path: ['reclaimPolicy'] },
  { kinds: ['storage.k8s.io/StorageClass'], path: ['volumeBindingMode'] },
  { kinds: ['storage.k8s.io/VolumeAttributesClass'], path: ['driverName'] },
  { kinds: ['storage.k8s.io/VolumeAttributesClass'], path: ['parameters'] },
  { kinds: ['storage.k8s.io/CSIDriver'], path: ['spec', 'attachRequired'] },
  { kinds: ['storage.k8s.io/CSIDriver'], path: ['spec', 'volumeLifecycleModes'] },
  { kinds: ['rbac.authorization.k8s.io/ClusterRoleBinding', 'rbac.authorization.k8s.io/RoleBinding'], path: ['roleRef'] },
  { kinds: ['/ConfigMap', '/Secret'], path: ['data'], when: isFrozen },
  { kinds: ['/ConfigMap'], path: ['binaryData'], when: isFrozen },
  { kinds: ['/ConfigMap', '/Secret'], path: ['immutable'], when: isFrozen },
  { kinds: ['/Secret'], path: ['type'] },
  { kinds: ['/Pod'], path: ['spec'], except: POD_SPEC_EXCEPT },
  { kinds: ['/Pod'], path: ['spec', 'containers'], when: isNotImage },
  { kinds: ['/Pod'], path: ['spec', 'initContainers'], when: isNotImage },
  { kinds: ['/Pod'], path: ['spec', 'tolerations'], when: isNotAdded },
  { kinds: ['/ResourceQuota'], path: ['spec', 'scopes'] },
  { kinds: ['scheduling.k8s.io/PriorityClass'], path: ['value'] },
  { kinds: ['scheduling.k8s.io/PriorityClass'], path: ['preemptionPolicy'] },
  { kinds: ['networking.k8s.io/IngressClass'], path: ['spec', 'controller'] },
  { kinds: ['networking.k8s.io/IPAddress'], path: ['spec', 'parentRef'] },
  { kinds: ['node.k8s.io/RuntimeClass'], path: ['handler'] },
  { kinds: ['discovery.k8s.io/EndpointSlice'], path: ['addressType'] },
  { kinds: ['resource.k8s.io/ResourceClaim'], path: ['spec'] },
  { kinds: ['resource.k8s.io/ResourceClaimTemplate'], path: ['spec'] },
  { kinds: ['certificates.k8s.io/CertificateSigningRequest'], path: ['spec'] },
  { kinds: ['apiextensions.k8s.io/CustomResourceDefinition'], path: ['spec', 'group'] },
  { kinds: ['apiextensions.k8s.io/CustomResourceDefinition'], path: ['spec', 'scope'] },
  { kinds: ['apiextensions.k8s.io/CustomResourceDefinition'], path: ['spec', 'names', 'kind'] },
  { kinds: ['apiextensions.k8s.io/CustomResourceDefinition'], path: ['spec', 'names', 'plural'] },
];

const MUTABLE_VOLUME_FIELDS = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

const SCHEDULING_FIELDS = new Set(['affinity', 'nodeSelector', 'schedulingGates', 'tolerations']);

function isJobTemplateFixed({ before, path }: ImmutableChange): boolean {
  const [, , section, field] = fromPointer(path);
  const isDirective = section === 'metadata' ? field === 'labels' || field === 'annotations' : SCHEDULING_FIELDS.has(field ?? '');
  return !(isDirective && getBoolean(before, 'spec', 'suspend') === true);
}

function isCompletionsFixed({ before, after }: ImmutableChange): boolean {
  const isElastic = getString(before, 'spec', 'completionMode') === 'Indexed';
  return !(isElastic && getAt(after, 'spec', 'completions') === getAt(after, 'spec', 'parallelism'));
}

function isAddressFixed({ before, after, path }: ImmutableChange): boolean {
  const types = [before, after].map((service) => getString(service, 'spec', 'type'));
  if (types.includes('ExternalName')) return false;
  return valueAt(before, path) !== undefined && valueAt(after, path) !== undefined;
}

function staysLoadBalancer({ before, after, path }: ImmutableChange): boolean {
  const stays = [before, after].every((service) => getString(service, 'spec', 'type') === 'LoadBalancer');
  return stays && valueAt(before, path) !== undefined;
}

function isNotGrowing({ before, after, path }: ImmutableChange): boolean {
  if (!path.startsWith('/spec/resources/requests')) return true;
  const [was, is] = [before, after].map((claim) => parseQuantity(getAt(claim, 'spec', 'resources', 'requests', 'storage')));
  return was !== undefined && (is === undefined || is < was);
}

function isVolumeSource({ path }: ImmutableChange): boolean {
  return !MUTABLE_VOLUME_FIELDS.has(fromPointer(path)[1] ?? '');
}

function wasSet({ before, path }: ImmutableChange): boolean {
  return valueAt(before, path) !== undefined;
}

function isFrozen({ before }: ImmutableChange): boolean {
  return getBoolean(before, 'immutable') === true;
}

function isNotImage({ path }: ImmutableChange): boolean {
  return !/^\/spec\/(initC|c)ontainers\/\d+\/image$/.test(path);
}

function isNotAdded({ before, path }: ImmutableChange): boolean {
  return valueAt(before, path) !== undefined;
}

function valueAt(object: KubernetesObject, pointer: string): JsonValue | undefined {
  let at: JsonValue | undefined = object;
  for (const step of fromPointer(pointer)) at = Array.isArray(at) ? getAt(at, Number(step)) : getAt(at, step);
  return at;
}
