import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restrictNode, type UserInfo } from '../../../src/engine/rbac/index.ts';
import type { AdmittedWrite } from '../../../src/engine/rbac/node-restriction.ts';
import { World, type KubernetesObject } from '../../../src/model/index.ts';
import type { JsonObject } from '../../../src/std/index.ts';
import { NODE_REQUEST } from './escalation/certificate-requests.ts';

const NODE: UserInfo = { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] };

function pod(name: string, nodeName: string, fields: JsonObject = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop', uid: `u-${name}` }, spec: { nodeName, ...fields } };
}

function node(labels: JsonObject, spec: JsonObject = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'u-n1', labels }, spec };
}

const world = World.of([
  node({}),
  pod('own', 'n1', { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { audience: 'vault' } }] } }] }),
  pod('other', 'n2'),
]);

function mirror(spec: JsonObject, owner: JsonObject = {}): KubernetesObject {
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u-n1', controller: true, ...owner }];
  const metadata = { name: 'static', namespace: 'shop', annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences };
  return { ...pod('static', 'n1', spec), metadata };
}

function token(pod: string, audience: string): KubernetesObject {
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: pod, uid: `u-${pod}` };
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: [audience], boundObjectRef } };
}

function certificate(signerName: string): KubernetesObject {
  const spec = { signerName, request: Buffer.from(NODE_REQUEST).toString('base64') };
  return { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'c' }, spec };
}

interface Case extends Partial<Omit<AdmittedWrite, 'resource'>> {
  readonly says: string;
  /** `GROUP/RESOURCE[/SUBRESOURCE]`. */
  readonly what: string;
  readonly want: string | undefined;
}

const cases: readonly Case[] = [
  { says: 'a Pod of its own may go', operation: 'delete', what: '/pods', name: 'own', want: undefined },
  {
    says: 'a Pod of another node may not',
    operation: 'delete',
    what: '/pods',
    name: 'other',
    want: 'pods "other" is forbidden: node "n1" can only delete pods with spec.nodeName set to itself',
  },
  { says: 'what is gone is told as such', operation: 'delete', what: '/pods', name: 'gone', want: 'pod "gone" not found' },
  {
    says: 'Pods of another node are not evicted',
    operation: 'create',
    what: '/pods/eviction',
    name: 'other',
    want: 'pods "other" is forbidden: node n1 can only evict pods with spec.nodeName set to itself',
  },
  { says: 'a mirror Pod is made', operation: 'create', what: '/pods', name: '', object: mirror({}), want: undefined },
  {
    says: 'a mirror Pod names nothing of the API',
    operation: 'create',
    what: '/pods',
    name: '',
    object: mirror({ volumes: [{ name: 'v', secret: { secretName: 'key' } }] }),
    want: 'pods "static" is forbidden: node "n1" can not create pods that reference secrets',
  },
  {
    says: 'a mirror Pod is owned by the node that is there now',
    operation: 'create',
    what: '/pods',
    name: '',
    object: mirror({}, { uid: 'u-old' }),
    want: 'pods "static" is forbidden: node n1 UID mismatch: expected u-old got u-n1',
  },
  {
    says: 'no other Pod is made',
    operation: 'create',
    what: '/pods',
    name: '',
    object: pod('web', 'n1'),
    want: 'pods "web" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  },
  {
    says: 'another node is not its to write',
    operation: 'update',
    what: '/nodes',
    name: 'n2',
    want: 'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
  },
  {
    says: 'a kubelet tells its zone',
    operation: 'update',
    what: '/nodes',
    name: 'n1',
    object: node({ 'topology.kubernetes.io/zone': 'a', app: 'x' }),
    old: node({}),
    want: undefined,
  },
  {
    says: 'a kubelet does not take a role',
    operation: 'update',
    what: '/nodes',
    name: 'n1',
    object: node({ 'node-role.kubernetes.io/control-plane': '', 'x.node-restriction.kubernetes.io/y': '' }),
    old: node({}),
    want: 'nodes "n1" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/control-plane, x.node-restriction.kubernetes.io/y',
  },
  {
    says: 'a kubelet does not take its taints away',
    operation: 'update',
    what: '/nodes',
    name: 'n1',
    object: node({}, { taints: [] }),
    old: node({}, { taints: [{ key: 'a', effect: 'NoSchedule' }] }),
    want: 'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
  },
  {
    says: 'a lease of another',
    operation: 'update',
    what: 'coordination.k8s.io/leases',
    namespace: 'kube-node-lease',
    name: 'n2',
    want: 'leases.coordination.k8s.io "n2" is forbidden: can only access node lease with the same name as the requesting node',
  },
  {
    says: 'a token for an audience of its Pod',
    operation: 'create',
    what: '/serviceaccounts/token',
    name: 'web',
    object: token('own', 'vault'),
    want: undefined,
  },
  {
    says: 'a token for another audience',
    operation: 'create',
    what: '/serviceaccounts/token',
    name: 'web',
    object: token('own', 'api'),
    want: 'serviceaccounts "web" is forbidden: audience "api" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience',
  },
  {
    says: 'a certificate of another node',
    operation: 'create',
    what: 'certificates.k8s.io/certificatesigningrequests',
    name: '',
    object: certificate('kubernetes.io/kubelet-serving'),
    want: 'certificatesigningrequests.certificates.k8s.io "c" is forbidden: can only create a node CSR with CN=system:node:n1',
  },
  {
    says: 'a certificate of another signer',
    operation: 'create',
    what: 'certificates.k8s.io/certificatesigningrequests',
    name: '',
    object: certificate('example.com/own'),
    want: undefined,
  },
  { says: 'what is not known is not guessed', operation: 'create', what: '/nodes', name: '', want: undefined },
  {
    says: 'others are not restricted',
    operation: 'delete',
    what: '/pods',
    name: 'other',
    user: { name: 'jane', groups: [] },
    want: undefined,
  },
];

for (const { says, what, want, ...given } of cases) {
  test(`NodeRestriction: ${says}`, () => {
    const [group = '', resource = '', subresource = ''] = what.split('/');
    const write = { user: NODE, operation: 'create', namespace: 'shop', name: '', ...given, group, resource, subresource } as const;
    assert.equal(restrictNode(world, write), want);
  });
}
