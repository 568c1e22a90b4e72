/** What kube-scheduler's default profile does and this simulation leaves out; `kplan explain` says so. In the order of the profile. */
export const NOT_SIMULATED: readonly string[] = [
  'looking at a part of the nodes only, where there are 100 or more (percentageOfNodesToScore)',
  'extenders of a KubeSchedulerConfiguration, and plugins that are not part of kube-scheduler: they are named',
  'the arguments of DefaultPreemption: victims are looked for on every node',
  'where pods of another scheduler (schedulerName) go, and when scheduling gates are lifted: such pods are named and take no room',
  'pods of a CronJob beside those that are there: only whether a pod fits on an empty node',
  'VolumeBinding: where a driver can reach a volume that it makes, beyond the allowedTopologies of the class',
  'DynamicResources: devices with consumable capacity or binding conditions, DeviceTaintRules, giving back what a claim has got: pods that need one of the first two are named and take no room',
  'the scores of nodes by devices, where a configuration weighs an extended resource that a DeviceClass stands for',
  'a pod of which two entries name the same ResourceClaim: its devices count twice',
];
