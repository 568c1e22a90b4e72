import assert from 'node:assert/strict';
import { describe as group, test } from 'node:test';
import fc from 'fast-check';
import { findAdmitted } from '../../../src/cli/stages/admission-findings.ts';
import { listAdmissionFindings } from '../../../src/engine/admission/index.ts';
import { createAdmission } from '../../../src/engine/index.ts';
import { World, type Finding, type Manifest } from '../../../src/model/index.ts';
import { defaultObject, loadCatalog } from '../../../src/model/schema/index.ts';
import { createPatcher, orderObjects } from '../../../src/planner/index.ts';
import type { JsonObject, JsonValue } from '../../../src/std/index.ts';
import { createDigester } from '../../../src/validate/index.ts';
import { toManifest, toObject } from '../../validate/fake-origin.ts';

const VERSION = '1.36';
const catalog = loadCatalog(VERSION);
const digest = createDigester([catalog]);

/** All that admission would say of all objects, whole. */
function findOfAll(manifests: readonly Manifest[]): readonly Finding[] {
  const placed = manifests.map((manifest) => ({ manifest, object: defaultObject(manifest.object, catalog) }));
  return listAdmissionFindings(createAdmission({ patcher: createPatcher(catalog) }), placed, {
    context: World.EMPTY,
    order: orderObjects,
  });
}

function find(manifests: readonly Manifest[]): readonly Finding[] {
  return findAdmitted(manifests, { context: World.EMPTY, defaultNamespace: 'default' }, [VERSION]);
}

const pick = <T>(...items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);
const namespace = pick('a', 'b', 'c');
const name = pick('x', 'y', 'z');
const nothing: JsonObject = {};
const amounts = fc.dictionary(pick('cpu', 'memory'), pick<JsonValue>('1', '2Gi', '100m', 3), { maxKeys: 2 });

const container = fc.record({
  name: pick('main', 'side'),
  image: pick('web', 'web:1'),
  env: pick<JsonValue>([], [{ name: 'A', value: 'hunter2' }], [{ name: 'B', valueFrom: { secretKeyRef: { name: 'x', key: 'k' } } }]),
  command: pick<JsonValue>([], ['sleep', 'infinity']),
  ports: pick<JsonValue>([], [{ containerPort: 80 }], [{ containerPort: 80, hostPort: 80 }]),
  livenessProbe: pick<JsonValue>(null, { httpGet: { port: 80, host: '10.0.0.1' } }, { exec: { command: ['true'] } }),
  lifecycle: pick<JsonValue>(null, { postStart: { tcpSocket: { port: 80, host: '10.0.0.1' } } }),
  securityContext: pick<JsonValue>(
    nothing,
    { privileged: true },
    { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' }, runAsNonRoot: true },
    { capabilities: { add: ['SYS_ADMIN'] }, procMount: 'Unmasked' },
  ),
  resources: fc.record({ requests: amounts, limits: amounts }),
});

const podSpec = fc
  .record({
    containers: fc.array(container, { minLength: 1, maxLength: 2 }),
    initContainers: fc.array(container, { maxLength: 1 }),
    volumes: pick<JsonValue>(
      [],
      [{ name: 'v', hostPath: { path: '/' } }],
      [{ name: 'v', nfs: { server: 's', path: '/' } }],
      [{ name: 'v', configMap: { name: 'x' } }],
    ),
  })
  .chain((spec) =>
    fc
      .record(
        {
          hostNetwork: pick(true, false),
          hostUsers: pick(true, false),
          priorityClassName: pick('high', 'low'),
          priority: pick(5, 1000),
          runtimeClassName: pick('sandbox', 'other'),
          overhead: pick<JsonValue>({ cpu: '100m' }),
          activeDeadlineSeconds: pick(5),
          affinity: pick<JsonValue>({
            podAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone', namespaceSelector: {}, labelSelector: {} }],
            },
          }),
          securityContext: pick<JsonValue>({ runAsNonRoot: true }, { sysctls: [{ name: 'kernel.msgmax', value: '1' }] }),
          resources: fc.record({ requests: amounts }),
        },
        { requiredKeys: [] },
      )
      .map((more): JsonObject => ({ ...spec, ...more })),
  );

const LABELS = { app: 'x' };
const annotations = pick<JsonObject>(
  nothing,
  nothing,
  nothing,
  { 'container.apparmor.security.beta.kubernetes.io/main': 'unconfined' },
  { note: 'hunter2' },
);
const template = fc.record({ metadata: fc.record({ labels: fc.constant(LABELS), annotations }), spec: podSpec });
const order = pick<JsonObject>(
  nothing,
  nothing,
  nothing,
  nothing,
  { 'kapply.kplan.dev/wave': '-3' },
  { 'argocd.argoproj.io/sync-wave': '4' },
  { 'config.kubernetes.io/depends-on': '/namespaces/a/ConfigMap/x' },
  { 'helm.sh/hook': 'pre-install' },
  { note: 'hunter2' },
);

/** Objects of one kind, in some namespace and now and then with a place in the order. */
function kindOf(apiVersion: string, kind: string, rest: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonValue> {
  return fc
    .tuple(namespace, name, order, rest)
    .map(([at, called, notes, more]) => ({ apiVersion, kind, metadata: { name: called, namespace: at, annotations: notes }, ...more }));
}

const spec = (fields: Readonly<Record<string, fc.Arbitrary<JsonValue>>>): fc.Arbitrary<JsonObject> =>
  fc.record(fields).map((made): JsonObject => ({ spec: made }));

const selector = fc.constant<JsonValue>({ matchLabels: LABELS });
const replicas = pick(1, 3, 7);

const workloads = [
  kindOf('apps/v1', 'Deployment', spec({ replicas, selector, template })),
  kindOf('apps/v1', 'StatefulSet', spec({ replicas, selector, template, serviceName: pick('x') })),
  kindOf('apps/v1', 'DaemonSet', spec({ selector, template })),
  kindOf('batch/v1', 'Job', spec({ parallelism: replicas, template })),
  kindOf('batch/v1', 'CronJob', spec({ schedule: pick('* * * * *'), jobTemplate: fc.record({ spec: fc.record({ template }) }) })),
  kindOf(
    'v1',
    'Pod',
    podSpec.map((made): JsonObject => ({ spec: made })),
  ),
  kindOf('v1', 'PodTemplate', fc.record({ template })),
];

const others = [
  kindOf('v1', 'ConfigMap', pick<JsonObject>({ data: { a: 'hunter2' } })),
  kindOf('v1', 'Secret', pick<JsonObject>({ stringData: { a: 'hunter2' } })),
  kindOf('v1', 'ServiceAccount', pick<JsonObject>(nothing)),
  kindOf('v1', 'Service', spec({ type: pick('ClusterIP', 'NodePort', 'LoadBalancer'), ports: pick<JsonValue>([{ port: 80 }]) })),
  kindOf(
    'v1',
    'PersistentVolumeClaim',
    spec({
      resources: pick<JsonValue>({ requests: { storage: '1Gi' } }, { requests: { storage: '5Gi' } }),
      storageClassName: pick('fast'),
    }),
  ),
  kindOf(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    spec({
      minReplicas: pick(2, 5),
      maxReplicas: pick(5, 9),
      scaleTargetRef: pick<JsonValue>({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' }),
    }),
  ),
];

const rules = [
  kindOf(
    'v1',
    'ResourceQuota',
    spec({
      hard: pick<JsonValue>(
        { pods: '2' },
        { 'requests.cpu': '1', 'limits.memory': '4Gi' },
        { 'count/configmaps': '1', services: '1', 'services.loadbalancers': '0' },
        { secrets: '0', 'count/deployments.apps': '1', 'requests.storage': '2Gi' },
        { 'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '0' },
      ),
      scopes: pick<JsonValue>([], [], ['Terminating'], ['BestEffort'], ['CrossNamespacePodAffinity']),
    }),
  ),
  kindOf(
    'v1',
    'LimitRange',
    spec({
      limits: pick<JsonValue>(
        [{ type: 'Container', max: { cpu: '500m' } }],
        [{ type: 'Pod', min: { memory: '1Gi' } }],
        [{ type: 'PersistentVolumeClaim', max: { storage: '2Gi' } }],
        [{ type: 'Container', default: { memory: '1Gi' }, defaultRequest: { cpu: '2' } }],
      ),
    }),
  ),
  fc.tuple(namespace, pick('baseline', 'restricted')).map(([at, level]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: at, labels: { 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/warn': 'restricted' } },
  })),
  pick<JsonValue>(
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000, globalDefault: true },
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'low' }, value: 1, preemptionPolicy: 'Never' },
    {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'sandbox' },
      handler: 'x',
      overhead: { podFixed: { cpu: '1' } },
    },
  ),
];

const world = fc.tuple(
  fc.array(fc.oneof(...workloads), { minLength: 1, maxLength: 5 }),
  fc.array(fc.oneof(...others), { maxLength: 4 }),
  fc.array(fc.oneof(...rules), { minLength: 1, maxLength: 3 }),
);

group('what admission says of manifests', () => {
  test('is what it says of all of them, whole, also where they are digests and nothing is looked at that it does not concern', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(world, (parts) => {
        const manifests = parts.flat().map((object, index) => toManifest(toObject(object), `${index}.yaml`));
        const digests = manifests.map((manifest) => ({ ...manifest, object: digest(manifest.object)?.object ?? manifest.object }));
        const all = findOfAll(manifests);
        for (const { code } of all) seen.set(code, (seen.get(code) ?? 0) + 1);
        assert.deepEqual(find(manifests), all);
        assert.deepEqual(find(digests), all);
        assert.doesNotMatch(JSON.stringify(digests), /hunter2/);
      }),
      { numRuns: Number(process.env['KPLAN_ADMISSION_RUNS'] ?? 300) },
    );
    for (const code of ['KQ0001', 'KQ0002', 'KQ0003', 'KQ0011'])
      assert.ok(seen.has(code), `${code} is not among ${[...seen.keys()].join(' ')}`);
  });
});
