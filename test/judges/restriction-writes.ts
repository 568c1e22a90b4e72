import type { JsonObject } from '../../src/std/index.ts';
import type { Random } from './random.ts';
import { AUDIENCES, NODES, object, PODS, UIDS } from './restriction-world.ts';

/** Requests for certificates, of keys that nobody keeps: of the kubelets of the nodes n1 and n2, and of a user. */
const CERTIFICATE_REQUESTS = [
  [
    '-----BEGIN CERTIFICATE REQUEST-----',
    'MIHrMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz',
    'dGVtOm5vZGU6bjEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASDCkXXJL5Fuexo',
    'CkLNGus/XZdH4pHiZ3dJydlKz9atydYw+PWgmNTr2Rmnqfq8AgXRktINDs1LPU1b',
    'PJmlpt0goAAwCgYIKoZIzj0EAwIDSAAwRQIhANZN9EHShDw6EESrGZHxkiId108M',
    'wUWcGtFXN1ct2zNnAiAstp+c2Xxi8kCem+pd33tZZRHN3XxlTS6YVuVPelWHaA==',
    '-----END CERTIFICATE REQUEST-----',
  ].join('\n'),
  [
    '-----BEGIN CERTIFICATE REQUEST-----',
    'MIHrMIGSAgEAMDAxFTATBgNVBAoMDHN5c3RlbTpub2RlczEXMBUGA1UEAwwOc3lz',
    'dGVtOm5vZGU6bjIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARUDz7UO6RlqS2G',
    'WejKctXbLVgFePa6ZpfEpIsxzJoui1bKHA0v38RdC+vtI0M9VZegFS2FY/EM4YsG',
    'Q+ryHS4SoAAwCgYIKoZIzj0EAwIDSAAwRQIgA0kNhRj0s/CXUHBaowxoClvxFi67',
    '0qjGXAu1vAPzk6kCIQDmetHxMHON3mcLAoyLIxduLBQvFMG2i+Cq8a2pnm5Gag==',
    '-----END CERTIFICATE REQUEST-----',
  ].join('\n'),
  [
    '-----BEGIN CERTIFICATE REQUEST-----',
    'MIHvMIGWAgEAMDQxDTALBgNVBAMMBGphbmUxCjAIBgNVBAoMAXgxFzAVBgNVBAMM',
    'DnN5c3RlbTpub2RlOm4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEry5o0oAS',
    'IUb0586OOf3cHB6PCLuomY4hIkyj1+lhi4EwR8jfv+aireANiHjsuzFw2C1eAcez',
    'JBR4GM/q2Pc+o6AAMAoGCCqGSM49BAMCA0gAMEUCIQCz2hYGTO4h0yTzWN9A0Qsc',
    'nDPI2lHaqRE2ZWee83cDQAIgPuuvT1/9cJrsTMooa8QY56yFTSL3fQCd1TdBgoNr',
    'Yag=',
    '-----END CERTIFICATE REQUEST-----',
  ].join('\n'),
  [
    '-----BEGIN CERTIFICATE REQUEST-----',
    'MIHLMHMCAQAwETEPMA0GA1UECgwGbm9ib2R5MFkwEwYHKoZIzj0CAQYIKoZIzj0D',
    'AQcDQgAE+FdtyqGO7EQZNuDa1kotRohTtJIuXtyeTc4FpNZtfD+kH3GNCmLkpOMQ',
    'OFCRpMUWsr/bFfHdcl+o+KYts+V3+qAAMAoGCCqGSM49BAMCA0gAMEUCIQCbo9sC',
    's26Xk68kmok8RCr2UjN4f47ZUggpojLlB1ltXQIgbdi7KrTXZapBoUaRWHaouGVK',
    'lA9P6HAiU15j5ohTEEQ=',
    '-----END CERTIFICATE REQUEST-----',
  ].join('\n'),
  '-----BEGIN CERTIFICATE-----\nMIHs\n-----END CERTIFICATE-----',
  'nothing',
].map((text) => Buffer.from(text).toString('base64'));

interface Write {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly operation: string;
  readonly object?: JsonObject;
  readonly old?: JsonObject;
}

/** What a node, now and then somebody else, writes. */
export function makeNodeWrite(random: Random): JsonObject {
  const node = random.once(30) ? '' : 'n1';
  const user = random.once(20) ? { name: 'jane', groups: [] } : { name: `system:node:${node}`, groups: ['system:nodes'] };
  return { user, ...random.pick(MAKERS)(random) };
}

const operation = (random: Random, usual: string): string => (random.once(6) ? random.pick(['create', 'update', 'delete']) : usual);

/** The sides of a write: what is made has none before, what goes none after. */
function sides(does: string, before: JsonObject, after: JsonObject): Pick<Write, 'object' | 'old' | 'operation'> {
  if (does === 'create') return { operation: does, object: after };
  return does === 'delete' ? { operation: does, old: before } : { operation: does, object: after, old: before };
}

const MAKERS: readonly ((random: Random) => Write & JsonObject)[] = [
  makeMirrorPod,
  makeMirrorPod,
  makeMirrorPod,
  (random) => ({ group: '', resource: 'pods', namespace: 'shop', name: random.pick([...PODS, 'gone']), operation: 'delete' }),
  (random) => ({
    group: '',
    resource: 'pods',
    subresource: random.pick(['exec', 'log']),
    namespace: 'shop',
    name: 'a',
    operation: 'create',
  }),
  makePodStatus,
  makePodStatus,
  makeEviction,
  makeNode,
  makeNode,
  makeNode,
  makeClaimStatus,
  makeToken,
  makeToken,
  makeToken,
  makeLease,
  makeCsiNode,
  makeSlice,
  makeCertificate,
  (random) => ({
    group: 'certificates.k8s.io',
    resource: 'podcertificaterequests',
    namespace: 'shop',
    name: 'x',
    operation: random.pick(['create', 'delete']),
  }),
  () => ({ group: '', resource: 'events', namespace: 'shop', name: 'x', operation: 'create' }),
];

function makeMirrorPod(random: Random): Write & JsonObject {
  const usual = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'u-n1', controller: true };
  const owner = random.once(3)
    ? {
        ...usual,
        name: random.pick(NODES),
        uid: random.pick(UIDS),
        controller: random.once(2),
        ...(random.once(2) ? { blockOwnerDeletion: true } : {}),
      }
    : usual;
  const owners = random.once(8) ? random.pick([[], [owner, owner]]) : [owner];
  const annotations = random.once(10) ? {} : { annotations: { 'kubernetes.io/config.mirror': 'x' } };
  const pod = {
    ...object('v1', 'Pod', {
      ...(random.once(8) ? { generateName: 'web-' } : { name: 'web' }),
      namespace: 'shop',
      ...annotations,
      ownerReferences: owners,
    }),
    spec: { nodeName: random.once(8) ? 'n2' : 'n1', ...makePodSpec(random) },
  };
  const does = operation(random, 'create');
  return { group: '', resource: 'pods', namespace: 'shop', name: does === 'create' ? '' : 'a', ...sides(does, pod, pod) };
}

function makePodSpec(random: Random): JsonObject {
  const container = { name: 'c', image: 'x' };
  const specs: readonly JsonObject[] = [
    {},
    {},
    { serviceAccountName: 'web' },
    { serviceAccount: 'web' },
    { imagePullSecrets: [{ name: 'key' }] },
    { containers: [{ ...container, envFrom: [random.once(2) ? { secretRef: { name: 'key' } } : { configMapRef: { name: 'x' } }] }] },
    {
      initContainers: [
        {
          ...container,
          env: [
            {
              name: 'E',
              valueFrom: random.once(2) ? { secretKeyRef: { name: 'key', key: 'k' } } : { configMapKeyRef: { name: 'x', key: 'k' } },
            },
          ],
        },
      ],
    },
    { resourceClaims: [{ name: 'r', resourceClaimName: 'gpu' }] },
    ...random.list(10, () => ({ volumes: random.list(1 + random.below(2), (i) => ({ name: `v${i}`, ...makeSource(random) })) })),
  ];
  return { containers: [container], ...random.pick(specs) };
}

function makeSource(random: Random): JsonObject {
  if (random.once(3)) return { projected: { sources: [{ downwardAPI: {} }, makeProjection(random)] } };
  return random.pick<JsonObject>([
    { emptyDir: {} },
    { hostPath: { path: '/x' } },
    { configMap: { name: 'x' } },
    { secret: { secretName: 'key' } },
    { csi: { driver: 'd' } },
    { glusterfs: { endpoints: 'e', path: 'p' } },
    { persistentVolumeClaim: { claimName: 'v' } },
    { ephemeral: { volumeClaimTemplate: { spec: {} } } },
    { azureFile: { secretName: 'key', shareName: 's' } },
    { downwardAPI: {} },
  ]);
}

function makeProjection(random: Random): JsonObject {
  return random.pick<JsonObject>([
    { configMap: { name: 'x' } },
    { secret: { name: 'key' } },
    { serviceAccountToken: { path: 't' } },
    { clusterTrustBundle: { name: 'b', path: 'p' } },
    { downwardAPI: {} },
  ]);
}

function makePodStatus(random: Random): Write & JsonObject {
  const side = (): JsonObject => ({
    ...object('v1', 'Pod', { name: 'a', namespace: 'shop', labels: random.once(6) ? { app: random.pick(['x', 'y']) } : { app: 'x' } }),
    spec: { nodeName: random.once(6) ? 'n2' : 'n1', containers: [] },
    status: {
      phase: random.pick(['Pending', 'Running']),
      ...(random.once(6) ? { resourceClaimStatuses: [{ name: 'r', ...(random.once(2) ? { resourceClaimName: 'x' } : {}) }] } : {}),
      ...(random.once(6)
        ? {
            extendedResourceClaimStatus: {
              resourceClaimName: 'x',
              requestMappings: [{ containerName: 'c', resourceName: 'r', requestName: random.pick(['a', 'b']) }],
            },
          }
        : {}),
    },
  });
  return {
    group: '',
    resource: 'pods',
    subresource: 'status',
    namespace: 'shop',
    name: 'a',
    ...sides(operation(random, 'update'), side(), side()),
  };
}

function makeEviction(random: Random): Write & JsonObject {
  const eviction = object('policy/v1', 'Eviction', { namespace: 'shop', ...(random.once(3) ? {} : { name: random.pick(PODS) }) });
  const name = random.once(2) ? '' : random.pick([...PODS, 'gone']);
  return {
    group: '',
    resource: 'pods',
    subresource: 'eviction',
    namespace: 'shop',
    name,
    ...sides(operation(random, 'create'), eviction, eviction),
  };
}

const LABELS = [
  'app',
  'example.com/x',
  'k8s.io/x',
  'kubelet.kubernetes.io/x',
  'kubernetes.io/hostname',
  'kubernetes.io/x',
  'node-restriction.kubernetes.io/x',
  'node-role.kubernetes.io/master',
  'node.kubernetes.io/x',
  'topology.kubernetes.io/zone',
  'x.node-restriction.kubernetes.io/x',
  'x.node.kubernetes.io/x',
];

function makeNode(random: Random): Write & JsonObject {
  const side = (): JsonObject => ({
    ...object('v1', 'Node', {
      name: 'n1',
      ...(random.once(2)
        ? { labels: Object.fromEntries(random.list(random.below(3), () => [random.pick(LABELS), random.pick(['', 'y'])])) }
        : {}),
      ...(random.once(6) ? { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'x', uid: random.pick(UIDS) }] } : {}),
    }),
    spec: {
      ...(random.once(6) ? { configSource: random.once(2) ? {} : { configMap: { name: random.pick(['x', 'y']) } } } : {}),
      ...(random.once(4) ? { taints: random.list(random.below(2), () => ({ key: random.pick(['a', 'b']), effect: 'NoSchedule' })) } : {}),
    },
  });
  const name = random.once(8) ? 'n2' : 'n1';
  const does = operation(random, random.pick(['create', 'update']));
  return { group: '', resource: 'nodes', subresource: random.once(4) ? 'status' : '', name, ...sides(does, side(), side()) };
}

function makeClaimStatus(random: Random): Write & JsonObject {
  const side = (): JsonObject => ({
    ...object('v1', 'PersistentVolumeClaim', {
      name: 'v',
      namespace: 'shop',
      resourceVersion: random.pick(['1', '2']),
      ...(random.once(8) ? { labels: { a: 'b' } } : {}),
    }),
    spec: { volumeName: 'p' },
    status: {
      capacity: { storage: random.pick(['1Gi', '2Gi']) },
      ...(random.once(3) ? { conditions: [{ type: 'Resizing', status: 'True' }] } : {}),
      ...(random.once(3) ? { allocatedResources: { storage: '1Gi' } } : {}),
      ...(random.once(8) ? { phase: random.pick(['Bound', 'Lost']) } : {}),
    },
  });
  const subresource = random.once(6) ? '' : 'status';
  return {
    group: '',
    resource: 'persistentvolumeclaims',
    subresource,
    namespace: 'shop',
    name: 'v',
    ...sides(operation(random, 'update'), side(), side()),
  };
}

function makeToken(random: Random): Write & JsonObject {
  const pod = random.pick([...PODS, 'a', 'gone']);
  const audiences = random.once(12) ? ['api', 'vault'] : random.list(random.below(2), () => random.pick(AUDIENCES));
  const usual = { apiVersion: 'v1', kind: 'Pod', name: pod, uid: `u-${pod}` };
  const odd = random.pick<JsonObject>([{ kind: 'Secret' }, { apiVersion: 'v2' }, { name: '' }, { uid: '' }, { uid: 'u-other' }]);
  const ref = random.once(12) ? {} : { boundObjectRef: random.once(4) ? { ...usual, ...odd } : usual };
  return {
    group: '',
    resource: 'serviceaccounts',
    subresource: 'token',
    namespace: 'shop',
    name: 'web',
    operation: 'create',
    object: { ...object('authentication.k8s.io/v1', 'TokenRequest', {}), spec: { audiences, ...ref } },
  };
}

function makeLease(random: Random): Write & JsonObject {
  const namespace = random.once(4) ? 'shop' : 'kube-node-lease';
  const lease = object('coordination.k8s.io/v1', 'Lease', { name: random.pick(NODES), namespace });
  const does = operation(random, random.pick(['create', 'update']));
  return {
    group: 'coordination.k8s.io',
    resource: 'leases',
    namespace,
    name: does === 'create' ? '' : random.pick(NODES),
    ...sides(does, lease, lease),
  };
}

function makeCsiNode(random: Random): Write & JsonObject {
  const node = { ...object('storage.k8s.io/v1', 'CSINode', { name: random.pick(NODES) }), spec: { drivers: [] } };
  const does = operation(random, random.pick(['create', 'update']));
  return { group: 'storage.k8s.io', resource: 'csinodes', name: does === 'create' ? '' : random.pick(NODES), ...sides(does, node, node) };
}

function makeSlice(random: Random): Write & JsonObject {
  const slice = {
    ...object('resource.k8s.io/v1', 'ResourceSlice', { name: 's' }),
    spec: {
      driver: 'd',
      pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
      ...(random.once(4) ? {} : { nodeName: random.pick(NODES) }),
    },
  };
  return {
    group: 'resource.k8s.io',
    resource: 'resourceslices',
    name: 's',
    ...sides(random.pick(['create', 'update', 'delete']), slice, slice),
  };
}

function makeCertificate(random: Random): Write & JsonObject {
  const signerName = random.pick(['kubernetes.io/kube-apiserver-client-kubelet', 'kubernetes.io/kubelet-serving', 'example.com/own']);
  const request = {
    ...object('certificates.k8s.io/v1', 'CertificateSigningRequest', { name: 'csr' }),
    spec: { signerName, request: random.pick(CERTIFICATE_REQUESTS), usages: ['client auth'] },
  };
  return {
    group: 'certificates.k8s.io',
    resource: 'certificatesigningrequests',
    name: '',
    ...sides(operation(random, 'create'), request, request),
  };
}
