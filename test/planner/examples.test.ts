import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENGINES as USUAL } from '../../src/engine/index.ts';
import { createReachEngine } from '../../src/engine/network/index.ts';
import { parseDocuments } from '../../src/loader/index.ts';
import { CATALOG as CODES, findEntry, refKeyOf, type KubernetesObject } from '../../src/model/index.ts';
import { getObject, getString, isObject } from '../../src/std/index.ts';
import { CATALOG, manifest, object, plan, type PlanOptions } from './scenario.ts';

const ENGINES = [...USUAL, createReachEngine([], true)];

const RBAC = 'rbac.authorization.k8s.io/v1';
const VERSIONS = new Map([
  ['ClusterRole', RBAC],
  ['ClusterRoleBinding', RBAC],
  ['CronJob', 'batch/v1'],
  ['Deployment', 'apps/v1'],
  ['Job', 'batch/v1'],
  ['NetworkPolicy', 'networking.k8s.io/v1'],
  ['PodDisruptionBudget', 'policy/v1'],
  ['Role', RBAC],
  ['RoleBinding', RBAC],
  ['StorageClass', 'storage.k8s.io/v1'],
  ['ValidatingWebhookConfiguration', 'admissionregistration.k8s.io/v1'],
]);

/** What an example leaves out is filled in: apiVersion, name and namespace. */
function complete(text: string): readonly KubernetesObject[] {
  return parseDocuments(text, 'a.yaml').documents.map(({ value }) => {
    assert.ok(isObject(value));
    const kind = getString(value, 'kind') ?? 'ConfigMap';
    const apiVersion = getString(value, 'apiVersion') ?? VERSIONS.get(kind) ?? 'v1';
    const [version = '', group = ''] = apiVersion.split('/').toReversed();
    const metadata = getObject(value, 'metadata') ?? {};
    const named = metadata['generateName'] === undefined ? { name: kind.toLowerCase(), ...metadata } : metadata;
    const isNamespaced = CATALOG.find({ group, version, kind })?.namespaced === true;
    return object({ ...value, apiVersion, kind, metadata: isNamespaced ? { namespace: 'shop', ...named } : named });
  });
}

const join = (...documents: readonly string[]): string => documents.filter((text) => text !== '').join('\n---\n');

interface Sides {
  readonly before: string;
  readonly after: string;
}

/** What an example says was there before, with what there is beside it all the time. */
const replaced =
  (is: string, was: string, beside = '') =>
  (example: string): Sides => {
    assert.ok(example.includes(is), `${is} in ${example}`);
    return { before: join(example.replace(is, was), beside), after: join(example, beside) };
  };
const added =
  (beside = '') =>
  (example: string): Sides => ({ before: beside, after: join(example, beside) });
const removed = (example: string): Sides => ({ before: join(example, OTHER), after: OTHER });

const OTHER = 'kind: ConfigMap\nmetadata: {name: other}';
const JANE = '{kind: User, apiGroup: rbac.authorization.k8s.io, name: jane}';
const bind = (name: string, kind: string, subject = JANE, namespace = 'shop'): string =>
  `kind: RoleBinding\nmetadata: {name: ${name}, namespace: ${namespace}}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ${kind}, name: ${name}}\nsubjects: [${subject}]`;
const guard = (name: string): string =>
  `kind: Namespace\nmetadata: {name: ${name}, labels: {pod-security.kubernetes.io/enforce: restricted}}`;
const DEPLOYER = join(
  guard('shop'),
  guard('pay'),
  'kind: ServiceAccount\nmetadata: {name: deployer}',
  'kind: Role\nmetadata: {name: reader, namespace: pay}\nrules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]',
  bind('reader', 'Role', '{kind: ServiceAccount, name: deployer, namespace: shop}', 'pay'),
);
const MOUNTS = join(guard('shop'), 'kind: Pod\nspec: {containers: [{name: main}], volumes: [{name: db, secret: {secretName: db}}]}');
const PROMETHEUS =
  'kind: Deployment\nmetadata: {name: prometheus, namespace: monitoring}\nspec: {template: {metadata: {labels: {app: prometheus}}, spec: {containers: [{name: main}]}}}';
const reader = (pod: string): string => `kind: Deployment\nspec: {template: {spec: {${pod}}}}`;
const NODE = 'kind: Node\nmetadata: {name: worker-1}\nstatus: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}';
const PAIR =
  'kind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: web}]}}}';
const balancer = (name: string): string =>
  `kind: Service\nmetadata: {name: ${name}}\nspec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}`;
const SETTINGS = complete('kind: ConfigMap\nmetadata: {name: settings}').map(refKeyOf);

const cases: readonly { readonly code: string; readonly sides: (example: string) => Sides; readonly options?: PlanOptions }[] = [
  { code: 'KA0101', sides: added() },
  { code: 'KA0102', sides: replaced('subjects: []', `subjects: [${JANE}]`) },
  { code: 'KA0103', sides: added(bind('role', 'Role')) },
  { code: 'KA0104', sides: replaced('[configmaps]', '[configmaps, secrets]', bind('role', 'Role')) },
  { code: 'KA0105', sides: replaced('[configmaps, services]', '[configmaps]', bind('role', 'Role')) },
  { code: 'KA0106', sides: replaced('[configmaps]', '[configmaps, services]', bind('role', 'Role')) },
  {
    code: 'KA0108',
    sides: replaced('labels: {}', 'labels: {rbac.authorization.k8s.io/aggregate-to-edit: "true"}', bind('edit', 'ClusterRole')),
  },
  { code: 'KA0403', sides: added(join(DEPLOYER, bind('tokens', 'Role'))) },
  { code: 'KA0404', sides: added(join(MOUNTS, bind('enter', 'Role'))) },
  { code: 'KN0103', sides: added(OTHER) },
  { code: 'KN0206', sides: added(PROMETHEUS) },
  { code: 'KP0105', sides: removed },
  { code: 'KP0106', sides: removed },
  { code: 'KP0107', sides: removed, options: { ownedByOthers: new Map(SETTINGS.map((key) => [key, 'web'])) } },
  { code: 'KP0108', sides: replaced('', ''), options: { ownedByOthers: new Map(SETTINGS.map((key) => [key, 'web'])) } },
  { code: 'KP0109', sides: added() },
  {
    code: 'KP0110',
    sides: (example) => ({
      before: '',
      after: join(
        example,
        'kind: ConfigMap\nmetadata: {name: b, annotations: {kapply.kplan.dev/depends-on: /namespaces/shop/ConfigMap/a}}',
      ),
    }),
  },
  { code: 'KP0111', sides: added() },
  { code: 'KP0112', sides: added() },
  { code: 'KP0114', sides: added() },
  { code: 'KP0115', sides: added() },
  { code: 'KP0117', sides: removed, options: { moved: new Map(SETTINGS.map((key) => [key, 'deploy/web/a.yaml:1'])) } },
  { code: 'KP0201', sides: replaced('web:1.5', 'web:1.4') },
  { code: 'KP0202', sides: replaced('debug', 'info', reader('containers: [{name: main, envFrom: [{configMapRef: {name: settings}}]}]')) },
  {
    code: 'KP0203',
    sides: replaced(
      'level=debug',
      'level=info',
      reader(
        'containers: [{name: main, volumeMounts: [{name: conf, mountPath: /conf}]}], volumes: [{name: conf, configMap: {name: settings}}]',
      ),
    ),
  },
  {
    code: 'KP0302',
    sides: (example) => ({ before: example, after: OTHER }),
    options: { mode: 'live', owned: new Set(), beforeSource: { kind: 'cluster', description: 'test', kubernetesVersions: ['1.36'] } },
  },
  { code: 'KP0303', sides: added(), options: { served: [] } },
  { code: 'KQ0011', sides: (example) => ({ before: example, after: join(example, balancer('front'), balancer('side')) }) },
  {
    code: 'KQ0014',
    sides: replaced('storage: 20Gi', 'storage: 10Gi', 'kind: StorageClass\nmetadata: {name: fixed}\nprovisioner: example.com/disk'),
  },
  {
    code: 'KS0004',
    sides: (example) => ({ before: NODE, after: join(`kind: Pod\n${example}\n  containers: [{name: main, image: web}]`, NODE) }),
  },
  {
    code: 'KS0008',
    sides: (example) => {
      const whole = `${example}\n  jobTemplate: {spec: {template: {spec: {containers: [{name: main, image: web}]}}}}`;
      return { before: whole.replace('"* 2 * * *"', '"0 2 * * *"'), after: whole };
    },
  },
  {
    code: 'KS0009',
    sides: (example) => ({ before: PAIR, after: join(`${example}\n  selector: {matchLabels: {app: web}}`, PAIR) }),
  },
];

/** Their examples are parts of a story and are not run: what they are told of is tried where it is found. Files, objects and practices have tests of their own. */
const TOLD_ONLY =
  'KA0107 KA0109 KA0201 KA0202 KA0301 KA0302 KA0401 KA0402 KA0405 KA0406 KA0407 KA0408 KA0409 KA0501 KA0502 KA0601 KA0602 KA0603 KA0604 KA0605 KA0606 KA0607 KA0608 KA0609 KA0610 KA0611 KA0612 KA0613 KA0614 KA0615 KN0101 KN0102 KN0104 KN0105 KN0106 KN0107 KN0201 KN0202 KN0203 KN0204 KN0205 KN0301 KN0302 KN0303 KN0304 KN0305 KN0306 KN0307 KN0308 KN0309 KN0310 KP0101 KP0102 KP0103 KP0104 KP0113 KP0116 KP0118 KP0204 KP0301 KP0401 KP0402 KP0403 KP0404 KP0405 KP0406 KP0407 KP0408 KQ0001 KQ0002 KQ0003 KQ0004 KQ0005 KQ0006 KQ0007 KQ0008 KQ0009 KQ0010 KQ0012 KQ0013 KS0001 KS0002 KS0003 KS0005 KS0006 KS0007 KU0001 KU0002';

test('every code of plans, engines and units has an example that is run here, or is named as one that is not', () => {
  const own = Object.keys(CODES).filter((code) => !/^K[BLRV]/.test(code));
  const named = [...cases.map(({ code }) => code), ...TOLD_ONLY.split(' ')];
  assert.deepEqual(named.toSorted(), own.toSorted());
});

for (const { code, sides, options } of cases) {
  test(`the example of ${code} has it`, () => {
    const { before, after } = sides(findEntry(code).example);
    const desired = complete(after).map((item) => manifest(item));
    const made = plan(complete(before), desired, { engines: ENGINES, mode: 'revision', ...options });
    const codes = [...made.findings, ...made.effects].map((item) => item.code);
    assert.ok(codes.includes(code), `${codes.join(' ')} from\n${before}\nto\n${after}`);
  });
}
