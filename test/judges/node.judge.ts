import { decideForNode } from '../../src/engine/rbac/node-authorizer.ts';
import { isKubernetesObject, World } from '../../src/model/index.ts';
import { getArray, getBoolean, getString, sortedUnique, stringifyJson, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { toRequest } from './authorize.judge.ts';
import type { Comparison } from './judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';

const REQUESTS = 40;
const NAMESPACES = ['shop', 'shop', 'pay'];
const NODES = ['n1', 'n2'];
const NAMES = ['a', 'b'];
const PODS = ['a', 'b', 'c', 'd'];
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const RESOURCES: readonly (readonly [group: string, resource: string, subresources: readonly string[]])[] = [
  ['', 'configmaps', ['']],
  ['', 'secrets', ['', '', '', 'x']],
  ['', 'persistentvolumeclaims', ['', 'status']],
  ['', 'persistentvolumes', ['', '', 'status']],
  ['', 'pods', ['', '', 'status', 'eviction', 'log']],
  ['', 'nodes', ['', '', 'status', 'proxy']],
  ['', 'serviceaccounts', ['', 'token', 'x']],
  ['', 'events', ['']],
  ['', 'services', ['']],
  ['certificates.k8s.io', 'podcertificaterequests', ['', 'status']],
  ['certificates.k8s.io', 'certificatesigningrequests', ['']],
  ['coordination.k8s.io', 'leases', ['']],
  ['resource.k8s.io', 'resourceclaims', ['']],
  ['resource.k8s.io', 'resourceslices', ['', '', '', 'x']],
  ['storage.k8s.io', 'csinodes', ['', '', 'x']],
  ['storage.k8s.io', 'volumeattachments', ['']],
];
/** The verb that a kubelet has for a subresource. */
const USUAL: Readonly<Record<string, string>> = { eviction: 'create', status: 'patch', token: 'create' };
/** What nodes are allowed because of the pods that are bound to them, or because it is theirs. */
const ALLOWED = [
  'configmaps',
  'csinodes',
  'events',
  'leases',
  'nodes',
  'nodes/status',
  'persistentvolumeclaims',
  'persistentvolumeclaims/status',
  'persistentvolumes',
  'pods',
  'pods by selector',
  'pods/eviction',
  'pods/status',
  'resourceclaims',
  'resourceslices',
  'resourceslices by selector',
  'secrets',
  'serviceaccounts',
  'serviceaccounts/token',
  'services',
  'volumeattachments',
];
const REASONS = [
  '',
  'No Object name found',
  'can only access CSINode with the same name as the requesting node',
  'can only access leases in the "kube-node-lease" system namespace',
  'can only access node lease with the same name as the requesting node',
  'can only create token subresource of serviceaccount',
  'can only create tokens for individual service accounts',
  'can only get individual resources of this type',
  'can only get, create, update, patch, or delete a CSINode',
  'can only get, create, update, patch, or delete a node lease',
  'can only get/update/patch this type',
  'can only list/watch pods with spec.nodeName field selector',
  'can only list/watch/deletecollection resourceslices with nodeName field selector',
  'can only read namespaced object of this type',
  'can only read resources of this type',
  'cannot authorize CSINode subresources',
  'cannot authorize ResourceSlice subresources',
  'cannot get subresource',
  'cannot read subresource',
  'no relationship found between node X and this object',
  'node X cannot read X, only its own Node object',
  'node X cannot read all nodes, only its own Node object',
];

/** Whether the Node authorizer says what ours says, reason included, of random pods, volumes and slices. */
export const nodeJudge: OracleJudge = {
  subject: 'node',
  cases: 800,
  branches: [...ALLOWED.map((what) => `allowed: ${what}`), ...REASONS.map((why) => `denied: ${why}`), 'no node'],
  generate: (random) => ({
    objects: [
      ...random.list(1 + random.below(4), (i) => makePod(random, i)),
      ...random.list(1 + random.below(2), (i) => makeVolume(random, i)),
      ...random.list(random.below(2), (i) => made('storage.k8s.io/v1', 'VolumeAttachment', NAMES[i], { nodeName: random.pick(NODES) })),
      ...random.list(random.below(2), (i) =>
        made('resource.k8s.io/v1', 'ResourceSlice', NAMES[i], random.once(4) ? {} : { nodeName: random.pick(NODES) }),
      ),
    ],
    requests: random.list(REQUESTS, () => makeRequest(random)),
  }),
  compare,
};

function compare(input: JsonValue, answer: JsonValue): Comparison | undefined {
  const objects = getArray(input, 'objects').filter(isKubernetesObject);
  if (objects.length !== getArray(input, 'objects').length || objects.some(({ metadata }) => (getString(metadata, 'name') ?? '') === ''))
    return undefined;
  const world = World.of(objects);
  const coverage: string[] = [];
  for (const [index, value] of getArray(input, 'requests').entries()) {
    const request = toRequest(value);
    const verdict = decideForNode(world, request);
    const ours = { allowed: verdict?.allowed === true, reason: verdict === undefined || verdict.allowed ? '' : verdict.reason };
    const given = getArray(answer)[index];
    const real = { allowed: getBoolean(given, 'allowed') ?? null, reason: getString(given, 'reason') ?? null };
    coverage.push(verdict === undefined ? 'no node' : describe(value, ours));
    const [left, right] = [stringifyJson(ours), stringifyJson(real)];
    if (left !== right) return { coverage, difference: { signature: describe(value, ours), ours: left, servers: right } };
  }
  return { coverage: sortedUnique(coverage) };
}

function describe(request: JsonValue, { allowed, reason }: { readonly allowed: boolean; readonly reason: string }): string {
  if (!allowed) return `denied: ${reason.replaceAll(/'[^']*'/g, 'X').replace(/user "[^"]*"/, 'user X')}`;
  const [resource, subresource] = [getString(request, 'resource') ?? '', getString(request, 'subresource') ?? ''];
  const isMany = ['deletecollection', 'list', 'watch'].includes(getString(request, 'verb') ?? '');
  const selected = isMany && (resource === 'pods' || resource === 'resourceslices') && (getString(request, 'fieldSelector') ?? '') !== '';
  return `allowed: ${subresource === '' ? resource : `${resource}/${subresource}`}${selected ? ' by selector' : ''}`;
}

function made(apiVersion: string, kind: string, name: string | undefined, spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion, kind, metadata: { name: name ?? 'a', ...metadata }, spec };
}

function makePod(random: Random, index: number): JsonObject {
  const annotations = random.once(6) ? { annotations: { 'kubernetes.io/config.mirror': 'x' } } : {};
  const claims = random.list(random.below(2), () =>
    random.once(2) ? { name: 'r', resourceClaimName: random.pick(NAMES) } : { name: 'r', resourceClaimTemplateName: 't' },
  );
  const status = {
    ...(random.once(2)
      ? { resourceClaimStatuses: [{ name: 'r', ...(random.once(4) ? {} : { resourceClaimName: random.pick(NAMES) }) }] }
      : {}),
    ...(random.once(5) ? { extendedResourceClaimStatus: { requestMappings: [], resourceClaimName: random.pick(NAMES) } } : {}),
  };
  const spec = {
    ...(random.once(5) ? {} : { nodeName: random.pick(NODES) }),
    ...(random.once(3) ? {} : { serviceAccountName: random.pick(NAMES) }),
    ...(random.once(4) ? { imagePullSecrets: [{ name: random.pick(NAMES) }] } : {}),
    [random.pick(['containers', 'initContainers', 'ephemeralContainers'])]: [makeContainer(random)],
    volumes: random.list(1 + random.below(4), () => ({ name: random.pick(['v', 'w']), ...makeSource(random) })),
    resourceClaims: claims,
  };
  return { ...made('v1', 'Pod', PODS[index], spec, { namespace: random.pick(NAMESPACES), ...annotations }), status };
}

function makeContainer(random: Random): JsonObject {
  const name = random.pick(NAMES);
  return {
    name: 'c',
    image: 'x',
    envFrom: random.once(3) ? [random.once(2) ? { secretRef: { name } } : { configMapRef: { name } }] : [],
    env: random.once(3)
      ? [{ name: 'E', valueFrom: random.once(2) ? { secretKeyRef: { name, key: 'k' } } : { configMapKeyRef: { name, key: 'k' } } }]
      : [],
  };
}

function makeSource(random: Random): JsonObject {
  const name = random.pick(NAMES);
  const sources: readonly JsonObject[] = [
    { secret: { secretName: name } },
    { configMap: { name } },
    { projected: { sources: [{ secret: { name } }, { configMap: { name: random.pick(NAMES) } }] } },
    { persistentVolumeClaim: { claimName: name } },
    { persistentVolumeClaim: { claimName: random.pick(['a', 'a-v']) } },
    { ephemeral: { volumeClaimTemplate: {} } },
    { azureFile: { secretName: name, shareName: 's' } },
    { csi: { driver: 'd', ...(random.once(2) ? { nodePublishSecretRef: { name } } : {}) } },
    { [random.pick(['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'])]: { secretRef: { name } } },
    { emptyDir: {} },
  ];
  return random.pick(sources);
}

function makeVolume(random: Random, index: number): JsonObject {
  const namespace = random.pick(NAMESPACES);
  const claimRef = random.once(5) ? {} : { claimRef: { namespace, name: random.pick([...NAMES, 'a-v', 'a']) } };
  const secretRef = { name: random.pick(NAMES), ...(random.once(2) ? { namespace: random.pick(NAMESPACES) } : {}) };
  const sources: readonly JsonObject[] = [
    { [random.pick(['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'])]: { secretRef } },
    { azureFile: { secretName: secretRef.name, shareName: 's', ...(random.once(2) ? { secretNamespace: random.pick(NAMESPACES) } : {}) } },
    {
      csi: {
        driver: 'd',
        volumeHandle: 'h',
        [random.pick([
          'controllerExpandSecretRef',
          'controllerPublishSecretRef',
          'nodeExpandSecretRef',
          'nodePublishSecretRef',
          'nodeStageSecretRef',
        ])]: {
          name: secretRef.name,
          namespace,
        },
      },
    },
    { hostPath: { path: '/x' } },
  ];
  return made('v1', 'PersistentVolume', NAMES[index], { ...claimRef, ...random.pick(sources) });
}

/** What a kubelet selects by, and what does not select by it. */
const SELECTORS = [
  'spec.nodeName=n1',
  'spec.nodeName=n2',
  'spec.nodeName==n1',
  'spec.nodeName!=n1',
  'metadata.name=a,spec.nodeName=n1',
  'nodeName=n1',
  'spec.nodeName=',
  'spec.nodeName=n1,spec.nodeName=n2',
  'spec.nodeName=n1=',
  'spec.nodeName',
];

function makeRequest(random: Random): JsonObject {
  const node = random.pick(NODES);
  const isNode = !random.once(12);
  const user = {
    name: isNode || random.once(2) ? `system:node:${node}` : 'jane',
    groups: isNode ? ['system:nodes', 'system:authenticated'] : [],
  };
  const [group, resource, subresources] = random.pick(RESOURCES);
  const subresource = random.pick(subresources);
  const isCluster = [
    'certificatesigningrequests',
    'csinodes',
    'nodes',
    'persistentvolumes',
    'resourceslices',
    'volumeattachments',
  ].includes(resource);
  const namespace =
    resource === 'leases' ? random.pick(['kube-node-lease', 'kube-node-lease', 'shop']) : random.once(15) ? '' : random.pick(NAMESPACES);
  const isSelecting = random.once(resource === 'pods' || resource === 'resourceslices' ? 2 : 6);
  const [usual, verbs] = isSelecting ? ['list', ['list', 'watch', 'deletecollection', 'get']] : [USUAL[subresource] ?? 'get', VERBS];
  return {
    ...(isSelecting ? { fieldSelector: random.pick(SELECTORS) } : {}),
    user,
    verb: random.once(2) ? usual : random.pick(verbs),
    group,
    resource,
    subresource,
    namespace: isCluster ? '' : namespace,
    name: ['csinodes', 'leases', 'nodes'].includes(resource)
      ? random.pick(['', ...NODES])
      : resource === 'pods' && random.once(3)
        ? ''
        : random.pick(['', ...NAMES, ...NAMES, ...NAMES, 'a-v']),
  };
}
