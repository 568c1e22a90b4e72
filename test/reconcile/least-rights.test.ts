import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusRef } from '../../src/daemon/status/status-object.ts';
import { isKubernetesObject, World, type KubernetesObject } from '../../src/model/index.ts';
import { loadCatalog } from '../../src/model/schema/index.ts';
import { listUnknownKinds, planLeastRights } from '../../src/reconcile/index.ts';
import { getArray, getString, isObject, type JsonValue } from '../../src/std/index.ts';

const CATALOG = loadCatalog('1.36');

function toObject(apiVersion: string, kind: string, metadata: JsonValue, more: Readonly<Record<string, JsonValue>> = {}): KubernetesObject {
  const object = { apiVersion, kind, metadata, ...more };
  assert.ok(isKubernetesObject(object));
  return object;
}

const RBAC = 'rbac.authorization.k8s.io/v1';
const CONFIG = toObject('v1', 'ConfigMap', { name: 'c', namespace: 'n' });
const NAMESPACE = toObject('v1', 'Namespace', { name: 'n' });

function grant(
  objects: readonly KubernetesObject[],
  known: readonly KubernetesObject[] = [],
  owned: readonly KubernetesObject[] = [],
  { daemon = false, adopts = false }: { readonly daemon?: boolean; readonly adopts?: boolean } = {},
): ReturnType<typeof planLeastRights> {
  const refs = owned.map(({ metadata }) => {
    return { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'old', name: getString(metadata, 'name') ?? '' };
  });
  const account = { namespace: 'default', name: 'kapply-u' };
  return planLeastRights({ unit: 'u', objects, owned: refs, known: World.of(known), catalog: CATALOG, account, daemon, adopts });
}

/** `n: create,get configmaps c` for each rule. */
function listRules(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.flatMap((object) =>
    getArray(object, 'rules').map((rule) => {
      const words = (field: string): string => getArray(rule, field).map(String).join();
      const place = getString(object.metadata, 'namespace') ?? '*';
      assert.ok(isObject(rule));
      return `${place}: ${words('verbs')} ${words('resources')}${words('nonResourceURLs')} ${words('resourceNames')}`.trimEnd();
    }),
  );
}

const WRITE = 'create,delete,get,patch';

test('an object is read by kind and written by name, and so is the inventory; what comes first can be applied first', () => {
  const { objects, notes } = grant([CONFIG, NAMESPACE]);
  assert.deepEqual(notes, []);
  assert.deepEqual(
    objects.map((object) => `${object.kind} ${getString(object.metadata, 'namespace') ?? ''}/${getString(object.metadata, 'name')}`),
    [
      'Namespace /n',
      'ServiceAccount default/kapply-u',
      'ClusterRole /kapply-u',
      'ClusterRoleBinding /kapply-u',
      'Role default/kapply-u',
      'RoleBinding default/kapply-u',
      'Role n/kapply-u',
      'RoleBinding n/kapply-u',
    ],
  );
  assert.deepEqual(listRules(objects), [
    '*: list,watch namespaces',
    `*: ${WRITE} namespaces n`,
    'default: list configmaps',
    `default: ${WRITE} configmaps kapply-u`,
    'n: list,watch configmaps',
    `n: ${WRITE} configmaps c`,
  ]);
  assert.deepEqual(objects, grant([NAMESPACE, CONFIG]).objects);
});

test('what is owned and no longer asked for may be pruned', () => {
  const rules = listRules(grant([CONFIG], [], [toObject('v1', 'ConfigMap', { name: 'gone', namespace: 'old' })]).objects);
  assert.ok(rules.includes(`old: ${WRITE} configmaps gone`), rules.join('\n'));
});

test('the daemon holds a Lease, and says by an object and by Events how the unit is', () => {
  const without = new Set(listRules(grant([CONFIG]).objects));
  const rules = listRules(grant([CONFIG], [], [], { daemon: true }).objects).filter((rule) => !without.has(rule));
  assert.deepEqual(rules, [
    `default: ${WRITE} configmaps kapply-u,${statusRef('u').name}`,
    'default: create events',
    'default: create,delete,get,list,update leases',
  ]);
});

const role = (kind: string, name: string, rules: JsonValue): KubernetesObject =>
  toObject(RBAC, kind, kind === 'Role' ? { name, namespace: 'n' } : { name }, { rules });
const binding = (kind: string, roleKind: string, name: string): KubernetesObject =>
  toObject(RBAC, kind, kind === 'RoleBinding' ? { name: 'b', namespace: 'n' } : { name: 'b' }, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name },
    subjects: [],
  });
const PODS = { apiGroups: [''], resources: ['pods'], verbs: ['list', 'get'] };

interface Case {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly known?: readonly KubernetesObject[];
  /** Rules besides those that read and write the objects themselves. */
  readonly want: readonly string[];
  readonly notes?: number;
}

const CASES: readonly Case[] = [
  { name: 'a Role grants what it says', objects: [role('Role', 'r', [PODS])], want: ['n: get,list pods'] },
  {
    name: 'a ClusterRole grants paths, too',
    objects: [role('ClusterRole', 'r', [PODS, { nonResourceURLs: ['/metrics'], verbs: ['get'] }])],
    want: ['*: get,list pods', '*: get /metrics'],
  },
  {
    name: 'a RoleBinding of an applied ClusterRole needs no more than the role',
    objects: [role('ClusterRole', 'r', [PODS]), binding('RoleBinding', 'ClusterRole', 'r')],
    want: ['*: get,list pods'],
  },
  {
    name: 'a binding of a role that the cluster has grants its rules',
    objects: [binding('RoleBinding', 'ClusterRole', 'view')],
    known: [role('ClusterRole', 'view', [PODS])],
    want: ['n: get,list pods'],
  },
  {
    name: 'a binding of a role that nobody knows may be bound by name',
    objects: [binding('ClusterRoleBinding', 'ClusterRole', 'view')],
    want: ['*: bind clusterroles view'],
    notes: 1,
  },
  {
    name: 'an aggregated role may be escalated by name',
    objects: [toObject(RBAC, 'ClusterRole', { name: 'r' }, { aggregationRule: { clusterRoleSelectors: [] }, rules: [] })],
    want: ['*: escalate clusterroles r'],
    notes: 1,
  },
  {
    name: 'a claim needs to know when it binds',
    objects: [toObject('v1', 'PersistentVolumeClaim', { name: 'p', namespace: 'n' })],
    want: ['*: list storageclasses'],
  },
  {
    name: 'what is read anyway is not granted twice',
    objects: [CONFIG, role('Role', 'r', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }])],
    want: [],
  },
];

for (const { name, objects, known, want, notes = 0 } of CASES) {
  test(name, () => {
    const rights = grant(objects, known);
    const own = (rule: string): boolean =>
      rule.includes(WRITE) || / list(,watch)? (cluster)?(role|rolebinding|configmap|persistentvolumeclaim)s/.test(rule);
    assert.deepEqual(
      listRules(rights.objects).filter((rule) => !own(rule)),
      want,
    );
    assert.equal(rights.notes.length, notes);
  });
}

test('kinds that nobody knows the resource of are named', () => {
  assert.deepEqual(listUnknownKinds([CONFIG, toObject('x.example/v1', 'Widget', { name: 'w' })], CATALOG), ['Widget (x.example/v1)']);
});

test('taking objects over is an update of each', () => {
  const rules = listRules(grant([CONFIG], [], [], { adopts: true }).objects);
  assert.ok(rules.includes('n: update configmaps c'), rules.join('\n'));
  assert.ok(!listRules(grant([CONFIG]).objects).some((rule) => rule.includes('update')));
});

const ADMISSION = 'admissionregistration.k8s.io/v1';
const POLICY = (paramKind?: JsonValue): KubernetesObject =>
  toObject(ADMISSION, 'ValidatingAdmissionPolicy', { name: 'p' }, { spec: paramKind === undefined ? {} : { paramKind } });
const BINDING = (paramRef?: JsonValue): KubernetesObject =>
  toObject(
    ADMISSION,
    'ValidatingAdmissionPolicyBinding',
    { name: 'b' },
    { spec: { policyName: 'p', ...(paramRef === undefined ? {} : { paramRef }) } },
  );
const CONFIGS = { apiVersion: 'v1', kind: 'ConfigMap' };

test('who writes a policy may read its parameters, and who binds it those that are named', () => {
  const rulesOf = (objects: readonly KubernetesObject[], known: readonly KubernetesObject[] = []): readonly string[] =>
    listRules(grant(objects, known).objects).filter(
      (rule) => rule.includes('configmaps') && !rule.includes('kapply-u') && !rule.startsWith('default: list'),
    );
  assert.deepEqual(rulesOf([POLICY(CONFIGS)]), ['*: get configmaps']);
  assert.deepEqual(rulesOf([POLICY(CONFIGS), BINDING({ name: 'params', namespace: 'n' })]), ['*: get configmaps']);
  assert.deepEqual(rulesOf([BINDING({ name: 'params', namespace: 'n' })], [POLICY(CONFIGS)]), ['n: get configmaps params']);
  assert.deepEqual(rulesOf([BINDING({ selector: {} })], [POLICY(CONFIGS)]), ['*: list configmaps']);
  assert.deepEqual(rulesOf([POLICY(), BINDING()]), []);
});

test('parameters of an unknown kind are named', () => {
  const { notes } = grant([POLICY({ apiVersion: 'x.example/v1', kind: 'Limit' }), BINDING({ name: 'l' })]);
  assert.equal(notes.length, 2);
  assert.match(notes.join(), /ValidatingAdmissionPolicy p has parameters of a kind that is not known/);
});
