import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDocuments } from '../../../src/loader/index.ts';
import { CATALOG, World } from '../../../src/model/index.ts';
import { loadCatalog } from '../../../src/model/schema/index.ts';
import { getString, isArray, isObject, type JsonObject, type JsonValue } from '../../../src/std/index.ts';
import { createReferenceEngine, judgeTransition, validateManifests } from '../../../src/validate/index.ts';
import { toManifest, toObject } from '../../validate/fake-origin.ts';

const METADATA = { name: 'web', namespace: 'shop' };
const TEMPLATE = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'web:1', ports: [{ name: 'http', containerPort: 8080 }] }] },
};
const WORKLOAD = { selector: { matchLabels: { app: 'web' } }, template: TEMPLATE };
const DEPLOYMENT: JsonObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: METADATA, spec: WORKLOAD };
const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const POD: JsonObject = { apiVersion: 'v1', kind: 'Pod', metadata: METADATA, spec: { containers: [{ name: 'web', image: 'web:1' }] } };
const CONFIG: JsonObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: METADATA };
const RULE = { http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] } };
const INGRESS: JsonObject = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: METADATA, spec: { rules: [RULE] } };
const WEBHOOKS: JsonObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'guard' },
};
const VERSION = { name: 'v1', served: true, storage: true };
const OPEN = { openAPIV3Schema: { type: 'object' } };
const WIDGETS: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [{ ...VERSION, schema: OPEN }],
  },
};

/** A definition of Widgets whose spec has this schema. */
function defining(properties: JsonObject, more: JsonObject = {}): JsonObject {
  const spec = { type: 'object', properties, ...more };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  return merge(WIDGETS, { spec: { versions: [{ ...VERSION, schema }] } });
}

/** What an example of a kind leaves out. */
const FRAMES: readonly JsonObject[] = [
  DEPLOYMENT,
  POD,
  CONFIG,
  INGRESS,
  WEBHOOKS,
  { apiVersion: 'example.com/v1', kind: 'Widget', metadata: METADATA },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', rules: [] },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: METADATA },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: METADATA,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: METADATA, spec: {} },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: METADATA,
    spec: { maxReplicas: 9, scaleTargetRef: TARGET },
  },
  { apiVersion: 'autoscaling.k8s.io/v1', kind: 'VerticalPodAutoscaler', metadata: METADATA },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: METADATA },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: METADATA },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: METADATA, spec: WORKLOAD },
  { apiVersion: 'batch/v1', kind: 'Job', metadata: METADATA },
  { apiVersion: 'batch/v1', kind: 'CronJob', spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: TEMPLATE } } } },
  WIDGETS,
  { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1beta1.metrics.k8s.io' } },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: METADATA },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: METADATA },
  { apiVersion: 'v1', kind: 'Service', metadata: METADATA },
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'web' } },
  { apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name: 'web' } },
  { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema', metadata: { name: 'web' } },
  { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: METADATA },
  { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'web' } },
  { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'ListenerSet', metadata: METADATA },
  { apiVersion: 'internal.apiserver.k8s.io/v1alpha1', kind: 'StorageVersion', metadata: { name: 'web' } },
];

/** Where an example stands, and what else is there. An example with a kind stands for itself, completed by the frame of its kind. */
interface Setting {
  readonly frame?: JsonObject;
  readonly at?: readonly (string | number)[];
  readonly others?: readonly JsonObject[];
}

const IN_CONTAINER: Setting = { frame: POD, at: ['spec', 'containers', 0] };
const IN_POD: Setting = { frame: POD, at: ['spec'] };
const object = (apiVersion: string, kind: string, name: string, more: JsonObject = {}): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  ...more,
});
const CPU = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } };
const SCALER = object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web-by-cpu', {
  spec: { maxReplicas: 9, scaleTargetRef: TARGET, metrics: [CPU] },
});

const serving = (name: string, port: number): JsonObject =>
  object('v1', 'Service', name, { spec: { selector: { app: 'web' }, ports: [{ port }] } });
const setContainer = (fields: JsonObject): JsonObject =>
  merge(DEPLOYMENT, {
    spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:1', ...fields }] } } },
  });
const SERVICE = serving('web', 80);
const CRON = merge(frameOf('CronJob'), { metadata: METADATA });
const SET = frameOf('StatefulSet');
const SCALING = frameOf('HorizontalPodAutoscaler');
const POLICY = merge(frameOf('NetworkPolicy'), { spec: { podSelector: {}, ingress: [{ from: [{}] }] } });
const ROUTE = merge(frameOf('HTTPRoute'), { spec: { rules: [{}] } });
const HOOKED = merge(WEBHOOKS, { webhooks: [{ name: 'pods.guard.example' }] });
const BUDGET = object('policy/v1', 'PodDisruptionBudget', 'front', {
  spec: { maxUnavailable: 1, selector: { matchLabels: { tier: 'front' } } },
});
const BUDGETED = merge(DEPLOYMENT, { spec: { template: { metadata: { labels: { app: 'web', tier: 'front' } } } } });
const OTHER_RULE = {
  host: 'shop.example',
  http: { paths: [{ path: '/api', pathType: 'Prefix', backend: { service: { name: 'api', port: { number: 80 } } } }] },
};
const OTHER_INGRESS = object('networking.k8s.io/v1', 'Ingress', 'api', { spec: { rules: [OTHER_RULE] } });
const EDGE: JsonObject = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge', namespace: 'infra' },
  spec: {
    gatewayClassName: 'c',
    listeners: [{ name: 'https', port: 443, protocol: 'HTTPS', allowedRoutes: { namespaces: { from: 'All' } } }],
  },
};

function frameOf(kind: string): JsonObject {
  return FRAMES.find((frame) => frame['kind'] === kind) ?? assert.fail(kind);
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  KV0001: {},
  KV0002: {},
  KV0003: {},
  KV0004: {},
  KV0005: { others: [object('v1', 'ConfigMap', 'settings')] },
  KV0006: {},
  KV0007: {},
  KV0008: {},
  KV0009: {},
  KV0021: { frame: { apiVersion: 'v1' } },
  KV0022: { frame: CONFIG },
  KV0023: { frame: CONFIG },
  KV0024: { frame: CONFIG },
  KV0025: { frame: CONFIG },
  KV0026: { frame: CONFIG },
  KV0027: { frame: CONFIG, at: ['metadata'] },
  KV0041: IN_CONTAINER,
  KV0042: { frame: DEPLOYMENT },
  KV0043: { frame: { apiVersion: 'apps/v1', metadata: METADATA } },
  KV0044: IN_CONTAINER,
  KV0045: { others: [defining({ size: { type: 'integer' } })] },
  KV0046: IN_CONTAINER,
  KV0047: IN_CONTAINER,
  KV0048: { others: [defining({ tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' } })] },
  KV0049: IN_CONTAINER,
  KV0050: { others: [defining({ size: { type: 'integer' } })] },
  KV0051: {
    others: [
      defining({ image: { type: 'string' }, build: { type: 'string' } }, { oneOf: [{ required: ['image'] }, { required: ['build'] }] }),
    ],
  },
  KV0052: { others: [defining({ size: { type: 'integer', format: 'int32' } })] },
  KV0053: { others: [defining({ code: { type: 'string', maxLength: 8 } })] },
  KV0054: { others: [defining({ tags: { type: 'array', items: { type: 'string' }, maxItems: 2 } })] },
  KV0055: { others: [defining({ code: { type: 'string', pattern: '^[a-z]*$' } })] },
  KV0101: { frame: DEPLOYMENT },
  KV0102: {},
  KV0103: IN_CONTAINER,
  KV0104: IN_CONTAINER,
  KV0105: IN_CONTAINER,
  KV0106: {},
  KV0107: { frame: CRON, at: ['spec'] },
  KV0108: {},
  KV0109: {},
  KV0110: { frame: POLICY, at: ['spec', 'ingress', 0, 'from', 0] },
  KV0111: IN_CONTAINER,
  KV0112: { frame: SERVICE, at: ['spec'] },
  KV0113: IN_POD,
  KV0114: {},
  KV0115: {},
  KV0116: {},
  KV0117: {},
  KV0118: IN_CONTAINER,
  KV0119: IN_POD,
  KV0120: IN_CONTAINER,
  KV0121: {},
  KV0122: {},
  KV0123: {},
  KV0124: {},
  KV0125: {
    frame: defining({ minReplicas: { type: 'integer' }, maxReplicas: { type: 'integer' } }),
    at: ['spec', 'versions', 0, 'schema', 'openAPIV3Schema', 'properties', 'spec'],
    others: [{ apiVersion: 'example.com/v1', kind: 'Widget', metadata: METADATA, spec: { minReplicas: 5, maxReplicas: 3 } }],
  },
  KV0127: {},
  KV0128: {},
  KV0129: {},
  KV0130: {},
  KV0131: { frame: SERVICE },
  KV0132: { frame: POLICY, at: ['spec', 'ingress', 0, 'from', 0] },
  KR0001: IN_CONTAINER,
  KR0002: { ...IN_CONTAINER, others: [object('v1', 'ConfigMap', 'settings', { data: { mode: 'fast' } })] },
  KR0003: IN_CONTAINER,
  KR0004: { ...IN_CONTAINER, others: [object('v1', 'Secret', 'api', { stringData: { token: '' } })] },
  KR0005: {},
  KR0006: IN_POD,
  KR0007: {},
  KR0008: {},
  KR0009: {},
  KR0010: {},
  KR0011: { frame: INGRESS, at: ['spec', 'rules', 0, 'http', 'paths', 0] },
  KR0012: { frame: INGRESS, at: ['spec', 'rules', 0, 'http', 'paths', 0], others: [SERVICE] },
  KR0013: {},
  KR0014: { others: [DEPLOYMENT] },
  KR0015: { others: [DEPLOYMENT] },
  KR0016: { others: [DEPLOYMENT] },
  KR0017: { others: [DEPLOYMENT] },
  KR0018: {},
  KR0019: {},
  KR0020: { frame: WEBHOOKS },
  KR0021: {},
  KR0022: { frame: SERVICE, at: ['spec'], others: [DEPLOYMENT] },
  KR0023: IN_CONTAINER,
  KR0024: { frame: CONFIG, others: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }] },
  KR0025: {},
  KR0027: { frame: HOOKED, at: ['webhooks', 0], others: [serving('hook', 8443)] },
  KR0028: { others: [BUDGETED, BUDGET] },
  KR0030: { frame: SCALING, at: ['spec'], others: [DEPLOYMENT] },
  KR0031: { others: [DEPLOYMENT, SCALER] },
  KR0032: { others: [DEPLOYMENT, SCALER] },
  KR0033: { frame: INGRESS, at: ['spec'], others: [OTHER_INGRESS] },
  KR0034: {},
  KR0035: { frame: ROUTE, at: ['spec'], others: [EDGE] },
  KR0036: {},
  KR0037: { frame: ROUTE, at: ['spec', 'rules', 0], others: [SERVICE] },
  KR0038: {},
  KR0039: {},
  KR0040: { frame: SERVICE, at: ['spec'], others: [setContainer({ ports: [{ containerPort: 8000 }] })] },
  KR0041: IN_CONTAINER,
  KR0042: { frame: DEPLOYMENT, at: ['spec', 'template', 'spec'] },
  KR0043: { others: [merge(SET, { spec: { serviceName: 'web' } })] },
  KR0044: {},
  KR0045: { ...IN_CONTAINER, others: [SERVICE] },
  KR0046: { ...IN_CONTAINER, others: [serving('api', 80)] },
  KR0047: {},
  KR0048: {},
  KR0051: {},
  KR0052: {},
};

/** Maps are united; of all else the second has the last word. */
function merge(frame: JsonObject, more: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...frame };
  for (const [key, value] of Object.entries(more)) {
    const old = merged[key];
    merged[key] = isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return merged;
}

/** The value with another one merged into what stands at a path. */
function mergeAt(value: JsonValue, [step, ...rest]: readonly (string | number)[], more: JsonObject): JsonValue {
  if (step === undefined) return isObject(value) ? merge(value, more) : more;
  if (isArray(value)) return value.map((item, index) => (index === step ? mergeAt(item, rest, more) : item));
  return isObject(value) ? { ...value, [step]: mergeAt(value[step] ?? {}, rest, more) } : value;
}

function complete(example: JsonObject, { frame, at = [] }: Setting): JsonValue {
  const kind = getString(example, 'kind');
  const usual = FRAMES.find((item) => item['kind'] === kind && (example['apiVersion'] ?? item['apiVersion']) === item['apiVersion']);
  return mergeAt(frame ?? usual ?? { metadata: METADATA }, at, example);
}

function judge(objects: readonly JsonValue[]): readonly string[] {
  const manifests = objects.map((item, index) => toManifest(item, `${index}.yaml`));
  return validateManifests(manifests, { catalogs, knowsCluster: false, defaultNamespace: 'default' }).map(({ code }) => code);
}

/** Said of a change, not of what is there: what an update may not do, and what a change takes away. */
const CHANGES: Readonly<Record<string, (example: JsonObject) => readonly string[]>> = {
  KR0026: (example) => compare([WIDGETS, widget(example)], [widget(example)]),
  KR0049: (example) => compare([SIZED, widget({ spec: { replicas: 5 } })], [sized(example), widget({ spec: { replicas: 5 } })]),
  KV0126: (example) => {
    const object = toObject({ apiVersion: 'storage.k8s.io/v1', metadata: { name: 'disk' }, ...example });
    return judgeTransition({ ...object, provisioner: 'other.csi.example.com' }, object, loadCatalog('1.36')).map(({ code }) => code);
  },
};
const COUNT = { type: 'integer' };
const SIZED = defining({ replicas: COUNT });
const sized = (rules: JsonObject): JsonObject => defining({ replicas: COUNT }, rules);
const widget = (more: JsonObject): JsonObject => merge({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: METADATA }, more);

function compare(before: readonly JsonObject[], after: readonly JsonObject[]): readonly string[] {
  const [was, is] = [before, after].map((objects) => World.of(objects.map(toObject)));
  assert.ok(was !== undefined && is !== undefined);
  const engine = createReferenceEngine({ knowsAll: true, catalog: loadCatalog('1.36') });
  return engine.compare(was, is).map(({ fact }) => fact.code);
}

const catalogs = [loadCatalog('1.36')];

test('every code about objects and references is shown', () => {
  const shown = new Set([...Object.keys(SETTINGS), ...Object.keys(CHANGES)]);
  assert.deepEqual(
    Object.keys(CATALOG).filter((code) => /^K[RV]/.test(code) && !shown.has(code)),
    [],
  );
});

for (const [code, setting] of Object.entries(SETTINGS)) {
  test(`the example of ${code} is found`, () => {
    const { documents, findings } = parseDocuments(CATALOG[code]?.example ?? '', 'example.yaml');
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'error'),
      [],
    );
    const example = documents[0]?.value;
    assert.ok(isObject(example), 'the example is a map');
    const others = setting.others ?? [];
    assert.ok(!judge(others).includes(code), 'it is not the example that has it');
    const found = judge([...others, complete(example, setting)]);
    assert.ok(found.includes(code), `found ${found.join(', ')}`);
  });
}

for (const [code, tell] of Object.entries(CHANGES)) {
  test(`the example of ${code} is found in a change`, () => {
    const [document] = parseDocuments(CATALOG[code]?.example ?? '', 'example.yaml').documents;
    assert.ok(isObject(document?.value));
    const found = tell(document.value);
    assert.ok(found.includes(code), `found ${found.join(', ')}`);
  });
}
