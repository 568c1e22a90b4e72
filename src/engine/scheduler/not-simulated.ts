/** What kube-scheduler's default profile does and this simulation leaves out; `kplan explain` says so. In the order of the profile. */
export const NOT_SIMULATED: readonly string[] = [
  'looking at a part of the nodes only, where there are 100 or more (percentageOfNodesToScore)',
  'scheduler profiles and extenders of a KubeSchedulerConfiguration',
  'VolumeRestrictions: inline GCE, EBS, iSCSI and RBD volumes',
  'NodeVolumeLimits',
  'VolumeBinding: claims that are not yet bound (topology, capacity)',
  'VolumeZone',
  'DynamicResources',
  'NodeDeclaredFeatures',
  'nominated pods',
  'in-place resize of placed pods',
];
