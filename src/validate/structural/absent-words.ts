/** Left to the native rules, which say more of it. */
export const SAID_ELSEWHERE = '';

const PORT = 'Invalid value: 0: must be between 1 and 65535, inclusive';

/** What the server says of a field that is missing, by struct and field, where that is not `Required value`. */
export const ABSENT_WORDS: Readonly<Record<string, string>> = {
  'CustomResourceDefinitionSpec.versions': SAID_ELSEWHERE,
  'GRPCAction.port': PORT,
  'HTTPGetAction.port': PORT,
  'HTTPIngressPath.backend': 'Invalid value: "": resource or service backend is required',
  'HTTPIngressPath.pathType': 'Required value: pathType must be specified',
  'HorizontalPodAutoscalerSpec.maxReplicas': 'Required value: must be set and greater than 0',
  'MetricSpec.type': 'Required value: must specify a metric source type',
  'MetricTarget.type': 'Required value: must specify a metric target type',
  'MutatingWebhook.admissionReviewVersions': 'Required value: must specify one of v1, v1beta1',
  'MutatingWebhook.clientConfig': 'Required value: exactly one of url or service is required',
  'MutatingWebhook.sideEffects': 'Required value: must specify one of None, NoneOnDryRun',
  'PolicyRule.verbs': 'Required value: verbs must contain at least one value',
  'RoleRef.kind': SAID_ELSEWHERE,
  'ServicePort.port': PORT,
  'Subject.kind': SAID_ELSEWHERE,
  'TCPSocketAction.port': PORT,
  'TopologySpreadConstraint.topologyKey': 'Required value: can not be empty',
  'TopologySpreadConstraint.whenUnsatisfiable': 'Unsupported value: "": supported values: "DoNotSchedule", "ScheduleAnyway"',
  'ValidatingWebhook.admissionReviewVersions': 'Required value: must specify one of v1, v1beta1',
  'ValidatingWebhook.clientConfig': 'Required value: exactly one of url or service is required',
  'ValidatingWebhook.sideEffects': 'Required value: must specify one of None, NoneOnDryRun',
};
