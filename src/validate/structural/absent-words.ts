/** Left to the native rules, which say more of it. */
export const SAID_ELSEWHERE = '';

const PORT = 'Invalid value: 0: must be between 1 and 65535, inclusive';

/** What the server says of a field that is missing, by struct and field, where that is not `Required value`. */
export const ABSENT_WORDS: Readonly<Record<string, string>> = {
  'APIServiceSpec.groupPriorityMinimum': 'Invalid value: 0: must be positive and less than 20000',
  'APIServiceSpec.versionPriority': 'Invalid value: 0: must be positive and less than 1000',
  'AppArmorProfile.type': 'Required value: type is required when appArmorProfile is set',
  'CELDeviceSelector.expression': SAID_ELSEWHERE,
  'ContainerResourceMetricSource.container': 'Required value: must specify a container',
  'ContainerResourceMetricSource.name': 'Required value: must specify a resource name',
  'CustomResourceDefinitionSpec.versions': SAID_ELSEWHERE,
  'Endpoint.addresses': 'Required value: must contain at least 1 address',
  'GRPCAction.port': PORT,
  'HTTPGetAction.port': PORT,
  'HTTPIngressPath.backend': 'Invalid value: "": resource or service backend is required',
  'HTTPIngressPath.pathType': 'Required value: pathType must be specified',
  'HorizontalPodAutoscalerSpec.maxReplicas': 'Required value: must be set and greater than 0',
  'MetricIdentifier.name': 'Required value: must specify a metric name',
  'MetricSpec.type': 'Required value: must specify a metric source type',
  'MetricTarget.type': 'Required value: must specify a metric target type',
  'MutatingWebhook.admissionReviewVersions': 'Required value: must specify one of v1, v1beta1',
  'MutatingWebhook.clientConfig': 'Required value: exactly one of url or service is required',
  'MutatingWebhook.sideEffects': 'Required value: must specify one of None, NoneOnDryRun',
  'NodeSelector.nodeSelectorTerms': 'Required value: must have at least one node selector term',
  'NonResourcePolicyRule.nonResourceURLs': 'Required value: nonResourceURLs must contain at least one value',
  'PodFailurePolicyOnExitCodesRequirement.operator': 'Required value: valid values: ["In" "NotIn"]',
  'PodFailurePolicyRule.action': 'Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
  'PolicyRule.verbs': 'Required value: verbs must contain at least one value',
  // Nothing is preferred, of which nothing is said.
  'PreferredSchedulingTerm.preference': SAID_ELSEWHERE,
  'PriorityLevelConfigurationReference.name': 'Required value: must reference a priority level',
  'ResourceMetricSource.name': 'Required value: must specify a resource name',
  'ResourcePool.resourceSliceCount': 'Invalid value: 0: must be greater than zero',
  'RoleRef.kind': SAID_ELSEWHERE,
  'SeccompProfile.type': 'Required value: type is required when seccompProfile is set',
  'ServicePort.port': PORT,
  'Subject.kind': SAID_ELSEWHERE,
  'SuccessPolicy.rules': 'Required value: at least one rules must be specified when the successPolicy is specified',
  'TCPSocketAction.port': PORT,
  'TopologySpreadConstraint.topologyKey': 'Required value: can not be empty',
  'TopologySpreadConstraint.whenUnsatisfiable': 'Unsupported value: "": supported values: "DoNotSchedule", "ScheduleAnyway"',
  'ValidatingAdmissionPolicyBindingSpec.validationActions': 'Required value: at least one validation action is required',
  'ValidatingWebhook.admissionReviewVersions': 'Required value: must specify one of v1, v1beta1',
  'ValidatingWebhook.clientConfig': 'Required value: exactly one of url or service is required',
  'ValidatingWebhook.sideEffects': 'Required value: must specify one of None, NoneOnDryRun',
  'Validation.expression': 'Required value: expression is not specified',
  'VolumeAttachmentSpec.source': 'Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
};

/** What the server says of a text that is there and empty, where that is another thing than missing. */
export const EMPTY_WORDS: Readonly<Record<string, string>> = {
  'HTTPGetAction.port': SAID_ELSEWHERE,
  'HTTPIngressPath.pathType': 'Unsupported value: "": supported values: "Exact", "ImplementationSpecific", "Prefix"',
  'TCPSocketAction.port': SAID_ELSEWHERE,
};
