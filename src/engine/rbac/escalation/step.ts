/** A kind of step, and what whoever takes it does. */
export const STEPS = {
  admin: 'does everything in the cluster',
  'token-create': 'issues a token',
  impersonate: 'impersonates',
  'secret-read': 'reads Secrets',
  'secret-mint': 'makes a token Secret and reads it',
  'pod-create': 'runs a Pod of its choice',
  'template-write': 'rewrites the Pod template of a workload',
  'image-write': 'changes the image of a Pod',
  'pod-exec': 'runs commands in Pods',
  ephemeral: 'adds a container to a Pod',
  escalate: 'rewrites a role that it is bound to (escalate)',
  aggregate: 'adds rules to an aggregated role that it is bound to (escalate)',
  bind: 'binds a role to itself (bind)',
  'binding-edit': 'adds itself to a binding (bind)',
  'nodes-proxy': 'runs commands in every Pod through the kubelets (nodes/proxy)',
  'csr-approve': 'signs itself a client certificate of any name',
  'csr-node': 'signs itself the certificate of a node',
  sign: 'writes what a signer answers (sign)',
  webhook: 'alters what others write (mutating admission)',
  'webhook-read': 'reads what others write (admission webhook)',
  'confused-deputy': 'has a controller act for it',
  'pv-hostpath': 'mounts a folder of the node through a PersistentVolume',
  'namespace-label': 'lifts the Pod Security level of the namespace',
  'cloud-auth': 'maps a cloud identity to system:masters (aws-auth)',
  'port-forward': 'connects to Pods past network policies',
  'traffic-redirect': 'redirects the traffic of Services',
  dns: 'redirects names (CoreDNS)',
  'api-service': 'answers for an API group',
  'crd-conversion': 'converts custom resources',
  'admission-off': 'removes admission policies',
  'account-annotate': 'gives a ServiceAccount a cloud role',
  'cloud-role': 'takes its role in the cloud',
  'log-read': 'reads what programs log',
  'privileged-pod': 'runs it privileged',
  'runs-as': 'takes its token',
  mounts: 'reads what it mounts',
  escape: 'leaves its container',
  'token-in-secret': 'takes the token in the Secret',
  'node-steal': 'draws Pods to the node that it has (nodes shut, Pods removed)',
  'log-link': 'reads files of its node through a link among the logs',
  'on-node': 'enters the Pods on the node',
  kubelet: 'acts as the kubelet',
  'control-plane': 'takes the keys of a control plane node',
  member: 'is in the group',
  includes: 'includes',
} as const;

/** A kind of step: a primitive, or how one thing holds another. */
export type StepKind = keyof typeof STEPS;

const FREE: ReadonlySet<StepKind> = new Set(['includes', 'member']);

/** How long a step is: what is held already costs nothing. */
export function lengthOf(step: StepKind): 0 | 1 {
  return FREE.has(step) ? 0 : 1;
}

/** Whether a step is no news of whoever takes it: what its group has, or its own role in the cloud. */
export function isOwn(step: StepKind): boolean {
  return step === 'cloud-role' || step === 'member';
}
