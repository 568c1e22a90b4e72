/** How the server speaks of an enum where it does not simply list the schema's values in their order. */
export interface EnumWords {
  /** The values, in the order in which they are listed. */
  readonly values?: readonly string[];
  /** What it says instead of listing values. */
  readonly reason?: string;
  /** True where it speaks of the list, not of the item. */
  readonly ofList?: true;
}

const OPERATOR: EnumWords = { reason: 'not a valid selector operator' };
const EFFECTS: EnumWords = { values: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] };
const SIDE_EFFECTS: EnumWords = { values: ['None', 'NoneOnDryRun'] };
const MODES: EnumWords = { ofList: true };

/** By struct and field. */
export const ENUM_WORDS: Readonly<Record<string, EnumWords>> = {
  'Container.terminationMessagePolicy': { values: ['File', 'FallbackToLogsOnError'] },
  'JobSpec.completionMode': { values: ['NonIndexed', 'Indexed'] },
  'MutatingWebhook.sideEffects': SIDE_EFFECTS,
  'NetworkPolicyPort.protocol': { values: ['TCP', 'UDP', 'SCTP'] },
  'NetworkPolicySpec.policyTypes': { values: ['Ingress', 'Egress'] },
  'NodeSelectorRequirement.operator': OPERATOR,
  'PersistentVolumeClaimSpec.accessModes': MODES,
  'PersistentVolumeSpec.accessModes': MODES,
  'PodSpec.dnsPolicy': { values: ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'] },
  'PodSpec.restartPolicy': { values: ['Always', 'OnFailure', 'Never'] },
  'PriorityClass.preemptionPolicy': { values: ['PreemptLowerPriority', 'Never'] },
  'StatefulSetSpec.podManagementPolicy': { reason: "must be 'OrderedReady' or 'Parallel'" },
  'StorageClass.reclaimPolicy': { values: ['Delete', 'Retain'] },
  'Taint.effect': EFFECTS,
  'Toleration.effect': EFFECTS,
  'Toleration.operator': { values: ['Equal', 'Exists'] },
  'ValidatingWebhook.sideEffects': SIDE_EFFECTS,
};

/** Fields that are pointers in Go, so that an empty text is a value of its own, and a wrong one. */
export const EMPTY_IS_A_VALUE: ReadonlySet<string> = new Set([
  'AzureDiskVolumeSource.cachingMode',
  'AzureDiskVolumeSource.kind',
  'EndpointPort.protocol',
  'JobSpec.completionMode',
  'JobSpec.podReplacementPolicy',
  'Lifecycle.stopSignal',
  'MatchResources.matchPolicy',
  'MutatingAdmissionPolicySpec.failurePolicy',
  'MutatingWebhook.failurePolicy',
  'MutatingWebhook.matchPolicy',
  'MutatingWebhook.reinvocationPolicy',
  'MutatingWebhook.sideEffects',
  'NetworkPolicyPort.protocol',
  'PersistentVolumeClaimSpec.volumeMode',
  'PersistentVolumeSpec.volumeMode',
  'PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy',
  'PodSecurityContext.fsGroupChangePolicy',
  'PodSecurityContext.supplementalGroupsPolicy',
  'PodSpec.preemptionPolicy',
  'RuleWithOperations.scope',
  'SecurityContext.procMount',
  'ServiceSpec.internalTrafficPolicy',
  'ServiceSpec.ipFamilyPolicy',
  'StorageClass.volumeBindingMode',
  'TopologySpreadConstraint.nodeAffinityPolicy',
  'TopologySpreadConstraint.nodeTaintsPolicy',
  'ValidatingAdmissionPolicySpec.failurePolicy',
  'ValidatingWebhook.failurePolicy',
  'ValidatingWebhook.matchPolicy',
  'ValidatingWebhook.sideEffects',
  'VolumeMount.mountPropagation',
]);
