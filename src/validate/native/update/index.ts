import { describe, type Kind, type KubernetesObject } from '../../../model/index.ts';
import type { Report } from '../../problem.ts';
import {
  checkAttributesClassUpdate,
  checkBindingUpdate,
  checkConfigMapUpdate,
  checkDriversOfNodeUpdate,
  checkDriverUpdate,
  checkNodeUpdate,
  checkPriorityClassUpdate,
  checkQuotaUpdate,
  checkRevisionUpdate,
  checkSecretUpdate,
  checkServiceCidrUpdate,
} from './cluster-objects.ts';
import { checkDefinitionUpdate } from './definitions.ts';
import { Pair } from './pair.ts';
import { checkPodUpdate } from './pods.ts';
import { checkServiceUpdate } from './services.ts';
import { checkClaimUpdate, checkVolumeUpdate } from './volumes.ts';
import { checkJobUpdate, checkSelectorUpdate, checkStatefulSetUpdate } from './workloads.ts';

/** What the update of one kind is held to besides what its object is. */
type UpdateCheck = (pair: Pair, version: string) => void;

/** By group and kind; of kinds that are not here everything may change. */
const CHECKS: Readonly<Record<string, UpdateCheck>> = {
  '/ConfigMap': checkConfigMapUpdate,
  '/Node': checkNodeUpdate,
  '/PersistentVolume': checkVolumeUpdate,
  '/PersistentVolumeClaim': checkClaimUpdate,
  '/Pod': checkPodUpdate,
  '/ResourceQuota': checkQuotaUpdate,
  '/Secret': checkSecretUpdate,
  '/Service': checkServiceUpdate,
  'apiextensions.k8s.io/CustomResourceDefinition': checkDefinitionUpdate,
  'apps/ControllerRevision': checkRevisionUpdate,
  'apps/DaemonSet': checkSelectorUpdate,
  'apps/Deployment': checkSelectorUpdate,
  'apps/ReplicaSet': checkSelectorUpdate,
  'apps/StatefulSet': checkStatefulSetUpdate,
  'batch/Job': checkJobUpdate,
  'certificates.k8s.io/ClusterTrustBundle': (bundle) => bundle.at('spec', 'signerName').fixedText(),
  'certificates.k8s.io/CertificateSigningRequest': (request) => request.at('spec').fixedStruct(),
  'coordination.k8s.io/LeaseCandidate': (candidate) => candidate.at('spec', 'leaseName').fixedText(),
  'discovery.k8s.io/EndpointSlice': (slice) => slice.at('addressType').fixedText(true),
  'networking.k8s.io/IPAddress': (address) => address.at('spec', 'parentRef').fixedStruct(),
  'networking.k8s.io/IngressClass': (ingress) => ingress.at('spec', 'controller').fixedText(),
  'networking.k8s.io/ServiceCIDR': checkServiceCidrUpdate,
  'node.k8s.io/RuntimeClass': (runtime) => runtime.at('handler').fixedText(),
  'rbac.authorization.k8s.io/ClusterRoleBinding': checkBindingUpdate,
  'rbac.authorization.k8s.io/RoleBinding': checkBindingUpdate,
  'resource.k8s.io/ResourceClaim': (claim) => claim.at('spec').fixedStruct(),
  'resource.k8s.io/ResourceClaimTemplate': (template) => template.at('spec').fixedStruct(),
  'resource.k8s.io/ResourceSlice': (slice) => {
    slice.at('spec', 'pool', 'name').fixedText();
    slice.at('spec', 'driver').fixedText();
    slice.at('spec', 'nodeName').fixed();
  },
  'scheduling.k8s.io/PriorityClass': checkPriorityClassUpdate,
  'storage.k8s.io/CSIDriver': checkDriverUpdate,
  'storage.k8s.io/CSINode': checkDriversOfNodeUpdate,
  'storage.k8s.io/CSIStorageCapacity': (capacity) => {
    capacity.at('nodeTopology').fixed();
    capacity.at('storageClassName').fixedText();
  },
  'storage.k8s.io/StorageClass': (storage) => {
    storage.at('parameters').fixed();
    storage.at('provisioner').fixedText();
    storage.at('reclaimPolicy').fixed();
    storage.at('volumeBindingMode').fixed();
  },
  'storage.k8s.io/VolumeAttachment': (attachment) => attachment.at('spec').fixedStruct(),
  'storage.k8s.io/VolumeAttributesClass': checkAttributesClassUpdate,
};

/**
 * What the server's own validation (`Validate...Update` of `pkg/apis/<group>/validation`) says of a built-in object that takes
 * the place of another, in its words, each sentence once: what may not change, and what may only grow. Both are to be whole.
 * A value that the server prints as it holds it in memory, and its picture of what has changed, are left out.
 */
export function checkNativeUpdate(before: KubernetesObject, after: KubernetesObject, kind: Kind, version: string, report: Report): void {
  const check = CHECKS[`${kind.group}/${kind.kind}`];
  if (check === undefined) return;
  const said = new Set<string>();
  const tell: Report = (problem) => {
    const sentence = describe(problem);
    if (!said.has(sentence)) report(problem);
    said.add(sentence);
  };
  check(Pair.of(before, after, kind, tell), version);
}
