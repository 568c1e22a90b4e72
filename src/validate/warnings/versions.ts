import type { Kind } from '../../model/index.ts';

/** When a version of an API was deprecated, when it goes away, and what takes its place (`APILifecycle...` of `k8s.io/api`), as minor releases. */
interface Lifecycle {
  readonly deprecated: number;
  readonly removed: number | undefined;
  readonly replacement: string | undefined;
}

function of(deprecated: number, removed?: number, replacement?: string): Lifecycle {
  return { deprecated, removed, replacement };
}

const LIFECYCLES: Readonly<Record<string, Lifecycle>> = {
  'v1 Endpoints': of(33, undefined, 'discovery.k8s.io/v1 EndpointSlice'),
  'admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicyBinding': of(35, 38),
  'admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy': of(37, 40, 'admissionregistration.k8s.io/v1 MutatingAdmissionPolicy'),
  'admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyBinding': of(
    37,
    40,
    'admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding',
  ),
  'admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicy': of(31, 34),
  'admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicyBinding': of(31, 34),
  'certificates.k8s.io/v1alpha1 ClusterTrustBundle': of(34, 37),
  'certificates.k8s.io/v1beta1 ClusterTrustBundle': of(37, 40),
  'certificates.k8s.io/v1beta1 PodCertificateRequest': of(38, 41),
  'coordination.k8s.io/v1alpha2 LeaseCandidate': of(35, 38),
  'coordination.k8s.io/v1beta1 LeaseCandidate': of(36, 39),
  'networking.k8s.io/v1beta1 IPAddress': of(34, 37),
  'networking.k8s.io/v1beta1 ServiceCIDR': of(34, 37),
  'resource.k8s.io/v1alpha3 DeviceTaintRule': of(36, 39),
  'resource.k8s.io/v1beta1 DeviceClass': of(35, 38),
  'resource.k8s.io/v1beta1 ResourceClaim': of(35, 38),
  'resource.k8s.io/v1beta1 ResourceClaimTemplate': of(35, 38),
  'resource.k8s.io/v1beta1 ResourceSlice': of(35, 38),
  'resource.k8s.io/v1beta2 DeviceClass': of(36, 39),
  'resource.k8s.io/v1beta2 DeviceTaintRule': of(39, 42),
  'resource.k8s.io/v1beta2 ResourceClaim': of(36, 39),
  'resource.k8s.io/v1beta2 ResourceClaimTemplate': of(36, 39),
  'resource.k8s.io/v1beta2 ResourceSlice': of(36, 39),
  'storage.k8s.io/v1alpha1 VolumeAttributesClass': of(32, 35, 'storage.k8s.io/v1 VolumeAttributesClass'),
  'storage.k8s.io/v1beta1 VolumeAttributesClass': of(34, 37, 'storage.k8s.io/v1 VolumeAttributesClass'),
  'storagemigration.k8s.io/v1beta1 StorageVersionMigration': of(38, 41),
  'admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicy': of(35, 38),
};

/** What a server of a release says of every object of a version that is to go away; undefined of one that stays. */
export function describeDeprecation({ group, version, kind }: Kind, release: string): string | undefined {
  const name = `${group === '' ? '' : `${group}/`}${version} ${kind}`;
  const lifecycle = LIFECYCLES[name];
  if (lifecycle === undefined || lifecycle.deprecated > Number(release.split('.')[1])) return undefined;
  const removed = lifecycle.removed === undefined ? '' : `, unavailable in v1.${lifecycle.removed}+`;
  const replacement = lifecycle.replacement === undefined ? '' : `; use ${lifecycle.replacement}`;
  return `${name} is deprecated in v1.${lifecycle.deprecated}+${removed}${replacement}`;
}
