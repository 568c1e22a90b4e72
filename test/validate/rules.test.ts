import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import { describe, withMetadata, World, type KubernetesObject, type Severity } from '../../src/model/index.ts';
import { parseDocuments } from '../../src/loader/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { compareBy, getArray, getString, type JsonObject, type JsonValue } from '../../src/std/index.ts';
import { createDigester, listReferenceProblems } from '../../src/validate/index.ts';
import { RULES } from '../../src/validate/rules/index.ts';
import { FACT_CASES } from './fact-cases.ts';
import { toObject } from './fake-origin.ts';

const NAMESPACE = 'shop';

/** An object in the namespace of the tests; `spec` and whatever else stands at its top. */
function make(apiVersion: string, kind: string, name: string, rest: JsonObject = {}): JsonObject {
  return { apiVersion, kind, metadata: { name, namespace: NAMESPACE }, ...rest };
}

function makeGlobal(apiVersion: string, kind: string, name: string, rest: JsonObject = {}): JsonObject {
  return { apiVersion, kind, metadata: { name }, ...rest };
}

const namespace = makeGlobal('v1', 'Namespace', NAMESPACE);

/** A Deployment whose one container mounts all volumes. */
function deployment(spec: JsonObject, container: JsonObject = {}): JsonObject {
  const volumeMounts = getArray(spec, 'volumes').map((volume) => ({ name: getString(volume, 'name') ?? '' }));
  const containers = [{ name: 'main', image: 'nginx', volumeMounts, ...container }];
  return make('apps/v1', 'Deployment', 'web', {
    spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers, ...spec } } },
  });
}

const service = (spec: JsonObject): JsonObject => make('v1', 'Service', 'web', { spec });
const filled = (name: string, dataSourceRef: JsonObject, more: JsonObject = {}): JsonObject =>
  make('v1', 'PersistentVolumeClaim', name, { spec: { dataSourceRef, ...more } });
const ingress = (spec: JsonObject): JsonObject => make('networking.k8s.io/v1', 'Ingress', 'web', { spec });
const backend = (port: JsonObject): JsonObject => ({ rules: [{ http: { paths: [{ backend: { service: { name: 'web', port } } }] } }] });
const data = (value: JsonValue): JsonObject => ({ data: value });
const fromKey = (field: string, rest: JsonObject = {}): JsonObject => ({
  env: [{ name: 'A', valueFrom: { [field]: { name: 'a', key: 'k', ...rest } } }],
});
const binding = (kind: string, name: string, subjects: JsonValue = []): JsonObject =>
  make('rbac.authorization.k8s.io/v1', 'RoleBinding', 'b', { roleRef: { kind, name }, subjects });
const probe = (port: JsonValue): JsonObject => ({ ports: [{ name: 'http', containerPort: 80 }], readinessProbe: { httpGet: { port } } });

interface Case {
  readonly name: string;
  readonly objects: readonly JsonObject[];
  /** Code, severity where all is known, and where it is not. */
  readonly want: readonly (readonly [code: string, path: string, known: Severity, unknown: Severity])[];
}

const CASES: readonly Case[] = [
  {
    name: 'a ConfigMap that is missing, in every place that can name one',
    objects: [
      deployment(
        {
          volumes: [
            { name: 'v', configMap: { name: 'a' } },
            { name: 'p', projected: { sources: [{ configMap: { name: 'b' } }] } },
          ],
        },
        { envFrom: [{ configMapRef: { name: 'c' } }], ...fromKey('configMapKeyRef') },
      ),
    ],
    want: [
      ['KR0001', '/spec/template/spec/containers/0/env/0/valueFrom/configMapKeyRef/name', 'error', 'warning'],
      ['KR0001', '/spec/template/spec/containers/0/envFrom/0/configMapRef/name', 'error', 'warning'],
      ['KR0001', '/spec/template/spec/volumes/0/configMap/name', 'error', 'warning'],
      ['KR0001', '/spec/template/spec/volumes/1/projected/sources/0/configMap/name', 'error', 'warning'],
    ],
  },
  { name: 'an optional ConfigMap', objects: [deployment({}, { envFrom: [{ configMapRef: { name: 'a', optional: true } }] })], want: [] },
  {
    name: "the cluster's own ConfigMap",
    objects: [deployment({}, { envFrom: [{ configMapRef: { name: 'kube-root-ca.crt' } }] })],
    want: [],
  },
  {
    name: 'the references of a pod whose controller has them too',
    objects: [
      {
        ...make('v1', 'Pod', 'web-1', { spec: { containers: [{ name: 'a', envFrom: [{ configMapRef: { name: 'a' } }] }] } }),
        metadata: { name: 'web-1', namespace: NAMESPACE, ownerReferences: [{ kind: 'ReplicaSet', name: 'web', controller: true }] },
      },
    ],
    want: [],
  },
  {
    name: 'a key that a ConfigMap lacks',
    objects: [deployment({}, fromKey('configMapKeyRef')), make('v1', 'ConfigMap', 'a', data({ other: '1' }))],
    want: [['KR0002', '/spec/template/spec/containers/0/env/0/valueFrom/configMapKeyRef/key', 'error', 'error']],
  },
  {
    name: 'a key that a ConfigMap has',
    objects: [deployment({}, fromKey('configMapKeyRef')), make('v1', 'ConfigMap', 'a', data({ k: '1' }))],
    want: [],
  },
  {
    name: 'a binary key, which environments do not have',
    objects: [deployment({}, fromKey('configMapKeyRef')), make('v1', 'ConfigMap', 'a', { binaryData: { k: 'YQ==' } })],
    want: [['KR0002', '/spec/template/spec/containers/0/env/0/valueFrom/configMapKeyRef/key', 'error', 'error']],
  },
  {
    name: 'a binary key of a volume',
    objects: [
      deployment({ volumes: [{ name: 'v', configMap: { name: 'a', items: [{ key: 'k', path: 'p' }] } }] }),
      make('v1', 'ConfigMap', 'a', { binaryData: { k: 'YQ==' } }),
    ],
    want: [],
  },
  {
    name: 'a key of a volume that a ConfigMap lacks',
    objects: [
      deployment({ volumes: [{ name: 'v', configMap: { name: 'a', items: [{ key: 'k', path: 'p' }] } }] }),
      make('v1', 'ConfigMap', 'a', { binaryData: { other: 'YQ==' } }),
    ],
    want: [['KR0002', '/spec/template/spec/volumes/0/configMap/items/0/key', 'error', 'error']],
  },
  {
    name: 'a Secret that is missing',
    objects: [
      deployment({ imagePullSecrets: [{ name: 'pull' }], volumes: [{ name: 'v', secret: { secretName: 's' } }] }, fromKey('secretKeyRef')),
    ],
    want: [
      ['KR0003', '/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/name', 'error', 'info'],
      ['KR0003', '/spec/template/spec/imagePullSecrets/0/name', 'error', 'info'],
      ['KR0003', '/spec/template/spec/volumes/0/secret/secretName', 'error', 'info'],
    ],
  },
  {
    name: 'a Secret that an operator makes',
    objects: [
      deployment({}, fromKey('secretKeyRef')),
      make('external-secrets.io/v1', 'ExternalSecret', 'x', { spec: { target: { name: 'a' } } }),
    ],
    want: [],
  },
  {
    name: 'a Secret that an operator makes under its own name',
    objects: [deployment({}, fromKey('secretKeyRef')), make('bitnami.com/v1alpha1', 'SealedSecret', 'a')],
    want: [],
  },
  {
    name: 'a pull secret of a ServiceAccount',
    objects: [make('v1', 'ServiceAccount', 'app', { imagePullSecrets: [{ name: 'pull' }] })],
    want: [['KR0003', '/imagePullSecrets/0/name', 'error', 'info']],
  },
  {
    name: 'a key that a Secret lacks',
    objects: [deployment({}, fromKey('secretKeyRef')), make('v1', 'Secret', 'a', { stringData: { other: '1' } })],
    want: [['KR0004', '/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/key', 'error', 'warning']],
  },
  {
    name: 'a certificate without its key, of an Ingress and of a listener that decrypts; none is asked for where it passes through',
    objects: [
      make('v1', 'Secret', 'cert', { data: { 'tls.crt': '' } }),
      ingress({ tls: [{ secretName: 'cert' }, {}] }),
      make('gateway.networking.k8s.io/v1', 'Gateway', 'edge', {
        spec: {
          listeners: [
            { name: 'a', tls: { mode: 'Passthrough', certificateRefs: [{ name: 'cert' }] } },
            { name: 'b', tls: { certificateRefs: [{ kind: 'Other', group: 'example.com', name: 'cert' }, { name: 'cert' }] } },
          ],
        },
      }),
    ],
    want: [
      ['KR0004', '/spec/listeners/1/tls/certificateRefs/1/name', 'error', 'warning'],
      ['KR0004', '/spec/tls/0/secretName', 'error', 'warning'],
    ],
  },
  {
    name: 'claims that are filled from each other in a ring, not those that have a volume, name a kind of others or lie elsewhere',
    objects: [
      filled('a', { kind: 'PersistentVolumeClaim', name: 'b' }),
      filled('b', { kind: 'PersistentVolumeClaim', name: 'a' }),
      filled('bound', { kind: 'PersistentVolumeClaim', name: 'bound' }, { volumeName: 'v' }),
      filled('other', { apiGroup: 'example.com', kind: 'PersistentVolumeClaim', name: 'other' }),
      filled('snapshot', { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'gone' }),
      filled('far', { kind: 'PersistentVolumeClaim', name: 'far', namespace: 'lab' }),
    ],
    want: [
      ['KR0051', '/spec/dataSourceRef/name', 'error', 'error'],
      ['KR0051', '/spec/dataSourceRef/name', 'error', 'error'],
    ],
  },
  {
    name: 'a ServiceAccount that is missing',
    objects: [deployment({ serviceAccountName: 'app' })],
    want: [['KR0005', '/spec/template/spec/serviceAccountName', 'error', 'warning']],
  },
  { name: 'the ServiceAccount that every namespace has', objects: [deployment({ serviceAccountName: 'default' })], want: [] },
  {
    name: 'a claim that is missing',
    objects: [deployment({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] })],
    want: [['KR0006', '/spec/template/spec/volumes/0/persistentVolumeClaim/claimName', 'error', 'warning']],
  },
  {
    name: "a claim of a StatefulSet's template",
    objects: [
      deployment({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data-db-0' } }] }),
      make('apps/v1', 'StatefulSet', 'db', { spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }] } }),
    ],
    want: [],
  },
  {
    name: 'a StorageClass that is missing',
    objects: [
      make('v1', 'PersistentVolumeClaim', 'data', { spec: { storageClassName: 'fast' } }),
      make('apps/v1', 'StatefulSet', 'db', {
        spec: { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { storageClassName: 'fast' } }] },
      }),
    ],
    want: [
      ['KR0007', '/spec/storageClassName', 'error', 'info'],
      ['KR0007', '/spec/volumeClaimTemplates/0/spec/storageClassName', 'error', 'info'],
    ],
  },
  {
    name: 'a StorageClass that is missing where the repository makes others',
    objects: [
      make('v1', 'PersistentVolumeClaim', 'data', { spec: { storageClassName: 'fsat' } }),
      makeGlobal('storage.k8s.io/v1', 'StorageClass', 'fast'),
    ],
    want: [['KR0007', '/spec/storageClassName', 'error', 'warning']],
  },
  { name: 'a claim of no class', objects: [make('v1', 'PersistentVolumeClaim', 'data', { spec: { storageClassName: '' } })], want: [] },
  {
    name: 'a PriorityClass that is missing',
    objects: [deployment({ priorityClassName: 'high' })],
    want: [['KR0008', '/spec/template/spec/priorityClassName', 'error', 'info']],
  },
  { name: "the system's PriorityClass", objects: [deployment({ priorityClassName: 'system-node-critical' })], want: [] },
  {
    name: 'a RuntimeClass that is missing',
    objects: [deployment({ runtimeClassName: 'gvisor' })],
    want: [['KR0009', '/spec/template/spec/runtimeClassName', 'error', 'info']],
  },
  {
    name: 'an IngressClass that is missing',
    objects: [ingress({ ingressClassName: 'nginx' })],
    want: [['KR0010', '/spec/ingressClassName', 'error', 'info']],
  },
  {
    name: 'a backend that is missing',
    objects: [ingress({ ...backend({ number: 80 }), defaultBackend: { service: { name: 'fallback', port: { number: 80 } } } })],
    want: [
      ['KR0011', '/spec/defaultBackend/service/name', 'error', 'warning'],
      ['KR0011', '/spec/rules/0/http/paths/0/backend/service/name', 'error', 'warning'],
    ],
  },
  {
    name: 'a backend port number that is missing',
    objects: [ingress(backend({ number: 81 })), service({ ports: [{ name: 'http', port: 80 }] })],
    want: [['KR0012', '/spec/rules/0/http/paths/0/backend/service/port/number', 'error', 'error']],
  },
  {
    name: 'a backend port name that is missing',
    objects: [ingress(backend({ name: 'web' })), service({ ports: [{ name: 'http', port: 80 }] })],
    want: [['KR0012', '/spec/rules/0/http/paths/0/backend/service/port/name', 'error', 'error']],
  },
  {
    name: 'a backend port that is there',
    objects: [ingress(backend({ name: 'http' })), service({ ports: [{ name: 'http', port: 80 }] })],
    want: [],
  },
  {
    name: 'a certificate that is missing',
    objects: [ingress({ tls: [{ secretName: 'cert' }] })],
    want: [['KR0013', '/spec/tls/0/secretName', 'error', 'info']],
  },
  {
    name: 'a certificate that cert-manager makes',
    objects: [
      {
        ...ingress({ tls: [{ secretName: 'cert' }] }),
        metadata: { name: 'web', namespace: NAMESPACE, annotations: { 'cert-manager.io/cluster-issuer': 'le' } },
      },
    ],
    want: [],
  },
  {
    name: 'a target of an autoscaler that is missing',
    objects: [
      make('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'wbe' } },
      }),
    ],
    want: [['KR0014', '/spec/scaleTargetRef/name', 'error', 'warning']],
  },
  {
    name: 'a Service that selects nothing',
    objects: [service({ selector: { app: 'api' } }), deployment({})],
    want: [['KR0015', '/spec/selector', 'warning', 'warning']],
  },
  {
    name: 'a Service of which one label of two is wrong',
    objects: [service({ selector: { app: 'web', tier: 'front' } }), deployment({})],
    want: [['KR0015', '/spec/selector', 'warning', 'warning']],
  },
  { name: 'a Service that selects a workload', objects: [service({ selector: { app: 'web' } }), deployment({})], want: [] },
  {
    name: 'a Service that selects one pod of a StatefulSet',
    objects: [service({ selector: { app: 'web', 'statefulset.kubernetes.io/pod-name': 'web-0' } }), deployment({})],
    want: [],
  },
  { name: 'a Service without a selector', objects: [service({ ports: [{ port: 80 }] })], want: [] },
  {
    name: 'a Service that selects the pods of a custom workload',
    objects: [
      service({ selector: { app: 'web' } }),
      make('argoproj.io/v1alpha1', 'Rollout', 'web', {
        spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a' }] } } },
      }),
    ],
    want: [],
  },
  {
    name: 'a budget that selects nothing',
    objects: [make('policy/v1', 'PodDisruptionBudget', 'web', { spec: { selector: { matchLabels: { app: 'api' } } } }), deployment({})],
    want: [['KR0016', '/spec/selector', 'warning', 'warning']],
  },
  {
    name: 'a policy that selects nothing by an expression',
    objects: [
      make('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
        spec: { podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'b'] }] } },
      }),
      deployment({}),
    ],
    want: [['KR0017', '/spec/podSelector', 'warning', 'warning']],
  },
  {
    name: 'a policy for all pods',
    objects: [make('networking.k8s.io/v1', 'NetworkPolicy', 'all', { spec: { podSelector: {} } })],
    want: [],
  },
  { name: 'a role that is missing', objects: [binding('Role', 'reader')], want: [['KR0018', '/roleRef/name', 'error', 'warning']] },
  {
    name: 'a cluster role that every cluster has',
    objects: [binding('ClusterRole', 'view'), binding('ClusterRole', 'system:node')],
    want: [],
  },
  {
    name: 'a subject that is missing',
    objects: [
      binding('ClusterRole', 'view', [
        { kind: 'ServiceAccount', name: 'app' },
        { kind: 'User', name: 'jane' },
      ]),
    ],
    want: [['KR0019', '/subjects/0/name', 'warning', 'info']],
  },
  {
    name: 'a webhook Service that is missing',
    objects: [
      makeGlobal('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'w', {
        webhooks: [{ clientConfig: { service: { namespace: NAMESPACE, name: 'hook' } } }],
      }),
    ],
    want: [['KR0020', '/webhooks/0/clientConfig/service/name', 'error', 'warning']],
  },
  {
    name: 'a port that the Service of a webhook lacks, given or by default',
    objects: [
      make('v1', 'Service', 'hook', { spec: { ports: [{ port: 8443 }] } }),
      makeGlobal('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'w', {
        webhooks: [8443, 9443, undefined].map((port) => ({
          clientConfig: { service: { namespace: NAMESPACE, name: 'hook', ...(port === undefined ? {} : { port }) } },
        })),
      }),
      makeGlobal('apiregistration.k8s.io/v1', 'APIService', 'v1.x', {
        spec: { service: { namespace: NAMESPACE, name: 'hook', port: 443 } },
      }),
    ],
    want: [
      ['KR0027', '/spec/service/port', 'error', 'error'],
      ['KR0027', '/webhooks/1/clientConfig/service/port', 'error', 'error'],
      ['KR0027', '/webhooks/2/clientConfig/service/name', 'error', 'error'],
    ],
  },
  {
    name: 'Secrets that drivers of volumes ask for',
    objects: [
      deployment({ volumes: [{ name: 'v', csi: { driver: 'd', nodePublishSecretRef: { name: 's' } } }] }),
      makeGlobal('v1', 'PersistentVolume', 'v', {
        spec: {
          csi: {
            driver: 'd',
            nodeStageSecretRef: { name: 's', namespace: NAMESPACE },
            nodePublishSecretRef: { name: 't', namespace: 'x' },
          },
        },
      }),
    ],
    want: [
      ['KR0003', '/spec/csi/nodePublishSecretRef/name', 'error', 'info'],
      ['KR0003', '/spec/csi/nodeStageSecretRef/name', 'error', 'info'],
      ['KR0003', '/spec/template/spec/volumes/0/csi/nodePublishSecretRef/name', 'error', 'info'],
    ],
  },
  {
    name: 'an autoscaler that names the wrong apiVersion, or the wrong kind',
    objects: [
      deployment({}),
      ...[
        { apiVersion: 'extensions/v1beta1', kind: 'Deployment', name: 'web' },
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' },
      ].map((scaleTargetRef, index) => make('autoscaling/v2', 'HorizontalPodAutoscaler', `w${index}`, { spec: { scaleTargetRef } })),
    ],
    want: [
      ['KR0014', '/spec/scaleTargetRef/apiVersion', 'error', 'warning'],
      ['KR0014', '/spec/scaleTargetRef/kind', 'error', 'warning'],
    ],
  },
  {
    name: 'a Service of a StatefulSet that is missing',
    objects: [make('apps/v1', 'StatefulSet', 'db', { spec: { serviceName: 'db' } })],
    want: [['KR0021', '/spec/serviceName', 'warning', 'warning']],
  },
  {
    name: 'a target port that no container has',
    objects: [
      service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'web' }] }),
      deployment({}, { ports: [{ name: 'http', containerPort: 80 }] }),
    ],
    want: [['KR0022', '/spec/ports/0/targetPort', 'error', 'error']],
  },
  {
    name: 'a target port that a container has',
    objects: [
      service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] }),
      deployment({}, { ports: [{ name: 'http', containerPort: 80 }] }),
    ],
    want: [],
  },
  {
    name: 'a probe of a port that the container does not name',
    objects: [deployment({}, probe('web'))],
    want: [['KR0023', '/spec/template/spec/containers/0/readinessProbe/httpGet/port', 'error', 'error']],
  },
  { name: 'a probe of a port that the container names', objects: [deployment({}, probe('http'))], want: [] },
  {
    name: 'a namespace that is missing, once, where the repository makes others',
    objects: [
      make('v1', 'ConfigMap', 'a'),
      { ...make('v1', 'ConfigMap', 'a'), metadata: { name: 'a', namespace: 'shpo' } },
      { ...make('v1', 'ConfigMap', 'b'), metadata: { name: 'b', namespace: 'shpo' } },
    ],
    want: [['KR0024', '/metadata/namespace', 'error', 'warning']],
  },
  {
    name: 'a namespace that every cluster has',
    objects: [{ ...make('v1', 'ConfigMap', 'a'), metadata: { name: 'a', namespace: 'kube-system' } }],
    want: [],
  },
  {
    name: 'a Service of an aggregated API that is missing',
    objects: [makeGlobal('apiregistration.k8s.io/v1', 'APIService', 'v1.x', { spec: { service: { namespace: NAMESPACE, name: 'api' } } })],
    want: [['KR0025', '/spec/service/name', 'error', 'warning']],
  },
];

const digest = createDigester([loadCatalog('1.36')]);

/** What is left of the object between runs, as it is read again. */
function digested(object: KubernetesObject): KubernetesObject {
  return toObject(JSON.parse(JSON.stringify(digest(object)?.object ?? object)));
}

function parse(text: string): readonly JsonObject[] {
  return parseDocuments(text, 'a.yaml').documents.map(({ value }) => {
    const object = toObject(value);
    const isWithin = object.metadata['namespace'] === undefined && object.kind !== 'Namespace' && object.kind !== 'GatewayClass';
    return isWithin ? withMetadata(object, { namespace: NAMESPACE }) : object;
  });
}

/** The cases of the table and, of each pair, both sides. */
const ALL_CASES: readonly Case[] = [
  ...CASES,
  ...FACT_CASES.flatMap(({ code, name, bad, good, want }): readonly Case[] => [
    { name, objects: parse(bad), want: [[code, ...want]] },
    { name: `not: ${name}`, objects: parse(good), want: [] },
  ]),
];

group('references between objects', () => {
  for (const { name, objects, want } of ALL_CASES) {
    test(name, () => {
      const whole = [namespace, ...objects].map(toObject);
      const world = World.of(whole);
      for (const knowsAll of [true, false]) {
        const problems = listReferenceProblems(world, { knowsAll }).map(({ problem }) => problem);
        const ofDigests = listReferenceProblems(World.of(whole.map(digested)), { knowsAll }).map(({ problem }) => problem);
        assert.deepEqual(ofDigests, problems, 'the same of digests');
        const found = problems.map(({ code, path, severity }) => [code, `/${path.join('/')}`, severity]);
        assert.deepEqual(
          found.toSorted(compareBy(String)),
          want.map(([code, path, known, unknown]) => [code, path, knowsAll ? known : unknown]),
        );
      }
    });
  }

  test('every rule is tried, and has a code of its own', () => {
    const codes = RULES.map((rule) => rule.code).toSorted();
    assert.equal(new Set(codes).size, codes.length);
    assert.deepEqual(codes, [...new Set(ALL_CASES.flatMap(({ want }) => want.map(([code]) => code)))].toSorted());
  });

  test('the sentence names both ends, and what is there instead', () => {
    const world = World.of([namespace, ingress(backend({ number: 81 })), service({ ports: [{ name: 'http', port: 80 }] })].map(toObject));
    const [found] = listReferenceProblems(world, { knowsAll: false });
    assert.ok(found);
    assert.equal(describe(found.problem), 'Ingress shop/web sends requests to port 81 of Service shop/web, which does not exist');
    assert.deepEqual(found.problem.data['ports'], ['http 80']);
  });
});
