import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSight, readGatekeepers, type AdmissionRequest, type Gatekeeper } from '../../../src/engine/admission/index.ts';
import { isKubernetesObject, World, type KubernetesObject } from '../../../src/model/index.ts';
import { getObject, type JsonObject } from '../../../src/std/index.ts';

const API = 'admissionregistration.k8s.io/v1';
const RULE: JsonObject = { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'], operations: ['CREATE', 'UPDATE'] };

function object(value: JsonObject): KubernetesObject {
  assert.ok(isKubernetesObject(value));
  return value;
}

function webhook(fields: JsonObject, rule: JsonObject = {}): KubernetesObject {
  const webhooks = [{ name: 'w.example', sideEffects: 'None', rules: [{ ...RULE, ...rule }], ...fields }];
  return object({ apiVersion: API, kind: 'ValidatingWebhookConfiguration', metadata: { name: 'c' }, webhooks });
}

function policy(spec: JsonObject, binding: JsonObject | null = {}, rule: JsonObject = {}): readonly KubernetesObject[] {
  const matchConstraints = { resourceRules: [{ ...RULE, ...rule }], ...getObject(spec, 'match') };
  const { match: _, ...rest } = spec;
  const kind = 'ValidatingAdmissionPolicy';
  return [
    object({ apiVersion: API, kind, metadata: { name: 'p' }, spec: { ...rest, matchConstraints } }),
    ...(binding === null
      ? []
      : [object({ apiVersion: API, kind: `${kind}Binding`, metadata: { name: 'b' }, spec: { policyName: 'p', ...binding } })]),
  ];
}

const REQUEST: AdmissionRequest = {
  operation: 'UPDATE',
  group: 'apps',
  versions: ['v1', 'v1beta2'],
  resource: 'deployments',
  namespace: 'shop',
  name: 'web',
  labels: [new Map([['app', 'old']]), new Map([['app', 'web']])],
  namespaceLabels: new Map([['team', 'a']]),
  kind: 'Deployment',
  object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels: { app: 'web' } }, spec: { replicas: 3 } },
  oldObject: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', labels: { app: 'old' } }, spec: { replicas: 1 } },
};
const NAMESPACE: Partial<AdmissionRequest> = { group: '', versions: ['v1'], resource: 'namespaces', namespace: undefined, name: 'shop' };
const ROLE: Partial<AdmissionRequest> = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles', namespace: undefined };
const ANY: JsonObject = { apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'] };
const TEAM_B: JsonObject = { namespaceSelector: { matchLabels: { team: 'b' } } };

function sights(gatekeepers: readonly KubernetesObject[], request: Partial<AdmissionRequest>): readonly string[] {
  return readGatekeepers(World.of(gatekeepers)).map((gatekeeper) => findSight(gatekeeper, { ...REQUEST, ...request }));
}

function condition(expression: string): JsonObject {
  return { name: 'x', expression };
}

function conditions(want: 'sees' | 'may' | 'not', expressions: readonly string[]): readonly Case[] {
  return expressions.map((expression) => ({
    name: `the condition ${expression}`,
    of: [webhook({ matchConditions: [condition(expression)] })],
    want,
  }));
}

interface Case {
  readonly name: string;
  readonly of: readonly KubernetesObject[];
  readonly request?: Partial<AdmissionRequest>;
  readonly want: 'sees' | 'may' | 'not' | 'nobody';
}

const cases: readonly Case[] = [
  { name: 'a rule of the resource', of: [webhook({})], want: 'sees' },
  { name: 'a rule of another operation', of: [webhook({}, { operations: ['DELETE'] })], want: 'not' },
  { name: 'a rule of another group', of: [webhook({}, { apiGroups: ['batch'] })], want: 'not' },
  { name: 'a rule of a subresource', of: [webhook({}, { resources: ['deployments/scale'] })], want: 'not' },
  { name: 'a rule of all subresources, and so the resource', of: [webhook({}, { resources: ['deployments/*'] })], want: 'sees' },
  { name: 'a rule of everything', of: [webhook({}, ANY)], want: 'sees' },
  { name: 'a rule of an equivalent version', of: [webhook({}, { apiVersions: ['v1beta2'] })], want: 'sees' },
  { name: 'a rule of exactly another version', of: [webhook({ matchPolicy: 'Exact' }, { apiVersions: ['v1beta2'] })], want: 'not' },
  { name: 'a rule of what is in no namespace', of: [webhook({}, { scope: 'Cluster' })], want: 'not' },
  { name: 'a Namespace, which is in none', of: [webhook({}, { ...ANY, scope: 'Cluster' })], request: NAMESPACE, want: 'sees' },
  { name: 'a Namespace by a rule of namespaces', of: [webhook({}, { ...ANY, scope: 'Namespaced' })], request: NAMESPACE, want: 'not' },
  { name: 'a namespace that is selected', of: [webhook({ namespaceSelector: { matchLabels: { team: 'a' } } })], want: 'sees' },
  { name: 'a namespace that is not', of: [webhook(TEAM_B)], want: 'not' },
  { name: 'a namespace that is not known', of: [webhook(TEAM_B)], request: { namespaceLabels: undefined }, want: 'may' },
  { name: 'nothing that a namespace is to', of: [webhook(TEAM_B, ANY)], request: { ...ROLE, namespaceLabels: undefined }, want: 'sees' },
  { name: 'a Namespace by its own labels', of: [webhook(TEAM_B, ANY)], request: NAMESPACE, want: 'not' },
  { name: 'the labels of before', of: [webhook({ objectSelector: { matchLabels: { app: 'old' } } })], want: 'sees' },
  { name: 'the labels of neither side', of: [webhook({ objectSelector: { matchLabels: { app: 'other' } } })], want: 'not' },
  ...conditions('sees', [
    "object.metadata.name == 'web' && object.metadata.labels.app == 'web' && oldObject.spec.replicas == 1",
    "request.operation == 'UPDATE' && request.namespace == 'shop' && request.kind.kind == 'Deployment'",
    "!has(request.subResource) && request.resource.resource == 'deployments'",
    "request.userInfo.username == 'x' || true",
  ]),
  ...conditions('not', [
    'false',
    'object.spec.replicas < 2',
    'has(object.metadata.labels.skip)',
    "request.userInfo.username == 'x' && request.operation == 'DELETE'",
    "request.namespace.startsWith('kube-')",
  ]),
  ...conditions('may', [
    "request.userInfo.username == 'x'",
    'request.dryRun',
    'has(object.status.phase)',
    'object.metadata.generation > 1',
    "request.kind.version == 'v1'",
    "authorizer.group('apps').resource('deployments').check('create').allowed()",
    "object.metadata.annotations['a'] == 'b'",
    'this is no CEL',
    "namespaceObject.metadata.name == 'shop'",
  ]),
  {
    name: 'one condition that is false',
    of: [webhook({ matchConditions: [condition('request.dryRun'), condition('1 > 2')] })],
    want: 'not',
  },
  {
    name: 'conditions of a policy that are true, whose parameters may select another',
    of: policy({ matchConditions: [condition('true')], paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }),
    want: 'may',
  },
  { name: 'conditions of a policy', of: policy({ matchConditions: [condition('object.spec.replicas == 3')] }), want: 'sees' },
  {
    name: 'a condition of what is not meant',
    of: [webhook({ matchConditions: [{ name: 'x', expression: 'true' }] }, { operations: ['DELETE'] })],
    want: 'not',
  },
  {
    name: 'a gatekeeper, which nobody is asked about',
    of: [webhook({}, ANY)],
    request: { group: 'admissionregistration.k8s.io', resource: 'validatingwebhookconfigurations', namespace: undefined },
    want: 'not',
  },
  { name: 'a webhook without rules', of: [webhook({ rules: [] })], want: 'not' },
  { name: 'a policy with a binding', of: policy({}), want: 'sees' },
  { name: 'a policy without one', of: policy({}, null), want: 'nobody' },
  { name: 'a binding to another namespace', of: policy({}, { matchResources: TEAM_B }), want: 'not' },
  { name: 'a binding to resources of its own', of: policy({}, { matchResources: { resourceRules: [ANY] } }), want: 'sees' },
  { name: 'a policy with parameters', of: policy({ paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }), want: 'may' },
  { name: 'a resource that is left out', of: policy({ match: { excludeResourceRules: [RULE] } }), want: 'not' },
  { name: 'a name that is meant', of: policy({}, {}, { resourceNames: ['web'] }), want: 'sees' },
  { name: 'a name that is not', of: policy({}, {}, { resourceNames: ['db'] }), want: 'not' },
];

test('a condition on an object that another may change is not judged', () => {
  const { object: _, ...unseen } = REQUEST;
  const [gatekeeper] = readGatekeepers(World.of([webhook({ matchConditions: [condition('object.spec.replicas < 2')] })]));
  assert.ok(gatekeeper !== undefined);
  assert.deepEqual([findSight(gatekeeper, unseen), findSight(gatekeeper, REQUEST)], ['may', 'not']);
});

for (const { name, of, request = {}, want } of cases) {
  test(`${name}: ${want}`, () => assert.deepEqual(sights(of, request), want === 'nobody' ? [] : [want]));
}

test('gatekeepers are known by what they are, and whether they take a dry run', () => {
  const [mutating, validating] = (['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const).map((kind) => {
    const webhooks = [{ name: 'w', sideEffects: kind.startsWith('M') ? 'Unknown' : 'NoneOnDryRun', failurePolicy: 'Ignore', rules: [] }];
    return object({ apiVersion: API, kind, metadata: { name: 'c' }, webhooks });
  });
  assert.ok(mutating !== undefined && validating !== undefined);
  const told = readGatekeepers(World.of([validating, mutating, ...policy({})])).map(
    ({ kind, name, failurePolicy, mutates, takesDryRun }: Gatekeeper) => [kind, name, failurePolicy, mutates, takesDryRun].join(' '),
  );
  assert.deepEqual(told, [
    'MutatingWebhook w Ignore true false',
    'ValidatingAdmissionPolicy p Fail false true',
    'ValidatingWebhook w Ignore false true',
  ]);
});
