import { describe, isKubernetesObject, type KubernetesObject } from '../../src/model/index.ts';
import {
  getArray,
  getBoolean,
  getObject,
  getString,
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
  type Path,
} from '../../src/std/index.ts';
import { validateManifests } from '../../src/validate/index.ts';
import { toManifest } from '../validate/fake-origin.ts';
import type { Base } from './bases.ts';
import type { Comparison } from './judge.ts';
import { mutate } from './mutate.ts';
import { asSent, listTexts, setting } from './native.judge.ts';
import type { OracleJudge } from './oracle-judge.ts';
import type { Random } from './random.ts';
import { toPattern } from './validate.judge.ts';

const LABELS = [
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/zone',
  'node-role.kubernetes.io/master',
  'app.kubernetes.io/created-by',
  'kubernetes.io/os',
];
const ADDRESSES = ['10.0.0.1', '010.0.0.1', '::ffff:10.0.0.1', 'fd00:0:0::1', 'fd00::1', '2001:DB8::1', '1:0:0:2:0:0:0:3', 'fd00:0:1::'];
const RANGES = [
  '10.0.0.0/8',
  '10.0.0.1/8',
  '010.0.0.0/8',
  '::ffff:10.0.0.0/104',
  'fd00:0::/64',
  'fd00::1/64',
  '2001:DB8::/32',
  '10.1.2.3/32',
];
const BYTES = ['1Gi', '100m', '1.5', '0.1Ki', '512', '1500m'];
const ANNOTATIONS = [
  'scheduler.alpha.kubernetes.io/critical-pod',
  'security.alpha.kubernetes.io/sysctls',
  'security.alpha.kubernetes.io/unsafe-sysctls',
  'seccomp.security.alpha.kubernetes.io/pod',
  'container.seccomp.security.alpha.kubernetes.io/web',
  'container.apparmor.security.beta.kubernetes.io/web',
  'volume.beta.kubernetes.io/storage-class',
  'volume.beta.kubernetes.io/mount-options',
  'service.kubernetes.io/topology-aware-hints',
  'kubernetes.io/ingress.class',
  'kubernetes.io/enforce-mountable-secrets',
];
const PROFILES = ['unconfined', 'runtime/default', 'localhost/x', 'localhost/', 'other', 'true'];

type Spice = (random: Random) => JsonValue;

const term: Spice = (random) => ({
  matchExpressions: [{ key: random.pick(LABELS), operator: 'In', values: [random.pick(['a', 'b'])] }],
});
const podTerm: Spice = (random) => ({
  topologyKey: random.pick(LABELS),
  ...(random.once(2) ? {} : { labelSelector: { matchLabels: { a: 'b' } } }),
});
const files: Spice = (random) =>
  random.list(3, () => ({ key: random.pick(['k', 'l']), path: random.pick(['a', 'a/b', 'a/b/', 'b', 'ab', 'a/c']) }));

/** What may stand in any pod, by the path below its spec. */
const OF_PODS: readonly (readonly [path: string, spice: Spice])[] = [
  ['nodeSelector', (random) => ({ [random.pick(LABELS)]: 'x', [random.pick(LABELS)]: 'y' })],
  ['affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution', (random) => ({ nodeSelectorTerms: [term(random)] })],
  [
    'affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution',
    (random) => [
      {
        weight: 1,
        preference: { matchExpressions: [{ key: random.pick(LABELS), operator: 'In', values: [random.pick(['a', 'a b', '-'])] }] },
      },
    ],
  ],
  ['affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution', (random) => [podTerm(random)]],
  [
    'affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution',
    (random) => [{ weight: 1, podAffinityTerm: podTerm(random) }],
  ],
  ['topologySpreadConstraints', (random) => [{ maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', ...getObject(podTerm(random)) }]],
  [
    'volumes',
    (random) => [
      random.pick<JsonObject>([
        { name: 'v', photonPersistentDisk: { pdID: 'x' } },
        { name: 'v', gitRepo: { repository: 'x' } },
        { name: 'v', scaleIO: { gateway: 'x', system: 'x', volumeName: 'x', secretRef: { name: 'x' } } },
        { name: 'v', flocker: { datasetName: 'x' } },
        { name: 'v', storageos: { volumeName: 'x' } },
        { name: 'v', quobyte: { registry: 'a:1', volume: 'x' } },
        { name: 'v', glusterfs: { endpoints: 'x', path: 'x' } },
        { name: 'v', cephfs: { monitors: ['x'] } },
        { name: 'v', rbd: { monitors: ['x'], image: 'x' } },
        { name: 'v', configMap: { name: 'c', items: files(random) } },
        { name: 'v', secret: { secretName: 's', items: files(random) } },
        { name: 'v', downwardAPI: { items: [item('a'), item(random.pick(['a', 'a/b']))] } },
        {
          name: 'v',
          projected: {
            sources: [
              { configMap: { name: 'c', items: files(random) } },
              random.pick<JsonObject>([
                {},
                { secret: { name: 's', items: files(random) } },
                { serviceAccountToken: { path: random.pick(['a', 'z']) } },
                { downwardAPI: { items: [item('b')] } },
                { clusterTrustBundle: { name: 'x', path: 'a' } },
              ]),
            ],
          },
        },
        {
          name: 'v',
          ephemeral: {
            volumeClaimTemplate: {
              spec: {
                accessModes: ['ReadWriteOnce'],
                resources: { requests: { storage: random.pick(BYTES) }, limits: { storage: random.pick(BYTES) } },
              },
            },
          },
        },
      ]),
    ],
  ],
  ['hostAliases', (random) => random.list(2, () => ({ ip: random.pick(ADDRESSES), hostnames: ['a'] }))],
  ['imagePullSecrets', (random) => random.list(2, () => ({ name: random.pick(['a', 'b', '']) }))],
  ['overhead', (random) => ({ memory: random.pick(BYTES), 'ephemeral-storage': random.pick(BYTES) })],
  [
    'securityContext',
    (random) => random.pick<JsonValue>([{ seccompProfile: { type: 'RuntimeDefault' } }, { appArmorProfile: profile(random) }]),
  ],
  ['terminationGracePeriodSeconds', (random) => random.pick([-1, 0, 5])],
  ['dnsConfig', (random) => ({ nameservers: [random.pick(ADDRESSES)] })],
  ['hostNetwork', () => true],
  ['containers/0/name', () => 'web'],
  [
    'containers/0/securityContext',
    (random) => random.pick<JsonValue>([{ seccompProfile: { type: 'Unconfined' } }, { appArmorProfile: profile(random) }]),
  ],
  [
    'containers/0/resources',
    (random) => ({
      limits: { memory: random.pick(BYTES), 'ephemeral-storage': random.pick(BYTES) },
      requests: { memory: '1' },
    }),
  ],
  [
    'containers/0/env',
    (random) =>
      random.list(3, () => ({
        name: random.pick(['A', 'B']),
        ...random.pick<JsonObject>([
          { value: 'x' },
          { value: '$(A)' },
          { value: '$(A)x' },
          { valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ]),
      })),
  ],
  ['containers/0/ports', (random) => random.list(3, () => port(random))],
  ['initContainers', (random) => [{ name: 'i', image: 'x', ports: [port(random)] }]],
];

function item(path: string): JsonObject {
  return { path, fieldRef: { fieldPath: 'metadata.name' } };
}

const profile: Spice = (random) =>
  random.pick<JsonValue>([{ type: 'Unconfined' }, { type: 'RuntimeDefault' }, { type: 'Localhost', localhostProfile: 'x' }]);

const port: Spice = (random) => ({
  containerPort: random.pick([80, 81]),
  ...(random.once(2) ? { protocol: random.pick(['TCP', 'UDP']) } : {}),
  ...(random.once(3) ? { name: random.pick(['http', 'web']) } : {}),
  ...(random.once(2) ? { hostPort: random.pick([80, 81]) } : {}),
  ...(random.once(3) ? { hostIP: random.pick(['10.0.0.1', '10.0.0.2']) } : {}),
});

/** What may stand in objects of other kinds, by the path from their root. */
const OF_KINDS: Readonly<Record<string, readonly (readonly [path: string, spice: Spice])[]>> = {
  CSIDriver: [
    ['spec/tokenRequests', () => [{ audience: 'a' }]],
    ['spec/serviceAccountTokenInSecrets', () => true],
  ],
  CSIStorageCapacity: [
    ['nodeTopology', (random) => ({ matchExpressions: [{ key: random.pick(LABELS), operator: 'Exists' }] })],
    ['nodeTopology/matchLabels', (random) => ({ [random.pick(LABELS)]: 'x' })],
  ],
  EndpointSlice: [
    ['endpoints', (random) => [{ addresses: [random.pick(ADDRESSES)] }]],
    ['addressType', (random) => random.pick(['IPv4', 'IPv6', 'FQDN'])],
    ['metadata/labels', (random) => ({ 'endpointslice.kubernetes.io/managed-by': random.pick(['me', 'endpointslice-controller.k8s.io']) })],
  ],
  Endpoints: [
    ['subsets', (random) => [{ addresses: [{ ip: random.pick(ADDRESSES) }], notReadyAddresses: [{ ip: random.pick(ADDRESSES) }] }]],
    ['metadata/labels', (random) => ({ 'endpoints.kubernetes.io/managed-by': random.pick(['me', 'endpoint-controller']) })],
  ],
  Job: [
    ['spec/completionMode', () => 'Indexed'],
    ['spec/completions', () => 100_001],
    ['spec/parallelism', (random) => random.pick([5, 10_001])],
  ],
  NetworkPolicy: [
    ['spec/ingress', (random) => [{ from: [{ ipBlock: { cidr: random.pick(RANGES) } }] }]],
    ['spec/egress', (random) => [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: [random.pick(RANGES)] } }] }]],
  ],
  Node: [
    ['spec/podCIDR', (random) => random.pick(RANGES)],
    ['spec/podCIDRs', (random) => [random.pick(RANGES)]],
    ['spec/externalID', () => 'x'],
  ],
  PersistentVolume: [
    ['spec/persistentVolumeReclaimPolicy', () => 'Recycle'],
    ['spec/nodeAffinity', (random) => ({ required: { nodeSelectorTerms: [term(random)] } })],
    ['spec/csi', () => null],
    ['spec/hostPath', () => null],
    ['spec/rbd', () => ({ monitors: ['x'], image: 'x' })],
  ],
  PersistentVolumeClaim: [['spec/resources', (random) => ({ requests: { storage: random.pick(BYTES) } })]],
  ResourceQuota: [
    [
      'spec/hard',
      (random) => ({
        'requests.memory': random.pick(BYTES),
        memory: random.pick(BYTES),
        'limits.memory': random.pick(BYTES),
        cpu: '3',
        'limits.cpu': '2',
      }),
    ],
  ],
  ResourceSlice: [['spec/driver', (random) => random.pick(['GPU.example.com', 'gpu.example.com'])]],
  RuntimeClass: [['scheduling', (random) => ({ nodeSelector: { [random.pick(LABELS)]: 'x' } })]],
  Service: [
    ['spec/externalIPs', (random) => [random.pick(ADDRESSES)]],
    ['spec/loadBalancerIP', (random) => random.pick(ADDRESSES)],
    ['spec/loadBalancerSourceRanges', (random) => [random.pick(RANGES)]],
    ['spec/clusterIP', (random) => random.pick(['None', ...ADDRESSES])],
    ['spec/type', (random) => random.pick(['ClusterIP', 'LoadBalancer', 'ExternalName'])],
    ['spec/externalName', () => 'example.com'],
    ['spec/sessionAffinity', () => 'ClientIP'],
    ['spec/trafficDistribution', () => 'PreferClose'],
  ],
  StatefulSet: [
    ['spec/revisionHistoryLimit', () => -1],
    [
      'spec/volumeClaimTemplates',
      (random) => [
        { metadata: { name: 'v' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: random.pick(BYTES) } } } },
      ],
    ],
  ],
  StorageClass: [['allowedTopologies', (random) => [{ matchLabelExpressions: [{ key: random.pick(LABELS), values: ['a'] }] }]]],
};

const TEMPLATES: Readonly<Record<string, string>> = {
  CronJob: 'spec/jobTemplate/spec/template/',
  DaemonSet: 'spec/template/',
  Deployment: 'spec/template/',
  Job: 'spec/template/',
  Pod: '',
  PodTemplate: 'template/',
  ReplicaSet: 'spec/template/',
  ReplicationController: 'spec/template/',
  StatefulSet: 'spec/template/',
};

function put(value: JsonValue | undefined, path: Path, to: JsonValue): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return to;
  if (typeof step === 'number' || isArray(value)) {
    const items = isArray(value) ? value : [];
    const index = Number(step);
    return items.length === 0 ? [put({ image: 'x' }, rest, to)] : items.map((known, at) => (at === index ? put(known, rest, to) : known));
  }
  const object = isObject(value) ? value : {};
  return { ...object, [step]: put(object[step], rest, to) };
}

function spice(object: JsonObject, { kind }: Base, random: Random): JsonObject {
  let result: JsonValue = object;
  const add = (path: string, value: JsonValue): void => {
    result = put(result, path.split('/'), value);
  };
  const prefix = TEMPLATES[kind.kind];
  const below = (prefix === undefined ? [] : OF_PODS)
    .filter(() => random.once(8))
    .map(([path, make]) => [`${prefix ?? ''}spec/${path}`, make] as const);
  const own = (OF_KINDS[kind.kind] ?? []).filter(() => random.once(2));
  for (const [path, make] of [...below, ...own]) add(path, make(random));
  const annotations = Object.fromEntries(ANNOTATIONS.filter(() => random.once(12)).map((key) => [key, random.pick(PROFILES)]));
  const place = random.once(2) ? 'metadata/annotations' : `${prefix ?? ''}metadata/annotations`;
  if (Object.keys(annotations).length > 0) add(place, annotations);
  if (random.once(10)) add('metadata/name', random.pick(['a.b', 'a'.repeat(70), 'web-static-k8s']));
  return isObject(result) ? result : object;
}

/** The warnings of a finding code. */
const CODES = new Set(['KV0131', 'KV0132']);

/** Whether kplan warns of what the strategies of the API server warn of when an object is made, in the same words. */
export const warningsJudge: OracleJudge = {
  subject: 'warnings',
  asks: 'validate',
  cases: 3000,
  branches: ['warned', 'nothing said', 'refused'],
  generate(random) {
    const warned = setting().kinds.filter(([base]) => base !== undefined && (base.kind.kind in OF_KINDS || base.kind.kind in TEMPLATES));
    const base = random.pick(random.pick(random.once(10) ? setting().kinds : warned));
    const spiced = spice(base.object, base, random);
    return { object: asSent(random.once(6) ? mutate(spiced, base.kind.schema, random).object : spiced, base.kind) };
  },
  compare(input, answer) {
    const object = getObject(input, 'object');
    if (!isKubernetesObject(object) || getBoolean(answer, 'unreached') === true) return undefined;
    if (getString(answer, 'unread') !== undefined || listTexts(answer).length > 0) return { coverage: ['refused'], isCompared: false };
    const real = [...new Set(getArray(answer, 'warnings').map(String))].filter((text) => !OF_KEYS.test(text)).toSorted();
    const ours = [...new Set(warnOurselves(object))].toSorted();
    return compare(ours, real);
  },
};

/** Of the keys and certificates of TLS Secrets, which kplan does not read. */
const OF_KEYS = /^(?:tls|x509|asn1): /;

function warnOurselves(object: KubernetesObject): readonly string[] {
  const findings = validateManifests([toManifest(object)], {
    catalogs: [setting().catalog],
    knowsCluster: false,
    defaultNamespace: 'judged-native',
  });
  return findings.filter(({ code }) => CODES.has(code)).map((finding) => describe(finding));
}

/** A warning without the amounts that it shows. */
const withoutAmounts = (text: string): string => text.replace(/\([^)]*\)/g, '()');

function compare(ours: readonly string[], real: readonly string[]): Comparison {
  const missing = real.find((text) => !ours.includes(text));
  const added = ours.find((text) => !real.includes(text));
  if (missing === undefined && added === undefined) return { coverage: [real.length === 0 ? 'nothing said' : 'warned'] };
  const isOtherwise = ours.some((text) => withoutAmounts(text) === withoutAmounts(missing ?? ''));
  const signature =
    missing === undefined
      ? `kplan alone warns: ${toPattern(added ?? '')}`
      : `the server alone warns: ${isOtherwise ? 'amounts printed otherwise: ' : ''}${toPattern(missing)}`;
  return { coverage: [], difference: { signature, ours: ours.join(' | ') || 'nothing', servers: real.join(' | ') || 'nothing' } };
}
