import { binding, clusterRole, role, rule } from '../objects.ts';
import { object, pod, STRONG, type ExploitRequest, type Primitive } from './primitive.ts';
import { CERTIFICATE, CLIENT_REQUEST, NODE_REQUEST } from './certificate-requests.ts';

const SECRETS = '/api/v1/namespaces/prey/secrets';
const ACCOUNTS = '/api/v1/namespaces/prey/serviceaccounts';
const REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const REVIEW = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
const TOKEN_TYPE = 'kubernetes.io/service-account-token';
const AUTHENTICATION = 'authentication.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';

function tokenSecret(name: string): ReturnType<typeof object> {
  const annotations = { 'kubernetes.io/service-account.name': 'strong' };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'prey', annotations }, type: TOKEN_TYPE };
}

function token(name: string): ExploitRequest {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  return { method: 'POST', path: `${ACCOUNTS}/${name}/token`, body, until: { field: ['status', 'token'] } };
}

function request(actor: string, signerName: string, pem: string, usages: readonly string[]): ExploitRequest {
  const spec = { signerName, request: Buffer.from(pem).toString('base64'), usages: [...usages] };
  const body = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: actor }, spec };
  return { method: 'POST', path: REQUESTS, body };
}

function approved(actor: string): ReturnType<typeof object> {
  const spec = { signerName: 'example.com/thief', request: Buffer.from(CLIENT_REQUEST).toString('base64'), usages: ['client auth'] };
  return object('certificates.k8s.io/v1', 'CertificateSigningRequest', `asked-${actor}`, { spec, status: APPROVED }, '');
}

const APPROVED = { conditions: [{ type: 'Approved', status: 'True', reason: 'Thief', message: 'by the thief' }] };

/** What is got by reading Secrets, and by acting as others. */
export const IDENTITY_PRIMITIVES: readonly Primitive[] = [
  {
    name: 'Secrets are read by listing',
    rules: [rule('list', '', 'secrets')],
    step: 'secret-read',
    to: () => 'secrets prey',
    replay: () => [{ method: 'GET', path: SECRETS }],
    twin: { why: 'ConfigMaps hold no tokens', rules: [rule('list', '', 'configmaps')] },
  },
  {
    name: 'the token in a Secret is taken',
    rules: [rule('get', '', 'secrets', 'granted')],
    world: () => [tokenSecret('granted')],
    step: 'token-in-secret',
    to: () => STRONG,
    replay: () => [{ method: 'GET', path: `${SECRETS}/granted`, until: { field: ['data', 'token'] } }],
    twin: { why: 'another Secret is granted', rules: [rule('get', '', 'secrets', 'another')] },
  },
  {
    name: 'a token Secret is made and read',
    rules: [rule('create get', '', 'secrets')],
    step: 'secret-mint',
    to: () => 'accounts prey',
    replay: (actor) => [
      { method: 'POST', path: SECRETS, body: tokenSecret(actor) },
      { method: 'GET', path: `${SECRETS}/${actor}`, until: { field: ['data', 'token'] } },
    ],
    twin: { why: 'what is made cannot be read', rules: [rule('create', '', 'secrets')] },
  },
  {
    name: 'a token is issued',
    rules: [rule('create', '', 'serviceaccounts/token')],
    step: 'token-create',
    to: () => 'accounts prey',
    replay: () => [token('strong')],
    twin: { why: 'the account is not its token', rules: [rule('create get', '', 'serviceaccounts')] },
  },
  {
    name: 'a token of one account is issued',
    rules: [rule('create', '', 'serviceaccounts/token', 'strong')],
    step: 'token-create',
    to: () => STRONG,
    replay: () => [token('strong')],
    twin: { why: 'another account is granted', rules: [rule('create', '', 'serviceaccounts/token', 'default')] },
  },
  {
    name: 'a ServiceAccount is impersonated',
    rules: [rule('impersonate', '', 'serviceaccounts', 'strong')],
    step: 'impersonate',
    to: () => STRONG,
    replay: () => [{ method: 'POST', path: REVIEWS, body: REVIEW, as: { name: 'system:serviceaccount:prey:strong', groups: [] } }],
    twin: { why: 'a ServiceAccount is no user here', wide: [rule('impersonate', '', 'users')] },
  },
  {
    name: 'everybody is impersonated',
    wide: [rule('impersonate', '', 'users groups')],
    step: 'impersonate',
    to: () => 'admin',
    replay: () => [{ method: 'GET', path: '/api/v1/secrets', as: { name: 'thief', groups: ['system:masters'] } }],
    twin: { why: 'a group is impersonated along with somebody', wide: [rule('impersonate', '', 'groups')] },
  },
  {
    name: 'a ServiceAccount is impersonated for some requests',
    since: 36,
    rules: [
      rule('impersonate:serviceaccount', AUTHENTICATION, 'serviceaccounts', 'strong'),
      rule('impersonate-on:serviceaccount:list', '', 'secrets'),
    ],
    world: () => [
      role('prey', 'strong', [rule('list', '', 'secrets configmaps')]),
      binding('prey', 'strong', 'Role strong', 'account prey/strong'),
    ],
    step: 'secret-read',
    to: () => 'secrets prey',
    replay: () => [{ method: 'GET', path: SECRETS, as: { name: 'system:serviceaccount:prey:strong', groups: [] } }],
    twin: {
      why: 'it is impersonated for another request',
      rules: [
        rule('impersonate:serviceaccount', AUTHENTICATION, 'serviceaccounts', 'strong'),
        rule('impersonate-on:serviceaccount:list', '', 'configmaps'),
      ],
    },
  },
  {
    name: 'users and their groups are impersonated for some requests',
    since: 36,
    wide: [
      rule('impersonate:user-info', AUTHENTICATION, 'users', 'anybody'),
      rule('impersonate:user-info', AUTHENTICATION, 'groups', 'issuers'),
      rule('impersonate-on:user-info:create', '', 'serviceaccounts/token'),
    ],
    world: () => [
      clusterRole('issuer', [rule('create', '', 'serviceaccounts/token')]),
      binding('prey', 'issuers', 'ClusterRole issuer', 'group issuers'),
    ],
    step: 'token-create',
    to: () => 'accounts prey',
    replay: () => [{ ...token('strong'), as: { name: 'anybody', groups: ['issuers'] } }],
    twin: {
      why: 'the group is not granted',
      wide: [
        rule('impersonate:user-info', AUTHENTICATION, 'users', 'anybody'),
        rule('impersonate-on:user-info:create', '', 'serviceaccounts/token'),
      ],
    },
  },
  {
    name: 'a node is impersonated for the Secrets of its Pods',
    since: 36,
    wide: [
      rule('impersonate:arbitrary-node', AUTHENTICATION, 'nodes', 'prey-node'),
      rule('impersonate-on:arbitrary-node:get', '', 'secrets'),
    ],
    world: () => [
      tokenSecret('mounted'),
      object('v1', 'Node', 'prey-node', {}, ''),
      pod('holder', {
        nodeName: 'prey-node',
        containers: [{ name: 'main', image: 'busybox', volumeMounts: [{ name: 'own', mountPath: '/own' }] }],
        volumes: [{ name: 'own', secret: { secretName: 'mounted' } }],
      }),
    ],
    step: 'token-in-secret',
    to: () => STRONG,
    replay: () => [
      { method: 'GET', path: `${SECRETS}/mounted`, as: { name: 'system:node:prey-node', groups: [] }, until: { field: ['data', 'token'] } },
    ],
    twin: {
      why: 'a node has no business with the Secrets of others',
      wide: [
        rule('impersonate:arbitrary-node', AUTHENTICATION, 'nodes', 'prey-node'),
        rule('impersonate-on:arbitrary-node:get', '', 'configmaps'),
      ],
    },
  },
  {
    name: 'a client certificate of any name is approved',
    wide: [
      rule('create get', CERTIFICATES, 'certificatesigningrequests'),
      rule('patch', CERTIFICATES, 'certificatesigningrequests/approval'),
      rule('approve', CERTIFICATES, 'signers', 'kubernetes.io/kube-apiserver-client'),
    ],
    step: 'csr-approve',
    to: () => 'users',
    replay: (actor) => [
      request(actor, 'kubernetes.io/kube-apiserver-client', CLIENT_REQUEST, ['client auth']),
      { method: 'PATCH', path: `${REQUESTS}/${actor}/approval`, body: { status: APPROVED } },
    ],
    twin: {
      why: 'another signer is granted',
      wide: [
        rule('create get', CERTIFICATES, 'certificatesigningrequests'),
        rule('patch', CERTIFICATES, 'certificatesigningrequests/approval'),
        rule('approve', CERTIFICATES, 'signers', 'kubernetes.io/kubelet-serving'),
      ],
    },
  },
  {
    name: 'an approved request is answered in the place of its signer',
    wide: [
      rule('get', CERTIFICATES, 'certificatesigningrequests'),
      rule('patch', CERTIFICATES, 'certificatesigningrequests/status'),
      rule('sign', CERTIFICATES, 'signers', 'example.com/thief'),
    ],
    world: (actor) => [approved(actor)],
    step: 'sign',
    to: () => 'certificates example.com/thief',
    replay: (actor) => [
      {
        method: 'PATCH',
        path: `${REQUESTS}/asked-${actor}/status`,
        body: { status: { certificate: Buffer.from(CERTIFICATE).toString('base64') } },
      },
      { method: 'GET', path: `${REQUESTS}/asked-${actor}`, until: { field: ['status', 'certificate'] } },
    ],
    twin: {
      why: 'another signer is granted',
      wide: [rule('patch', CERTIFICATES, 'certificatesigningrequests/status'), rule('sign', CERTIFICATES, 'signers', 'example.com/other')],
    },
  },
  {
    name: 'the certificate of a node approves itself',
    wide: [
      rule('create get', CERTIFICATES, 'certificatesigningrequests'),
      rule('create', CERTIFICATES, 'certificatesigningrequests/nodeclient'),
    ],
    step: 'csr-node',
    to: () => 'nodes',
    replay: (actor) => [
      request(actor, 'kubernetes.io/kube-apiserver-client-kubelet', NODE_REQUEST, ['digital signature', 'client auth']),
      { method: 'GET', path: `${REQUESTS}/${actor}`, until: { field: ['status', 'conditions', 0, 'type'] } },
    ],
    twin: { why: 'who is approved must ask', wide: [rule('create', CERTIFICATES, 'certificatesigningrequests/nodeclient')] },
  },
];
