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
const MODES: EnumWords = { ofList: true };

/** By struct and field. */
export const ENUM_WORDS: Readonly<Record<string, EnumWords>> = {
  'Container.terminationMessagePolicy': { values: ['File', 'FallbackToLogsOnError'] },
  'JobSpec.completionMode': { values: ['NonIndexed', 'Indexed'] },
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
};
