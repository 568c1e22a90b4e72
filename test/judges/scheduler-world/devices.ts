import { getArray, getObject, getString, stringifyJson, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import type { Random } from '../random.ts';
import { fields, NAMESPACES, ZONES } from './fields.ts';
import type { Pod } from './pod.ts';

const API = 'resource.k8s.io/v1';
const GPU = 'gpu.example.com';
const NET = 'net.example.com';
const CLAIMS = 3;
/** Before the name of a class: an extended resource that stands for devices of it. */
const BY_CLASS = 'deviceclass.resource.kubernetes.io/';
const SELECTORS = [
  `device.driver == "${GPU}"`,
  `device.attributes["${GPU}"].model == "a"`,
  `device.attributes["${GPU}"].numa >= 1`,
  `device.attributes["${GPU}"].healthy`,
  `"model" in device.attributes["${GPU}"] && device.attributes["${GPU}"].model.startsWith("b")`,
  `device.capacity["${GPU}"].memory.compareTo(quantity("2Gi")) >= 0`,
  `device.attributes["${GPU}"].version.isGreaterThan(semver("1.2.0"))`,
  `device.driver == "${NET}" || device.attributes["other.example.com"].size() == 0`,
];

/** Devices, their classes, and claims for them. */
export function makeDevices(random: Random, nodes: readonly string[], pods: readonly Pod[]): readonly JsonValue[] {
  const named = stringifyJson(pods);
  if (!named.includes('resourceClaims') && !named.includes(BY_CLASS) && !named.includes('example.com/gpu')) return [];
  const claims = NAMESPACES.flatMap((namespace) =>
    Array.from({ length: CLAIMS }, (_, i) => `dev${i}-${namespace}`)
      .filter((name) => named.includes(`"${name}"`))
      .map((name) => makeClaim(name, namespace, random, nodes)),
  );
  const resource = fields(random, { extendedResourceName: [2, () => 'example.com/gpu'] });
  return [
    makeClass('gpu', [SELECTORS[0] ?? ''], resource),
    makeClass('any', []),
    ...(random.once(3) ? [] : [makeClass('picky', [SELECTORS[0] ?? '', random.pick(SELECTORS)])]),
    ...(random.once(8) ? [makeClass('younger', [], resource, { creationTimestamp: '2026-02-01T00:00:00Z' })] : []),
    ...pods.flatMap((pod) => (random.once(7) ? [makeStaleClaim(pod)] : [])),
    ...nodes.flatMap((node) => (random.once(3) ? [] : makeSlices(`gpu-${node}`, { nodeName: node }, random))),
    ...(random.once(3) ? makeSlices('zonal', { nodeSelector: inZone(random) }, random) : []),
    ...(random.once(4) ? makeSlices('shared', { allNodes: true }, random, NET) : []),
    ...(random.once(4) && nodes.length > 0 ? makeSlices('mixed', { perDeviceNodeSelection: true }, random, NET, nodes) : []),
    ...claims,
    ...pods.flatMap((pod) => makeOwnClaims(pod, random, nodes)),
  ];
}

function inZone(random: Random): JsonObject {
  return {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [random.pick(ZONES)] }] }],
  };
}

function makeClass(name: string, selectors: readonly string[], more: JsonObject = {}, metadata: JsonObject = {}): JsonValue {
  const spec = { selectors: selectors.map(toSelector), ...more };
  return { apiVersion: API, kind: 'DeviceClass', metadata: { name, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata }, spec };
}

/** What the scheduler made for the extended resources of a pod before it failed to bind it. */
function makeStaleClaim({ metadata: { name, namespace } }: Pod): JsonValue {
  const uid = `${namespace}/${name}`;
  return {
    apiVersion: API,
    kind: 'ResourceClaim',
    metadata: {
      name: `${name}-extended-resources-x`,
      namespace,
      uid: `${uid}-x`,
      annotations: { 'resource.kubernetes.io/extended-resource-claim': 'true' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
    },
    spec: { devices: { requests: [{ name: 'container-0-request-0', exactly: { deviceClassName: 'gpu', count: 1 } }] } },
  };
}

function toSelector(expression: string): JsonObject {
  return { cel: { expression } };
}

/** The slices of one pool: mostly all of them. */
function makeSlices(pool: string, where: JsonObject, random: Random, driver = GPU, nodes: readonly string[] = []): readonly JsonValue[] {
  const count = random.once(4) ? 2 : 1;
  const isBroken = random.once(12);
  const counted = random.once(2) ? random.list(random.once(4) ? 2 : 1, () => makeCounters(random)) : [];
  const total = (isBroken ? count + 1 : count) + counted.length;
  const toSlice = (name: string, spec: JsonObject): JsonObject => ({
    apiVersion: API,
    kind: 'ResourceSlice',
    metadata: { name },
    spec: { driver, pool: { name: pool, generation: random.once(15) ? 2 : 1, resourceSliceCount: total }, ...where, ...spec },
  });
  const slices = random.list(count, (slice) =>
    toSlice(`${pool}-${slice}`, {
      devices: random.list(1 + random.below(3), (i) => ({
        ...makeDevice(random.once(7) ? 'd0' : `d${slice}${i}`, random),
        ...(nodes.length === 0 ? {} : random.pick<JsonObject>([{ allNodes: true }, { nodeName: random.pick(nodes) }])),
        ...(counted.length === 0 || random.once(5) ? {} : { consumesCounters: [makeConsumption(random)] }),
      })),
    }),
  );
  return [...slices, ...counted.map((sharedCounters, i) => toSlice(`${pool}-counters-${i}`, { sharedCounters: [sharedCounters] }))];
}

/** What the devices of a pool share; where there are two of them, they may have one name. */
function makeCounters(random: Random): JsonObject {
  return {
    name: random.once(6) ? 'memory' : 'parts',
    counters: { cores: { value: String(2 + random.below(4)) }, memory: { value: random.pick(['2Gi', '4Gi', '6144Mi']) } },
  };
}

function makeConsumption(random: Random): JsonObject {
  return {
    counterSet: 'parts',
    counters: {
      cores: { value: random.pick(['1', '2', '500m']) },
      ...fields(random, { memory: [2, () => ({ value: random.pick(['1Gi', '2Gi', '1536Mi']) })], gone: [20, () => ({ value: '1' })] }),
    },
  };
}

function makeDevice(name: string, random: Random): JsonObject {
  const attributes: JsonObject = {
    model: { string: random.pick(['a', 'b', 'b2']) },
    numa: { int: random.below(3) },
    healthy: { bool: !random.once(3) },
    version: { version: random.pick(['1.1.9', '1.3.0', '2.0.0-rc.1']) },
  };
  const { numa: _, ...without } = attributes;
  return {
    name,
    attributes: random.once(25) ? without : attributes,
    capacity: { memory: { value: random.pick(['1Gi', '2Gi', '4096Mi']) } },
    ...fields(random, {
      taints: [7, () => [{ key: 'sick', value: random.pick(['a', 'b']), effect: random.pick(['NoSchedule', 'NoExecute', 'None']) }]],
    }),
  };
}

function makeClaim(name: string, namespace: string, random: Random, nodes: readonly string[], more: JsonObject = {}): JsonValue {
  const going = fields(random, { deletionTimestamp: [25, () => '2026-02-01T00:00:00Z'] });
  return {
    apiVersion: API,
    kind: 'ResourceClaim',
    metadata: { name, namespace, uid: `${namespace}/${name}`, ...going, ...more },
    spec: {
      devices: {
        requests: random.list(1 + random.below(2), (i) => makeRequest(`r${i}`, random)),
        ...fields(random, {
          constraints: [
            4,
            () => [
              { matchAttribute: `${GPU}/${random.pick(['model', 'numa', 'none'])}`, ...fields(random, { requests: [2, () => ['r0']] }) },
            ],
          ],
        }),
      },
    },
    ...(nodes.length > 0 && random.once(5) ? { status: makeAllocation(random, random.pick(nodes)) } : {}),
  };
}

function makeRequest(name: string, random: Random): JsonObject {
  const device = (): JsonObject => ({
    deviceClassName: random.pick(['gpu', 'gpu', 'any', 'picky', ...(random.once(8) ? ['gone'] : [])]),
    ...fields(random, {
      selectors: [3, () => [toSelector(random.pick(SELECTORS))]],
      count: [4, () => 1 + random.below(3)],
      tolerations: [3, () => [{ key: 'sick', ...(random.once(2) ? { operator: 'Exists' } : { operator: 'Equal', value: 'a' }) }]],
    }),
  });
  const first = { selectors: [toSelector(SELECTORS[1] ?? '')] };
  if (random.once(2)) return { name, firstAvailable: random.list(2, (i) => ({ name: `way${i}`, ...device(), ...(i === 0 ? first : {}) })) };
  const { count, ...all } = device();
  const exactly = random.once(5) ? { ...all, allocationMode: 'All' } : { ...all, ...(count === undefined ? {} : { count }) };
  return { name, exactly: { ...exactly, ...fields(random, { adminAccess: [9, () => true] }) } };
}

function makeAllocation(random: Random, node: string): JsonObject {
  const results = [
    { request: random.pick(['r0', 'r0/way0', 'r0/way1']), driver: GPU, pool: `gpu-${node}`, device: `d0${random.below(2)}` },
  ];
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  return {
    allocation: { devices: { results }, ...(random.once(3) ? {} : { nodeSelector: { nodeSelectorTerms: [term] } }) },
    ...fields(random, {
      reservedFor: [2, () => [{ resource: 'pods', name: random.pick(['other', 'p0']), uid: random.pick(['u1', 'u2']) }]],
    }),
  };
}

/** The pod with claims for devices, or asking for extended resources, or both. */
export function withDevices(pod: Pod, random: Random): Pod {
  const isExtended = random.once(3);
  const extended = isExtended ? withExtendedResources(pod, random) : pod;
  return isExtended && random.once(2) ? extended : withClaims(extended, random);
}

function withExtendedResources(pod: Pod, random: Random): Pod {
  const ask = (container: JsonValue): JsonValue => {
    const same = fields(random, {
      'example.com/gpu': [2, () => String(1 + random.below(2))],
      [`${BY_CLASS}any`]: [4, () => '1'],
      [`${BY_CLASS}picky`]: [6, () => '1'],
    });
    const resources = getObject(container, 'resources') ?? {};
    return {
      ...getObject(container),
      resources: { requests: { ...getObject(resources, 'requests'), ...same }, limits: { ...getObject(resources, 'limits'), ...same } },
    };
  };
  const initial = getArray(pod, 'spec', 'initContainers');
  const containers = getArray(pod, 'spec', 'containers').map(ask);
  return { ...pod, spec: { ...pod.spec, containers, ...(initial.length === 0 ? {} : { initContainers: initial.map(ask) }) } };
}

function withClaims(pod: Pod, random: Random): Pod {
  const { namespace, name } = pod.metadata;
  const first = random.below(CLAIMS);
  const claims = random.list(1 + random.below(2), (i) => ({
    name: `c${i}`,
    ...(random.once(3)
      ? { resourceClaimTemplateName: 'template' }
      : { resourceClaimName: random.once(20) ? 'gone' : `dev${(first + i) % CLAIMS}-${namespace}` }),
  }));
  const statuses = claims.flatMap((claim) =>
    'resourceClaimTemplateName' in claim && !random.once(6)
      ? [{ name: claim.name, ...(random.once(12) ? {} : { resourceClaimName: `${name}-${claim.name}` }) }]
      : [],
  );
  return {
    ...pod,
    spec: { ...pod.spec, resourceClaims: claims },
    status: { ...getObject(pod, 'status'), resourceClaimStatuses: statuses },
  };
}

/** The claims that are made of a pod's templates, or others of their names. */
function makeOwnClaims(pod: Pod, random: Random, nodes: readonly string[]): readonly JsonValue[] {
  const { name, namespace } = pod.metadata;
  return getArray(pod, 'status', 'resourceClaimStatuses').flatMap((status) => {
    const uid = random.once(9) ? 'other' : `${namespace}/${name}`;
    const owner = { apiVersion: 'v1', kind: 'Pod', name: uid === 'other' ? 'other' : name, uid, controller: true };
    const claim = getString(status, 'resourceClaimName');
    return claim === undefined || random.once(15) ? [] : [makeClaim(claim, namespace, random, nodes, { ownerReferences: [owner] })];
  });
}
