import type { KubernetesObject } from '../../../../src/model/index.ts';
import type { JsonObject } from '../../../../src/std/index.ts';
import { clusterBinding, rule } from '../objects.ts';
import { definition, deployment, object, pod, runs, type Primitive } from './primitive.ts';

const ADMISSION = 'admissionregistration.k8s.io';
const SYSTEM_CONFIGS = '/api/v1/namespaces/kube-system/configmaps';
/** Of a webhook or policy that is asked of nothing. */
const NOWHERE: JsonObject = { matchLabels: { thief: 'never' } };

function webhooks(kind: 'Mutating' | 'Validating', name: string): KubernetesObject {
  const hook = {
    name: 'thief.example.com',
    clientConfig: { url: 'https://127.0.0.1:1/' },
    rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    namespaceSelector: NOWHERE,
    objectSelector: NOWHERE,
    failurePolicy: 'Ignore',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  return object(`${ADMISSION}/v1`, `${kind}WebhookConfiguration`, name, { webhooks: [hook] }, '');
}

function policy(name: string): KubernetesObject {
  const spec = {
    matchConstraints: {
      namespaceSelector: NOWHERE,
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    failurePolicy: 'Ignore',
    reinvocationPolicy: 'Never',
    mutations: [
      { patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{spec: Object.spec{serviceAccountName: "strong"}}' } },
    ],
  };
  return object(`${ADMISSION}/v1`, 'MutatingAdmissionPolicy', name, { spec }, '');
}

/** An account that has a role in the cloud. */
function cloudAccount(name: string): KubernetesObject {
  const metadata = { name, namespace: 'prey', annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/backup' } };
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
}

/** What is got from the machinery of the cluster: nodes, admission, API groups, controllers that write for others. */
export const CLUSTER_PRIMITIVES: readonly Primitive[] = [
  {
    name: 'what others write is altered by a webhook',
    wide: [rule('create', ADMISSION, 'mutatingwebhookconfigurations')],
    step: 'webhook',
    to: () => 'admin',
    replay: (actor) => [{ method: 'POST', path: `/apis/${ADMISSION}/v1/mutatingwebhookconfigurations`, body: webhooks('Mutating', actor) }],
    twin: { why: 'one that only refuses alters nothing', wide: [rule('create', ADMISSION, 'validatingwebhookconfigurations')] },
  },
  {
    name: 'what others write is altered by a policy',
    since: 36,
    wide: [rule('create', ADMISSION, 'mutatingadmissionpolicies mutatingadmissionpolicybindings')],
    step: 'webhook',
    to: () => 'admin',
    replay: (actor) => [
      { method: 'POST', path: `/apis/${ADMISSION}/v1/mutatingadmissionpolicies`, body: policy(actor) },
      {
        method: 'POST',
        path: `/apis/${ADMISSION}/v1/mutatingadmissionpolicybindings`,
        body: object(`${ADMISSION}/v1`, 'MutatingAdmissionPolicyBinding', actor, { spec: { policyName: actor } }, ''),
      },
    ],
    twin: { why: 'a policy without a binding does nothing', wide: [rule('create', ADMISSION, 'mutatingadmissionpolicies')] },
  },
  {
    name: 'Secrets are seen as they are written',
    wide: [rule('create', ADMISSION, 'validatingwebhookconfigurations')],
    step: 'webhook-read',
    to: () => 'secrets *',
    replay: (actor) => [
      { method: 'POST', path: `/apis/${ADMISSION}/v1/validatingwebhookconfigurations`, body: webhooks('Validating', actor) },
    ],
    twin: { why: 'a policy sends nothing out', wide: [rule('create', ADMISSION, 'validatingadmissionpolicies')] },
  },
  {
    name: 'a guard is removed',
    wide: [rule('delete', ADMISSION, 'validatingwebhookconfigurations')],
    world: (actor) => [webhooks('Validating', `guard-${actor}`)],
    step: 'admission-off',
    to: () => 'guards',
    replay: (actor) => [{ method: 'DELETE', path: `/apis/${ADMISSION}/v1/validatingwebhookconfigurations/guard-${actor}` }],
    twin: { why: 'a new one takes no other away', wide: [rule('create', ADMISSION, 'validatingwebhookconfigurations')] },
  },
  {
    name: 'names are redirected',
    wide: [rule('patch', '', 'configmaps', 'coredns')],
    world: () => [object('v1', 'ConfigMap', 'coredns', { data: { Corefile: '' } }, 'kube-system')],
    step: 'dns',
    to: () => 'traffic',
    replay: () => [{ method: 'PATCH', path: `${SYSTEM_CONFIGS}/coredns`, body: { data: { Corefile: '.:53 {}' } } }],
    twin: { why: 'another ConfigMap is granted', wide: [rule('patch', '', 'configmaps', 'other')] },
  },
  {
    name: 'a cloud identity is mapped to a cluster admin',
    wide: [rule('patch', '', 'configmaps')],
    world: () => [object('v1', 'ConfigMap', 'aws-auth', { data: { mapUsers: '' } }, 'kube-system')],
    step: 'cloud-auth',
    to: () => 'admin',
    replay: () => [{ method: 'PATCH', path: `${SYSTEM_CONFIGS}/aws-auth`, body: { data: { mapUsers: '- {username: thief}' } } }],
    twin: { why: 'in its own namespace it is any ConfigMap', rules: [rule('patch', '', 'configmaps')] },
  },
  {
    name: 'a Service is given an address of its own',
    rules: [rule('patch', '', 'services/status')],
    world: (actor) => [object('v1', 'Service', `service-${actor}`, { spec: { ports: [{ port: 80 }] } })],
    step: 'traffic-redirect',
    to: () => 'traffic',
    replay: (actor) => [
      {
        method: 'PATCH',
        path: `/api/v1/namespaces/prey/services/service-${actor}/status`,
        body: { metadata: { labels: { thief: 'was-here' } } },
      },
    ],
    twin: { why: 'to read it redirects nothing', rules: [rule('get', '', 'services/status')] },
  },
  {
    name: 'Pods are reached past network policies',
    rules: [rule('create', '', 'pods/portforward')],
    step: 'port-forward',
    to: () => 'traffic',
    replay: () => [{ method: 'POST', path: '/api/v1/namespaces/prey/pods/absent/portforward', until: 'authorized' }],
    twin: { why: 'a log is no connection', rules: [rule('get create', '', 'pods/log')] },
  },
  {
    name: 'a Service is given the address of another',
    rules: [rule('create', '', 'services')],
    step: 'traffic-redirect',
    to: () => 'traffic',
    replay: (actor) => [
      {
        method: 'POST',
        path: '/api/v1/namespaces/prey/services',
        body: object('v1', 'Service', `stolen-${actor}`, { spec: { ports: [{ port: 80 }], externalIPs: ['203.0.113.7'] } }),
      },
    ],
    twin: { why: 'to delete one redirects nothing', rules: [rule('delete', '', 'services')] },
  },
  {
    name: 'a Service is led to an address of choice',
    rules: [rule('create', 'discovery.k8s.io', 'endpointslices')],
    step: 'traffic-redirect',
    to: () => 'traffic',
    replay: (actor) => [
      {
        method: 'POST',
        path: '/apis/discovery.k8s.io/v1/namespaces/prey/endpointslices',
        body: object('discovery.k8s.io/v1', 'EndpointSlice', `slice-${actor}`, {
          addressType: 'IPv4',
          endpoints: [{ addresses: ['203.0.113.8'] }],
          ports: [{ port: 80 }],
        }),
      },
    ],
    twin: { why: 'to list them leads nowhere', rules: [rule('list', 'discovery.k8s.io', 'endpointslices')] },
  },
  {
    name: 'a Pod says that it has an address of choice',
    rules: [rule('patch', '', 'pods/status')],
    world: (actor) => [pod(`status-${actor}`)],
    step: 'traffic-redirect',
    to: () => 'traffic',
    replay: (actor) => [
      {
        method: 'PATCH',
        path: `/api/v1/namespaces/prey/pods/status-${actor}/status`,
        body: { status: { podIP: '203.0.113.9', podIPs: [{ $patch: 'replace' }, { ip: '203.0.113.9' }] } },
      },
    ],
    twin: { why: 'the pod is not its status', rules: [rule('get', '', 'pods/status')] },
  },
  {
    name: 'whoever acts as an account has its role in the cloud',
    rules: [rule('create', '', 'serviceaccounts/token')],
    world: () => [cloudAccount('backup')],
    step: 'cloud-role',
    to: () => 'cloud',
    replay: () => [
      {
        method: 'POST',
        path: '/api/v1/namespaces/prey/serviceaccounts/backup/token',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['sts.amazonaws.com'] } },
        until: { field: ['status', 'token'] },
      },
    ],
    twin: { why: 'to read it is not to be it', rules: [rule('get', '', 'serviceaccounts')] },
  },
  ...(['azure.workload.identity/client-id', 'iam.gke.io/gcp-service-account'] as const).map((annotation): Primitive => ({
    name: `an account is given a role in the cloud by ${annotation}`,
    rules: [rule('patch', '', 'serviceaccounts'), rule('create', '', 'pods')],
    world: () => [cloudAccount('backup')],
    step: 'account-annotate',
    to: () => 'cloud',
    replay: (actor) => [
      {
        method: 'PATCH',
        path: '/api/v1/namespaces/prey/serviceaccounts/strong',
        body: { metadata: { annotations: { [annotation]: actor } } },
      },
      { method: 'POST', path: '/api/v1/namespaces/prey/pods', body: pod(actor) },
      runs(actor),
    ],
    twin: { why: 'it is not written', rules: [rule('get', '', 'serviceaccounts'), rule('create', '', 'pods')] },
  })),
  {
    name: 'an account is given a role in the cloud',
    rules: [rule('patch', '', 'serviceaccounts'), rule('create', 'apps', 'deployments')],
    world: () => [cloudAccount('backup')],
    step: 'account-annotate',
    to: () => 'cloud',
    replay: (actor) => [
      {
        method: 'PATCH',
        path: '/api/v1/namespaces/prey/serviceaccounts/strong',
        body: { metadata: { annotations: { 'eks.amazonaws.com/role-arn': actor } } },
      },
      { method: 'POST', path: '/apis/apps/v1/namespaces/prey/deployments', body: deployment(actor) },
      runs(actor, 'app'),
    ],
    twin: { why: 'nothing runs as it', rules: [rule('patch', '', 'serviceaccounts')] },
  },
  {
    name: 'custom resources are converted',
    wide: [rule('patch', 'apiextensions.k8s.io', 'customresourcedefinitions')],
    world: (actor) => [definition(`${actor}.example.com`, 'things', 'Thing')],
    step: 'crd-conversion',
    to: () => 'traffic',
    replay: (actor) => [
      {
        method: 'PATCH',
        path: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${actor}.example.com`,
        body: {
          spec: {
            conversion: {
              strategy: 'Webhook',
              webhook: { clientConfig: { url: 'https://127.0.0.1:1/' }, conversionReviewVersions: ['v1'] },
            },
          },
        },
      },
    ],
    twin: { why: 'its status is no conversion', wide: [rule('patch', 'apiextensions.k8s.io', 'customresourcedefinitions/status')] },
  },
  {
    name: 'an API group is answered for',
    wide: [rule('patch', 'apiregistration.k8s.io', 'apiservices')],
    world: (actor) => [
      object(
        'apiregistration.k8s.io/v1',
        'APIService',
        `v1.${actor}.example.com`,
        { spec: { group: `${actor}.example.com`, version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 } },
        '',
      ),
    ],
    step: 'api-service',
    to: () => 'traffic',
    replay: (actor) => [
      {
        method: 'PATCH',
        path: `/apis/apiregistration.k8s.io/v1/apiservices/v1.${actor}.example.com`,
        body: { spec: { service: { namespace: 'prey', name: 'thief', port: 443 }, insecureSkipTLSVerify: true } },
      },
    ],
    twin: { why: 'to list them answers nothing', wide: [rule('list', 'apiregistration.k8s.io', 'apiservices')] },
  },
  {
    name: 'everything is allowed',
    wide: [rule('*', '*', '*')],
    step: 'admin',
    to: () => 'admin',
    replay: () => [{ method: 'GET', path: '/api/v1/secrets' }],
    twin: { why: 'in one namespace', rules: [rule('*', '*', '*')] },
  },
  {
    name: 'a group is what its members are',
    home: 'members',
    world: (actor) => [clusterBinding(`group-${actor}`, 'ClusterRole cluster-admin', 'group system:serviceaccounts:members')],
    rules: [rule('get', '', 'pods/log')],
    step: 'admin',
    to: () => 'admin',
    replay: () => [{ method: 'GET', path: '/api/v1/secrets', until: { field: ['kind'] } }],
    twin: {
      why: 'a group of another namespace',
      rules: [rule('get', '', 'pods/log')],
      world: (actor) => [clusterBinding(`group-${actor}`, 'ClusterRole cluster-admin', 'group system:serviceaccounts:other')],
    },
  },
];
